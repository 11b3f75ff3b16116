"""The backlog that Prometheus is shown: right, and found without reading whole tables."""

import pytest
import sqlalchemy as sa

from tests.integration.workshop import Shop
from worker.store import reports
from worker.store.outbox import PARTITIONS


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """A shop with two due records, the older for a minute, and one event unsent for an hour."""
    shop.run("DELETE FROM outbox")
    for number in (1, 2):
        shop.send("customer.created", {"id": f"CUS-{number}", "name": f"Customer {number}"})
    shop.run(
        "UPDATE links SET next_attempt_at = now() - interval '1 minute' WHERE record_id = 'CUS-1'"
    )
    shop.run(
        "INSERT INTO outbox (event_id, partition, tenant_id, type, envelope, created_at)"
        " VALUES (gen_random_uuid(), 7, 'x', 'x', '{}', now() - interval '1 hour')"
    )
    return shop


def test_the_backlog_counts_and_ages_what_waits(waiting: Shop) -> None:
    with waiting.services.database.begin() as session:
        found = reports.backlog(session)

    assert (found.links, found.connections) == ({"due": 2}, {"active": 1})
    assert (found.outbox_pending, found.dead_letters_open, found.open_submissions) == (1, 0, 0)
    assert found.oldest_due_seconds == pytest.approx(60, abs=20)
    assert found.outbox_age_seconds == pytest.approx(3600, abs=20)


def test_what_is_due_later_has_no_age_yet(waiting: Shop) -> None:
    waiting.run("UPDATE links SET next_attempt_at = now() + interval '1 hour'")

    with waiting.services.database.begin() as session:
        assert reports.backlog(session).oldest_due_seconds == 0


@pytest.mark.parametrize("table", ["links", "outbox", "submissions"])
def test_ages_are_found_without_reading_a_table_through(waiting: Shop, table: str) -> None:
    values = {"partitions": PARTITIONS}
    with waiting.services.database.begin() as session:
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(sa.text(f"EXPLAIN {reports.BACKLOG.text}"), values).scalars()
        explained = "\n".join(plan)

    assert f"Seq Scan on {table}" not in explained
