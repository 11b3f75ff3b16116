"""The clock: each slot once, whoever asks; an outage is caught up with one run."""

from datetime import timedelta

import pytest

from tests.integration.meddling import locks_waited_for, until
from tests.integration.workshop import OpenShop, Shop
from worker.store import connections as rows
from worker.store import feeds
from worker.sync import schedule


@pytest.fixture
def hourly(shop: Shop) -> Shop:
    """Payments are pulled every hour; one slot has just come."""
    shop.run("""UPDATE feeds SET interval_seconds = 3600, next_due = now() - interval '1 second'
                WHERE connection_id = :c AND resource = 'payments'""")
    return shop


def test_three_schedulers_and_one_slot_are_one_run(hourly: Shop) -> None:
    queueing = [
        hourly.threads.submit(schedule.queue_pulls, hourly.services, ["payments"]) for _ in range(3)
    ]

    assert sum(one.result(5) for one in queueing) == 1
    assert scheduled(hourly) == ["queued"]


def test_an_outage_is_caught_up_with_one_run(hourly: Shop) -> None:
    hourly.later(days=2, minutes=20)

    for _ in range(3):
        schedule.queue_pulls(hourly.services, ["payments"])

    assert scheduled(hourly) == ["queued"]
    [feed] = hourly.all("""SELECT next_due - now() AS ahead FROM feeds
                           WHERE connection_id = :c AND resource = 'payments'""")
    assert timedelta() < feed.ahead < timedelta(hours=1)


def test_a_slot_that_comes_while_its_run_is_open_joins_it(hourly: Shop) -> None:
    schedule.queue_pulls(hourly.services, ["payments"])
    hourly.later(hours=1)

    schedule.queue_pulls(hourly.services, ["payments"])

    assert scheduled(hourly) == ["queued"]


def test_the_next_slot_is_another_run(hourly: Shop) -> None:
    for _ in range(2):
        schedule.queue_pulls(hourly.services, ["payments"])
        hourly.work()
        hourly.run("UPDATE feeds SET next_due = now() WHERE resource = 'payments'")

    assert scheduled(hourly) == ["done", "done"]


def test_a_slot_hints_its_connection(hourly: Shop) -> None:
    hourly.hints.drives.clear()

    schedule.queue_pulls(hourly.services, ["payments"])

    assert hourly.hints.drives == [hourly.connection_id]


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_a_connection_at_rest_lets_its_slots_pass(hourly: Shop, state: str) -> None:
    hourly.change(state=state)

    schedule.queue_pulls(hourly.services, ["payments"])

    assert scheduled(hourly) == []


def test_the_clock_and_a_run_that_ends_do_not_block_each_other(hourly: Shop) -> None:
    with hourly.begin() as session:
        rows.wake(session, [hourly.connection_id])
        queueing = hourly.threads.submit(schedule.queue_pulls, hourly.services, ["payments"])
        until(lambda: queueing.done() or locks_waited_for(session))
        feeds.complete(session, hourly.connection_id, "payments", None)
    queueing.result(5)

    schedule.queue_pulls(hourly.services, ["payments"])

    assert scheduled(hourly) == ["queued"]


def test_a_feed_that_is_off_is_never_due(shop: Shop) -> None:
    shop.run("""UPDATE feeds SET interval_seconds = 0, next_due = now() - interval '1 hour'
                WHERE connection_id = :c""")

    assert schedule.queue_pulls(shop.services, ["payments", "accounts", "taxes"]) == 0


def test_clocks_hint_a_due_connection_once(open_shop: OpenShop) -> None:
    shops = [open_shop() for _ in range(5)]
    services, threads = shops[0].services, shops[0].threads

    waking = [threads.submit(schedule.wake_due, services) for _ in range(3)]

    assert sum(one.result(5) for one in waking) == 5
    assert sorted(shops[0].hints.drives) == [shop.connection_id for shop in shops]


@pytest.mark.parametrize("table", ["links", "runs", "submissions"])
def test_whatever_is_due_is_derived(books: Shop, table: str) -> None:
    due = {
        "links": "UPDATE links SET state = 'due', next_attempt_at = now()",
        "runs": "UPDATE runs SET state = 'queued', next_attempt_at = now()",
        "submissions": "UPDATE submissions SET state = 'open', settle_at = now()",
    }
    books.run(f"{due[table]} WHERE id = (SELECT max(id) FROM {table})")
    assert books.seconds_to_next() is None

    assert schedule.derive_due(books.services) == 1

    assert books.seconds_to_next() <= 0


def scheduled(shop: Shop) -> list[str]:
    """The states of the runs that the clock has queued."""
    query = "SELECT state FROM runs WHERE connection_id = :c AND asked_by = 'schedule' ORDER BY id"
    return [row.state for row in shop.all(query)]
