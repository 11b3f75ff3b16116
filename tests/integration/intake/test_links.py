"""Whom a batch concerns: links of every connection, and answers to what a service asks."""

import pytest

from schemas.status import Environment
from tests.builders import a_customer, a_stock_item
from tests.integration.meddling import on_insert, until
from tests.integration.workshop import OpenShop, Shop
from worker.providers.authorizer import Application
from worker.providers.pulled import Resource
from worker.store.connections import Connection
from worker.sync import configure, connections, requests
from worker.sync.connections import Wanted


def test_a_batch_wakes_the_connections_it_concerns(open_shop: OpenShop) -> None:
    one, other = open_shop(tenant="one"), open_shop(tenant="other")

    taken = one.take(one.event("customer.created", a_customer()))

    assert taken.connections == {one.connection_id}
    assert (one.states(), other.states()) == ({"CUS-1": "due"}, {})


def test_an_older_snapshot_makes_nothing_due(shop: Shop) -> None:
    shop.send("customer.updated", a_customer(version=2))
    shop.work()

    shop.send("customer.updated", a_customer(name="Old name", version=1))

    assert shop.states() == {"CUS-1": "synced"}


def test_a_connection_added_while_events_come_in_has_their_links(shop: Shop) -> None:
    with on_insert(shop, "inbox", "pg_sleep(0.3)"):
        coming = shop.threads.submit(shop.send, "customer.created", a_customer())
        until(lambda: tenant_is_locked(shop))
        added = add_production(shop)
        coming.result(5)

    assert links_of(shop, added) == 1


def test_events_that_come_while_a_connection_is_added_have_its_links(shop: Shop) -> None:
    shop.send("customer.created", a_customer("CUS-0"))
    with on_insert(shop, "connections", "pg_sleep(0.3)"):
        adding = shop.threads.submit(add_production, shop)
        until(lambda: tenant_is_locked(shop))
        shop.send("customer.created", a_customer())

    assert links_of(shop, adding.result(5)) == 2


@pytest.mark.parametrize("late", [0, 1, 2])
def test_the_earliest_count_of_stock_is_kept_in_any_order(shop: Shop, late: int) -> None:
    days = ["2026-01-01", "2026-03-31", "2026-06-30"]
    counts = [
        shop.event("item.updated", a_stock_item(as_of=day, quantity_on_hand=f"{n}0", version=n))
        for n, day in enumerate(days, 1)
    ]
    counts.append(counts.pop(late))

    shop.take(*counts[:2])
    shop.take(*counts[2:])

    [row] = shop.all("SELECT opening, version FROM documents WHERE record_id = 'ITM-S'")
    assert (row.opening, row.version) == ({"as_of": days[0], "quantity_on_hand": "10"}, 3)


@pytest.mark.parametrize("resource", ["accounts", "taxes", "payments"])
def test_a_pull_that_is_asked_for_is_answered(shop: Shop, resource: str) -> None:
    shop.send("sync.requested", {"resource": resource}, id="asked")
    shop.work()

    answers = [event for event in shop.events() if event.get("causationid") == "asked"]
    assert [one["type"] for one in answers][-1] == "accounting.sync.completed"
    assert answers[-1]["data"]["resource"] == resource


def test_a_list_of_a_kind_that_is_switched_off_is_not_pulled_and_says_so(shop: Shop) -> None:
    configure.set_options(shop.services, shop.connection_id, {"kind.vendor": "off"})
    shop.send("sync.requested", {"resource": "vendors"}, id="one")
    shop.send("sync.requested", {"resource": "all"}, id="all")
    shop.work()

    told = {(one["causationid"], one["data"]["resource"]): one for one in shop.events()
            if "causationid" in one}  # fmt: skip
    assert told["one", "vendors"]["data"]["error"]["code"] == "kind_switched_off"
    assert told["all", "customers"]["type"] == "accounting.sync.completed"
    assert ("all", "vendors") not in told


def test_a_request_without_a_connection_is_answered(shop: Shop) -> None:
    nobody = shop.event("sync.requested", {"resource": "all"})
    shop.run("UPDATE connections SET tenant_id = 'another'")

    shop.take(nobody)

    assert shop.events()[-1]["data"]["error"]["code"] == "not_connected"


@pytest.mark.parametrize("state", ["paused", "disabled", "disconnected", "new"])
def test_a_request_to_a_connection_at_rest_is_answered(shop: Shop, state: str) -> None:
    shop.change(state=state)

    before = len(shop.events())
    shop.send("connection.test_requested", {"provider": "quickbooks"})
    shop.send("sync.requested", {"resource": "all"})

    answers = [event["data"] for event in shop.events()[before:]]
    assert {one["error"]["code"] for one in answers} == {"not_connected"}
    assert [one.get("resource") for one in answers] == [None, *requests.PULLED]


def test_a_second_request_joins_the_run_that_is_open(shop: Shop) -> None:
    shop.send("sync.requested", {"resource": "accounts"})
    connections.ask(shop.services, shop.connection_id, Resource.ACCOUNTS)
    shop.send("sync.requested", {"resource": "accounts"})

    query = "SELECT count(*) FROM runs WHERE connection_id = :c AND state = 'queued'"
    assert shop.all(query)[0][0] == 1


def test_a_connection_test_names_the_company(shop: Shop) -> None:
    shop.send("connection.test_requested", {"provider": "quickbooks"})
    shop.work()

    tested = [e["data"] for e in shop.events() if e["type"] == "accounting.connection.tested"]
    assert (tested[-1]["ok"], tested[-1]["company"]["ref"]) == (True, shop.company)


def add_production(shop: Shop) -> Connection:
    """A second connection of the tenant."""
    application = Application("another", "secret")
    wanted = Wanted(shop.tenant, "quickbooks", Environment.PRODUCTION, application)
    return connections.add(shop.services, wanted)


def links_of(shop: Shop, connection: Connection) -> int:
    return int(shop.all(f"SELECT count(*) FROM links WHERE connection_id = {connection.id}")[0][0])


def tenant_is_locked(shop: Shop) -> bool:
    """Whether intake or an addition holds the lock of a tenant."""
    query = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1112493899 AND granted"
    return bool(shop.all(query))
