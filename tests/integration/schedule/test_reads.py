"""What the clock costs is what it says: reads of an idle day, one by one."""

import pytest

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.store import usage
from worker.sync import connections, reads
from worker.sync.configure import set_options
from worker.sync.options import FEEDS


def counted(shop: Shop) -> int:
    with shop.begin() as session:
        return usage.of_month(session, shop.connection_id)["read"]


def readings(shop: Shop) -> dict[str, reads.Reading]:
    with shop.begin() as session:
        found = reads.schedule(shop.services, session, shop.row())
    return {one.feed: one for one in found}


@pytest.mark.parametrize("feed", FEEDS)
def test_an_idle_run_takes_the_reads_that_its_ledger_declares(shop: Shop, feed: str) -> None:
    connections.ask(shop.services, shop.connection_id, FEEDS[feed])
    shop.work()
    before = counted(shop)

    connections.ask(shop.services, shop.connection_id, FEEDS[feed])
    shop.work()

    assert counted(shop) - before == readings(shop)[feed].calls


def test_reads_a_day_follow_the_intervals(shop: Shop) -> None:
    wanted = {"feed.payments": "1800", "feed.taxes": "86400", "feed.accounts": "off"}
    set_options(shop.services, shop.connection_id, wanted)

    found = readings(shop)

    assert (found["payments"].a_day, found["accounts"].a_day) == (48, 0)
    assert found["taxes"].a_day == shop.services.ledgers["quickbooks"].limits.costs[Resource.TAXES]
    assert reads.a_day([found["payments"], found["taxes"]]) == 50
