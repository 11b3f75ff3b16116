"""Calls are counted by connection and month: what the ledger counts, we count."""

from datetime import UTC, date, datetime

from tests.builders import a_customer, an_invoice
from tests.integration.connecting import (
    Office,
    office,
    services,
    settings,
    simulator,
    simulators,
)
from tests.integration.workshop import OpenShop, Shop
from worker.providers.port import Resource
from worker.store import usage
from worker.store.usage import Call
from worker.sync import connections

__all__ = ["office", "services", "settings", "simulator", "simulators"]


def counted(shop: Shop) -> dict[str, int]:
    """This month's calls."""
    with shop.begin() as session:
        return usage.months(session, shop.connection_id).get(_month(), {})


def made(shop: Shop, *names: str) -> int:
    """How many calls of these kinds the simulator has answered."""
    return sum(shop.simulator.stat(name) for name in names)


def _month() -> date:
    return datetime.now(UTC).date().replace(day=1)


def test_every_read_counts_also_those_of_one_page(shop: Shop) -> None:
    before, answered = counted(shop)["read"], made(shop, "queries", "reads", "cdc")

    connections.ask(shop.services, shop.connection_id, Resource.TAXES)
    shop.work()

    calls = made(shop, "queries", "reads", "cdc") - answered
    assert counted(shop)["read"] - before == calls > 1


def test_a_batch_of_writes_is_one_call(books: Shop) -> None:
    before, answered = counted(books)["write"], made(books, "singles", "batches")

    books.take(*(books.event("invoice.created", an_invoice(f"INV-{n}")) for n in range(5)))
    books.work()

    assert counted(books)["write"] - before == made(books, "singles", "batches") - answered == 1


def test_a_repeat_of_an_unknown_outcome_counts_again(shop: Shop) -> None:
    shop.simulator.fault("lost_answer")

    shop.send("customer.created", a_customer())
    shop.work()

    assert counted(shop)["write"] == 2


def test_months_are_kept_apart(shop: Shop) -> None:
    shop.run("UPDATE usage SET month = '2026-01-01' WHERE connection_id = :c")

    with shop.begin() as session:
        usage.count(session, shop.connection_id, Call.READ, 3)

    assert counted(shop) == {"read": 3}


def test_the_calls_of_all_connections_are_summed(open_shop: OpenShop) -> None:
    shops = [open_shop(), open_shop()]
    for shop in shops:
        shop.work()

    with shops[0].begin() as session:
        found = usage.of_all(session)

    assert found == {"quickbooks": {"read": sum(counted(shop)["read"] for shop in shops)}}


def test_the_look_at_the_company_during_consent_counts(office: Office) -> None:
    connection = office.connect()

    with office.services.database.begin() as session:
        assert usage.months(session, connection.id)[_month()] == {"read": 2}
