"""Accounts and taxes: new, changed and vanished ones are told, counted, and let records go."""

from typing import Any

from tests.builders import a_customer, an_item
from tests.counting import Counting
from tests.integration.workshop import OpenShop, Shop
from worker.providers.port import Resource
from worker.sync import connections


def test_the_first_pull_tells_every_account(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.work()

    told = [event["data"]["account"]["ref"] for event in of_type(shop, "account.changed")]
    [completed] = completed_of(shop, "accounts")
    assert len(told) == len(set(told)) == completed["created"] == completed["read"] > 20


def test_the_first_pull_tells_every_tax_code(open_shop: OpenShop, counting: Counting) -> None:
    shop = open_shop()
    shop.work()

    [completed] = completed_of(shop, "taxes")
    assert len(of_type(shop, "tax.changed")) == completed["created"] == completed["read"] > 0
    done = {"provider": "quickbooks", "resource": "taxes", "outcome": "done"}
    assert counting.of("books_runs_total", **done) == 1


def test_what_has_not_changed_is_counted_and_not_told(shop: Shop) -> None:
    before = len(shop.told())

    pull(shop, Resource.ACCOUNTS)

    completed = completed_of(shop, "accounts")[-1]
    assert completed["unchanged"] == completed["read"]
    assert shop.told()[before:] == ["sync.started", "sync.completed"]


def test_a_renamed_account_is_told_as_changed(shop: Shop) -> None:
    shop.enter("Account", "update", Id=shop.account("4000"), Name="Renamed")

    pull(shop, Resource.ACCOUNTS)

    assert of_type(shop, "account.changed")[-1]["data"]["account"]["name"] == "Renamed"
    assert completed_of(shop, "accounts")[-1]["changed"] == 1


def test_an_account_made_inactive_holds_up_who_names_it(shop: Shop) -> None:
    shop.enter("Account", "update", Id=shop.account("4000"), Active=False)
    pull(shop, Resource.ACCOUNTS)

    shop.send("item.created", an_item())
    shop.work()

    [cause] = shop.link("ITM-1").waiting_on
    assert cause == f"account:{shop.row().mapping['income']}"


def test_an_account_that_vanished_is_told_as_inactive(shop: Shop) -> None:
    shop.run("""INSERT INTO ledger_records (connection_id, kind, ref, name, active, data, digest,
                                            seen_at)
                SELECT connection_id, kind, '999', 'Gone', true,
                       data || '{"ref": "999", "name": "Gone"}', 'x', now() - interval '1 day'
                FROM ledger_records WHERE connection_id = :c AND kind = 'account' LIMIT 1""")

    pull(shop, Resource.ACCOUNTS)

    account = of_type(shop, "account.changed")[-1]["data"]["account"]
    assert (account["ref"], account["active"]) == ("999", False)
    assert completed_of(shop, "accounts")[-1]["removed"] == 1


def test_an_account_that_was_missing_lets_its_records_go(shop: Shop) -> None:
    shop.send("item.created", an_item(income_account="Online sales"))
    shop.work()
    assert shop.link("ITM-1").waiting_on == ["account:Online sales"]

    shop.enter("Account", Name="Online sales", AccountType="Income")
    pull(shop, Resource.ACCOUNTS)

    assert shop.told("ITM-1") == ["record.waiting", "record.synced"]


def test_a_pull_that_breaks_off_goes_on_at_its_page(shop: Shop) -> None:
    shop.simulator.fault("server_error", "read", times=2)

    pull(shop, Resource.ACCOUNTS)

    assert completed_of(shop, "accounts")[-1]["unchanged"] > 20
    assert shop.told().count("sync.failed") == 0


def test_a_withdrawn_consent_answers_the_run(shop: Shop, counting: Counting) -> None:
    shop.control("withdraw")

    pull(shop, Resource.ACCOUNTS)

    failed = of_type(shop, "sync.failed")[-1]["data"]
    assert (failed["resource"], failed["error"]["category"]) == ("accounts", "connection")
    assert shop.row().state == "paused"
    failed = {"provider": "quickbooks", "resource": "accounts", "outcome": "failed"}
    assert counting.of("books_runs_total", **failed) == 1


def test_a_test_of_a_withdrawn_consent_is_answered(shop: Shop) -> None:
    shop.control("withdraw")

    pull(shop, Resource.CONNECTION)

    tested = of_type(shop, "connection.tested")[-1]["data"]
    assert (tested["ok"], shop.row().state) == (False, "paused")


def test_a_run_that_is_open_when_the_consent_goes_is_answered_too(shop: Shop) -> None:
    shop.control("withdraw")
    shop.send("sync.requested", {"resource": "all"})

    shop.work()

    failed = {event["data"]["resource"] for event in of_type(shop, "sync.failed")}
    assert failed == {"accounts", "taxes", "customers", "vendors", "items", "payments"}


def test_the_first_pulls_go_on_after_a_pause(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.control("withdraw")
    shop.send("customer.created", a_customer())
    shop.drive()
    assert (shop.row().state, shop.states()) == ("paused", {"CUS-1": "due"})

    shop.reconnect()
    shop.work()

    assert shop.states() == {"CUS-1": "synced"}


def test_a_connection_enabled_again_begins_anew(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.run("UPDATE runs SET state = 'failed' WHERE connection_id = :c")
    shop.change(state="paused", paused_code="permission_lost")
    shop.send("customer.created", a_customer())

    connections.enable(shop.services, shop.connection_id)
    shop.work()

    assert shop.states() == {"CUS-1": "synced"}


def test_pulls_and_pushes_take_turns(shop: Shop) -> None:
    shop.take(*(shop.event("customer.created", a_customer(f"CUS-{n}")) for n in range(4)))
    shop.send("sync.requested", {"resource": "all"})

    shop.work()

    order = [told for told in shop.told() if told in {"record.synced", "sync.completed"}]
    assert order.index("record.synced") < len(order) - 1 - order[::-1].index("sync.completed")
    assert (order.count("record.synced"), order.count("sync.completed")) == (4, 11)


def pull(shop: Shop, resource: Resource) -> None:
    connections.ask(shop.services, shop.connection_id, resource)
    shop.work()


def of_type(shop: Shop, type_: str) -> list[dict[str, Any]]:
    return [event for event in shop.events() if event["type"] == f"accounting.{type_}"]


def completed_of(shop: Shop, resource: str) -> list[dict[str, Any]]:
    found = [event["data"] for event in of_type(shop, "sync.completed")]
    return [one for one in found if one["resource"] == resource]
