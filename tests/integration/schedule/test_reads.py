"""What the clock costs is what it says: reads of an idle day, one by one."""

import pytest

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.store import usage
from worker.sync import reads, schedule
from worker.sync.configure import set_options
from worker.sync.options import FEEDS


def counted(shop: Shop) -> int:
    with shop.begin() as session:
        latest, *_ = usage.months(session, shop.connection_id).values()
        return latest["read"]


def readings(shop: Shop) -> dict[str, reads.Reading]:
    with shop.begin() as session:
        found = reads.schedule(shop.services, session, shop.row())
    return {one.feed: one for one in found}


@pytest.mark.parametrize("feed", FEEDS)
def test_an_idle_run_takes_the_reads_that_its_ledger_declares(shop: Shop, feed: str) -> None:
    tick(shop, feed)
    before = counted(shop)

    tick(shop, feed)

    assert counted(shop) - before == readings(shop)[feed].calls


def tick(shop: Shop, feed: str) -> None:
    """The clock pulls this feed."""
    set_options(shop.services, shop.connection_id, {f"feed.{feed}": "3600"})
    shop.run("UPDATE feeds SET next_due = now() WHERE resource = :r", r=FEEDS[feed].value)
    assert schedule.queue_pulls(shop.services, [FEEDS[feed]]) == 1
    shop.work()


def test_the_clock_finds_another_closing_date_and_keeps_the_rest(shop: Shop) -> None:
    before = dict(shop.row().company)
    closed = {"AccountingInfoPrefs": {"BookCloseDate": "2026-03-31"}}
    shop.simulator.control("PUT", f"companies/{shop.company}/preferences", closed)

    tick(shop, "company")

    assert dict(shop.row().company) == before | {"closed_until": "2026-03-31"}


def test_reads_a_day_follow_the_intervals(shop: Shop) -> None:
    wanted = {"feed.payments": "1800", "feed.taxes": "86400", "feed.accounts": "off"}
    set_options(shop.services, shop.connection_id, wanted)

    found = readings(shop)

    assert (found["payments"].a_day, found["accounts"].a_day) == (48, 0)
    assert found["taxes"].a_day == shop.services.ledgers["quickbooks"].traits.costs[Resource.TAXES]
    assert reads.a_day([found["payments"], found["taxes"]]) == 50


def test_the_list_of_a_kind_that_is_off_is_not_pulled(shop: Shop) -> None:
    wanted = {"feed.vendors": "3600", "kind.vendor": "off"}
    set_options(shop.services, shop.connection_id, wanted)
    shop.run("UPDATE feeds SET next_due = now() WHERE resource = 'vendors'")

    assert schedule.queue_pulls(shop.services, ["vendors"]) == 0
    assert readings(shop)["vendors"].a_day == 0


def test_an_idle_day_takes_48_calls_for_changes_and_4_others(shop: Shop) -> None:
    daily = {"feed.accounts": "86400", "feed.taxes": "86400", "feed.company": "86400"}
    set_options(shop.services, shop.connection_id, {"feed.payments": "1800"} | daily)
    changes, others = shop.simulator.stat("cdc"), asked(shop)

    for _ in range(48):
        shop.later(minutes=30)
        shop.run("UPDATE runs SET slot = id::text")  # slots are by the clock, which stands still
        schedule.queue_pulls(shop.services, list(Resource))
        shop.work()

    assert shop.simulator.stat("cdc") - changes == 48
    assert asked(shop) - others <= 4


def asked(shop: Shop) -> int:
    """Calls that the simulator has answered, but for change data and writes."""
    return shop.simulator.stat("queries") + shop.simulator.stat("reads")
