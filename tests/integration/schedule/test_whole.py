"""Lists that the clock reads by their changes are read whole once a day."""

import pytest

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.store.runs import Mode
from worker.sync import connections, schedule
from worker.sync.configure import set_options

VENDORS = Resource.VENDORS


@pytest.fixture
def hourly(shop: Shop) -> Shop:
    """Vendors are pulled every hour, and were read whole just now."""
    set_options(shop.services, shop.connection_id, {"feed.vendors": "3600"})
    tick(shop)
    return shop


def tick(shop: Shop) -> None:
    shop.run("UPDATE feeds SET next_due = now() WHERE resource = :r", r=VENDORS.value)
    assert schedule.queue_pulls(shop.services, [VENDORS]) == 1
    shop.work()


def modes(shop: Shop) -> list[str]:
    """How the clock has read them, in order."""
    query = "SELECT mode FROM runs WHERE connection_id = :c AND resource = :r AND state = 'done'"
    return [row.mode for row in shop.all(f"{query} ORDER BY id", r=VENDORS.value)]


def age(shop: Shop, hours: int) -> None:
    """The runs so far began that much earlier."""
    shop.run("UPDATE runs SET started_at = started_at - make_interval(hours => :h)", h=hours)


def test_the_clock_reads_changes_within_the_day(hourly: Shop) -> None:
    age(hourly, 23)

    tick(hourly)

    assert modes(hourly)[-1] == Mode.CHANGES


def test_the_clock_reads_everything_once_a_day(hourly: Shop) -> None:
    age(hourly, 25)

    tick(hourly)
    tick(hourly)

    assert modes(hourly)[-2:] == [Mode.FULL, Mode.CHANGES]


def test_what_a_person_asks_for_stays_as_it_was_asked(hourly: Shop) -> None:
    age(hourly, 25)

    connections.ask(hourly.services, hourly.connection_id, VENDORS)
    hourly.work()

    assert modes(hourly)[-1] == Mode.CHANGES


def test_a_record_that_no_change_showed_is_found_to_be_gone(hourly: Shop) -> None:
    hourly.run("""INSERT INTO ledger_records (connection_id, kind, ref, name, active, data, digest,
                  seen_at) VALUES (:c, 'vendor', '9001', 'Gone', true, '{}', '', now() - interval
                  '2 days')""")
    age(hourly, 25)

    tick(hourly)

    [row] = hourly.all("SELECT active FROM ledger_records WHERE ref = '9001'")
    assert row.active is False
