"""Issues: accounts and tax codes that are in use and cannot be used, before a record needs them."""

from typing import Any

import pytest

from tests.builders import an_expense, an_item
from tests.integration.workshop import Shop
from worker.failures import describe
from worker.providers.port import Resource
from worker.store import backlog, issues
from worker.sync import connections, mapping


def switch(shop: Shop, number: str, *, active: bool) -> str:
    """A bookkeeper makes an account inactive, or active again; its id."""
    account = shop.account(number)
    shop.enter("Account", "update", Id=account, Active=active)
    return account


def pull(shop: Shop, resource: Resource = Resource.ACCOUNTS) -> None:
    connections.ask(shop.services, shop.connection_id, resource)
    shop.work()


def open_issues(shop: Shop) -> dict[str, dict[str, Any]]:
    """Code and names of the open issues, by cause."""
    with shop.begin() as session:
        found = issues.open_ones(session, shop.connection_id)
    return {str(one.cause): {"code": one.code, **one.names} for one in found}


@pytest.mark.parametrize("resource", [Resource.ACCOUNTS, Resource.PAYMENTS])
def test_a_mapped_account_made_inactive_is_an_issue(shop: Shop, resource: Resource) -> None:
    account = switch(shop, "6400", active=False)

    pull(shop, resource)

    [(cause, issue)] = open_issues(shop).items()
    assert (cause, issue["code"]) == (f"account:{account}", "mapped_account_inactive")
    assert issue["mapping"] == "journal_debit"
    assert issue["account"] in describe(issue["code"], issue).explanation


def test_nothing_is_said_of_accounts_that_nobody_uses(shop: Shop) -> None:
    switch(shop, "1800", active=False)

    pull(shop)

    assert open_issues(shop) == {}


def test_an_issue_closes_by_itself_once_the_account_is_active_again(shop: Shop) -> None:
    switch(shop, "6400", active=False)
    pull(shop)

    switch(shop, "6400", active=True)
    pull(shop)

    assert open_issues(shop) == {}
    assert len(shop.all("SELECT FROM issues WHERE connection_id = :c")) == 1


def test_an_issue_closes_with_the_mapping_that_it_is_about(shop: Shop) -> None:
    switch(shop, "6400", active=False)
    pull(shop)

    mapping.set_mapping(shop.services, shop.connection_id, {"journal_debit": "6990"})

    assert open_issues(shop) == {}


def test_an_issue_that_is_seen_again_stays_one(shop: Shop) -> None:
    switch(shop, "6400", active=False)
    pull(shop)
    [before] = shop.all("SELECT * FROM issues WHERE connection_id = :c")

    pull(shop)

    [after] = shop.all("SELECT * FROM issues WHERE connection_id = :c")
    assert (after.id, after.first_seen_at) == (before.id, before.first_seen_at)
    assert after.last_seen_at > before.last_seen_at


def test_several_keys_with_one_account_are_one_issue(shop: Shop) -> None:
    refs = shop.row().mapping
    shop.change(mapping={**refs, "journal_credit": refs["journal_debit"]})
    switch(shop, "6400", active=False)

    pull(shop)

    [issue] = open_issues(shop).values()
    assert issue["mapping"] == "journal_credit, journal_debit"


def test_an_account_that_items_name_is_an_issue(shop: Shop) -> None:
    for number in (1, 2):
        shop.send("item.created", an_item(f"ITM-{number}", income_account="4200"))
    shop.work()
    account = switch(shop, "4200", active=False)

    pull(shop)

    [(cause, issue)] = open_issues(shop).items()
    assert (cause, issue["code"]) == (f"account:{account}", "used_account_inactive")
    assert "2 items name it" in describe(issue["code"], issue).explanation


def test_an_account_that_a_record_waits_for_is_an_issue(shop: Shop) -> None:
    switch(shop, "6990", active=False)
    pull(shop)
    shop.send("vendor.created", {"id": "VEN-1", "name": "Northside Bearings"})
    shop.send("expense.saved", an_expense(debit_account="6990"))
    shop.work()

    pull(shop)

    [issue] = open_issues(shop).values()
    assert issue["code"] == "used_account_inactive"
    assert issue["users"] == "1 waiting record"


def test_a_mapped_tax_code_that_is_gone_is_an_issue(shop: Shop) -> None:
    shop.change(mapping={**shop.row().mapping, "sales_tax": "404"})

    pull(shop, Resource.TAXES)

    [(cause, issue)] = open_issues(shop).items()
    assert (cause, issue["code"]) == ("tax_code:404", "mapped_tax_code_inactive")


def test_open_issues_are_counted_by_code(shop: Shop) -> None:
    switch(shop, "6400", active=False)
    pull(shop)

    with shop.begin() as session:
        assert backlog.read(session).issues == {"mapped_account_inactive": 1}
