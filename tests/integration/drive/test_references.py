"""What an invoice names and cannot be used: inactive records, accounts of another kind."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.builders import a_customer, an_invoice, an_item
from tests.integration.workshop import MAPPING, Altered, Shop, with_books
from worker.providers.lookup import Lookup
from worker.providers.port import Books, Plan, Work
from worker.sync import mapping


def without_item(account: str | None = None) -> dict[str, object]:
    """An invoice whose only line names no item."""
    line = {"description": "Call-out", "unit_price": "100.00", "tax_code": "NON"}
    return an_invoice(lines=[line | ({"account": account} if account else {})])


def deactivate(shop: Shop, kind: str, record_id: str) -> None:
    """A person makes a record inactive in the books."""
    shop.enter(kind, "update", Id=shop.link(record_id).ref, Active=False)


# Records that were made inactive in the books


@pytest.mark.parametrize("saved", [{}, {"phone": "+1 503 555 0100"}])
def test_an_invoice_waits_for_its_customer_to_be_saved_again(
    books: Shop, saved: dict[str, Any]
) -> None:
    deactivate(books, "Customer", "CUS-1")
    books.send("invoice.created", an_invoice())
    books.work()
    waiting = books.link("INV-1")
    assert (waiting.state, waiting.waiting_on) == (
        "waiting",
        [f"customer_ref:{books.link('CUS-1').ref}"],
    )

    books.send("customer.updated", a_customer(**saved))
    books.work()

    assert books.told("INV-1") == ["record.waiting", "record.synced"]
    assert books.marked("Customer", "CUS-1")[0]["Active"] is True


def test_an_invoice_waits_for_its_item_to_be_saved_again(books: Shop) -> None:
    deactivate(books, "Item", "ITM-1")
    books.send("invoice.created", an_invoice())
    books.work()
    assert books.link("INV-1").waiting_on == [f"item_ref:{books.link('ITM-1').ref}"]

    books.send("item.updated", an_item())
    books.work()

    assert books.states()["INV-1"] == "synced"


def test_what_an_inactive_record_holds_up_is_said_in_words(books: Shop) -> None:
    deactivate(books, "Customer", "CUS-1")
    books.send("invoice.created", an_invoice())
    books.work()

    told = books.events("INV-1")[-1]["data"]

    words = "N-INV-1 names a customer that is inactive or deleted in the books."
    assert told["reason"] == words
    assert told["waiting_on"] == {"kind": "customer_ref", "id": books.link("CUS-1").ref}


def test_an_inactive_customer_that_others_changed_too_is_a_conflict(books: Shop) -> None:
    ref = books.link("CUS-1").ref
    phone = {"FreeFormNumber": "+1 503 555 0199"}
    books.enter("Customer", "update", Id=ref, Active=False, PrimaryPhone=phone)

    books.send("customer.updated", a_customer(phone="+1 503 555 0100"))
    books.work()

    assert books.states()["CUS-1"] == "conflict"


# Lines that name no item


def test_a_line_booked_to_no_income_account_is_said_of_the_invoice(books: Shop) -> None:
    books.send("invoice.created", without_item(account="6400"))
    books.work()

    link = books.link("INV-1")
    assert (link.state, link.error_code) == ("waiting", "account_type_wrong")
    assert link.waiting_on == ["account:6400"]
    house = "SELECT * FROM links WHERE connection_id = :c AND record_id LIKE '~%'"
    assert books.all(house) == []


@pytest.mark.parametrize("account", [None, "4100", "Sales"])
def test_every_line_without_item_finds_ours(books: Shop, account: str | None) -> None:
    name = next(a["Name"] for a in books.books("Account") if a.get("AcctNum") == "4100")
    books.send("invoice.created", without_item(name if account == "Sales" else account))

    books.work()

    assert books.states()["INV-1"] == "synced"


# A mapping that is set while something is planned


def test_a_mapping_that_was_mended_while_it_was_planned(books: Shop) -> None:
    wrong, right = books.account("6400"), {"sales": MAPPING["sales"]}
    books.change(mapping={**books.row().mapping, "sales": wrong})
    books.send("invoice.created", without_item())

    def mends(real: Books) -> object:
        return Altered(real, plan=then(real.plan, lambda: mend(books, right)))

    books.work(services=with_books(books.services, mends))

    assert books.told("INV-1") == ["record.synced"]


def mend(shop: Shop, wanted: dict[str, str]) -> None:
    """A person maps the keys, once."""
    if shop.row().mapping["sales"] != shop.account(wanted["sales"]):
        mapping.set_mapping(shop.services, shop.connection_id, wanted)


def then(plan: Callable[..., Plan], act: Callable[[], None]) -> Callable[..., Plan]:
    """Something happens after a plan is made and before it is acted upon."""

    def planned(due: Sequence[Work], lookup: Lookup) -> Plan:
        made = plan(due, lookup)
        act()
        return made

    return planned
