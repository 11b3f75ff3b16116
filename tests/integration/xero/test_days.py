"""The calls of an organisation's day: few while nothing happens, and the last of them are kept."""

from datetime import datetime, timedelta

import pytest

from tests import builders
from tests.integration.xero.shop import PER_DAY, Shop
from worker.providers.port import Resource
from worker.store import connections as rows
from worker.store import runs
from worker.sync import connections, reads, schedule
from worker.sync.configure import set_options
from worker.sync.options import FEEDS, intervals

FIFTH = PER_DAY // 5


def readings(shop: Shop) -> dict[str, reads.Reading]:
    with shop.begin() as session:
        found = reads.schedule(shop.services, session, rows.get(session, shop.connection_id))
    return {one.feed: one for one in found}


def tick(shop: Shop, feed: str) -> None:
    """The clock pulls this feed."""
    set_options(shop.services, shop.connection_id, {f"feed.{feed}": "3600"})
    shop.run("UPDATE feeds SET next_due = now() WHERE resource = :r", r=FEEDS[feed].value)
    assert schedule.queue_pulls(shop.services, [FEEDS[feed]]) == 1
    shop.work()


def latest(shop: Shop, resource: Resource) -> str:
    with shop.begin() as session:
        return {run.resource: run.state for run in runs.latest(session, shop.connection_id)}[
            resource
        ]


def test_an_idle_connection_takes_96_calls_a_day(shop: Shop) -> None:
    usual = shop.services.settings.model_copy(update={"payments_interval": 1800})
    traits = shop.services.ledgers["xero"].traits

    seconds = intervals(usual, traits)

    a_day = {one: 86400 / every * traits.costs[one] for one, every in seconds.items() if every}
    assert a_day.pop(Resource.PAYMENTS) == 48
    assert a_day.pop(Resource.CUSTOMERS) == 24
    assert a_day.pop(Resource.ITEMS) == 12
    assert sum(a_day.values()) == 12


@pytest.mark.parametrize("feed", ["payments", "customers", "items", "accounts", "documents"])
def test_an_idle_pull_takes_the_calls_that_are_reckoned_with(shop: Shop, feed: str) -> None:
    tick(shop, feed)
    mark = shop.mark()

    tick(shop, feed)

    assert sum(shop.calls(mark).values()) == readings(shop)[feed].calls


def test_the_last_fifth_of_the_day_is_not_read_away_by_the_clock(shop: Shop) -> None:
    shop.day(left=FIFTH)
    tick(shop, "accounts")
    mark = shop.mark()

    tick(shop, "payments")

    assert shop.calls(mark) == {}
    assert latest(shop, Resource.PAYMENTS) == "queued"


def test_what_people_ask_for_and_writes_go_on_in_the_last_fifth(shop: Shop) -> None:
    shop.day(left=FIFTH)
    tick(shop, "accounts")

    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.send("vendor.created", builders.a_vendor())
    shop.work()

    assert latest(shop, Resource.PAYMENTS) == "done"
    assert shop.states() == {"VEN-1": "synced"}


def test_who_asks_for_what_the_clock_has_put_off_does_not_wait(shop: Shop) -> None:
    shop.day(left=FIFTH)
    tick(shop, "accounts")
    tick(shop, "payments")

    asked = connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()

    assert asked.joined
    assert latest(shop, Resource.PAYMENTS) == "done"


def test_the_clock_reads_again_on_the_next_day(shop: Shop) -> None:
    shop.day(left=FIFTH)
    tick(shop, "accounts")
    tick(shop, "payments")
    shop.day(left=PER_DAY)

    connections.ask(shop.services, shop.connection_id, Resource.ACCOUNTS)
    shop.work()
    shop.later(hours=1)
    shop.work()

    assert latest(shop, Resource.PAYMENTS) == "done"


def test_a_day_that_is_used_up_holds_the_connection_until_the_next_one(shop: Shop) -> None:
    shop.day(left=0, resets_in=7200)
    shop.send("vendor.created", builders.a_vendor())

    shop.work()

    row = shop.row()
    assert row.held_for == "day limit"
    assert row.hold_until is not None
    left = row.hold_until - now(shop)
    assert timedelta(seconds=7000) < left <= timedelta(seconds=7200)
    assert shop.states() == {"VEN-1": "due"}


def test_a_day_that_is_used_up_by_our_own_count_says_until_when(shop: Shop) -> None:
    shop.day(left=2, resets_in=7200)
    tick(shop, "accounts")

    for number in (1, 2, 3):
        shop.send("vendor.created", builders.a_vendor(f"VEN-{number}", name=f"Vendor {number}"))
        shop.work()

    row = shop.row()
    assert row.held_for == "day limit"
    assert row.hold_until is not None
    assert row.hold_until - now(shop) <= timedelta(seconds=7200)


def test_what_was_held_for_the_day_goes_on_by_itself(shop: Shop) -> None:
    shop.day(left=0, resets_in=1)
    shop.send("vendor.created", builders.a_vendor())

    shop.work()

    assert shop.states() == {"VEN-1": "synced"}
    assert len([one for one in shop.books("Contact") if "VEN-1" in str(one)]) == 1


def now(shop: Shop) -> datetime:
    moment: datetime = shop.all("SELECT now()")[0][0]
    return moment
