"""What workers are scaled by: connections that have work now, as KEDA asks the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from tests import builders
from tests.integration.workshop import Shop

SCALED = Path(__file__).resolve().parents[3] / "deploy/kubernetes/keda/worker-drive.yaml"


def due(shop: Shop) -> int:
    (trigger,) = yaml.safe_load(SCALED.read_text())["spec"]["triggers"]
    (row,) = shop.all(trigger["metadata"]["query"])
    return int(row[0])


def test_a_connection_that_has_to_wait_calls_for_none(shop: Shop) -> None:
    shop.send("customer.created", builders.a_customer())

    shop.change(hold_until=datetime.now(UTC) + timedelta(hours=1))

    assert due(shop) == 0


def test_a_connection_with_work_calls_for_workers_until_it_is_done(shop: Shop) -> None:
    before = due(shop)
    shop.send("customer.created", builders.a_customer())
    with_work = due(shop)
    shop.work()

    assert (before, with_work, due(shop)) == (0, 1, 0)
