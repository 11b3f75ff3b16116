"""What the clock's process shows of tables and queues, and how soon when these do not answer."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from deploy.dev.probes import free_port
from tests.counting import Counting
from tests.integration.workshop import Shop, WithSettings
from tests.unit.worker.gauges import exposed
from worker import scheduler
from worker.store.session import Watch, is_late
from worker.sync import figures


@pytest.fixture
def watch(database_url: str) -> Iterator[Watch]:
    with closing(Watch(database_url)) as watch:
        yield watch


@pytest.fixture
def mute() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_budget_that_is_shown_is_the_least_of_any_connection(shop: Shop, watch: Watch) -> None:
    with shop.begin() as session:
        moment = int(session.execute(sa.text("SELECT extract(epoch FROM now())")).scalar_one())
    spent = {"seconds": [[moment, shop.services.ledgers["quickbooks"].limits.per_minute // 4, 0]]}
    shop.run(f"UPDATE connections SET budget = '{json.dumps(spent)}'")

    with watch.begin() as session:
        found = figures.take(session, shop.services.ledgers)

    assert found.budget_left == {"quickbooks": {"minute": 0.75}}
    assert abs(found.clock_skew_seconds) < 1


def test_a_defect_of_ours_is_counted_and_is_none_of_the_databases(
    shop: Shop, watch: Watch, counting: Counting
) -> None:
    shop.run("""UPDATE connections SET budget = '{"seconds": [["never", 1, 0]]}'""")

    text = exposed(scheduler.gauges(shop.services, watch))

    assert "books_database_up 1.0" in text
    assert counting.of("books_defects_total", where="figures") == 1


def test_a_ledger_of_a_newer_version_is_left_out(shop: Shop, watch: Watch) -> None:
    with watch.begin() as session:
        assert figures.take(session, {}).budget_left == {}


def test_who_watches_changes_nothing(shop: Shop, watch: Watch) -> None:
    with pytest.raises(sa.exc.InternalError, match="read-only"), watch.begin() as session:
        session.execute(sa.text("DELETE FROM links"))


def test_what_takes_too_long_is_given_up(watch: Watch) -> None:
    slow = sa.text("SELECT set_config('statement_timeout', '10ms', true), pg_sleep(0)")
    with watch.begin() as session:
        session.execute(slow)
        with pytest.raises(sa.exc.OperationalError) as late:
            session.execute(sa.text("SELECT pg_sleep(5)"))

        assert is_late(late.value)


@pytest.mark.parametrize("away", ["closed", "mute"])
def test_a_scrape_is_answered_whatever_database_and_broker_do(
    with_settings: WithSettings, mute: int, away: str
) -> None:
    port = mute if away == "mute" else free_port()
    services = with_settings(broker_url=f"amqp://guest:guest@127.0.0.1:{port}/")
    began = time.monotonic()

    with closing(Watch(f"postgresql://nobody@127.0.0.1:{port}/none")) as watch:
        text = exposed(scheduler.gauges(services, watch))

    assert time.monotonic() - began < 1
    assert "books_database_up 0.0" in text
    assert "books_broker_up 0.0" in text
    assert "books_links" not in text
