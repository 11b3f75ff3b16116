"""Payments and what they pay: drafts that people approve, payments that are made anew, documents
that money is on."""

from typing import Any

import pytest

from tests.builders import a_payment, an_invoice
from tests.integration.xero.shop import Shop
from worker.providers.port import Resource
from worker.sync import connections
from worker.sync.configure import set_options


def pull(shop: Shop, resource: Resource) -> None:
    connections.ask(shop.services, shop.connection_id, resource)
    shop.work()


def approve(shop: Shop, ref: str) -> None:
    """Somebody approves a draft in Xero."""
    body = {"InvoiceID": ref, "Status": "AUTHORISED"}
    shop.simulator.control("POST", f"companies/{shop.company}/entities/Invoice", body)


def standing(shop: Shop, kind: str) -> list[tuple[str, Any]]:
    """Status and amount of all records of a kind, as the books hold them."""
    amounts = {"Invoice": "AmountDue", "Payment": "Amount"}
    return [(one["Status"], one[amounts[kind]]) for one in shop.books(kind)]


def sell(shop: Shop) -> None:
    """An invoice over 100.00 and a payment on it."""
    shop.send("invoice.created", an_invoice())
    shop.send("payment.recorded", a_payment())
    shop.work()


def test_a_draft_takes_its_payment_once_people_approve_it(books: Shop) -> None:
    set_options(books.services, books.connection_id, {"invoice_status": "draft"})
    sell(books)
    waiting = books.states()["PAY-1"]

    approve(books, books.link("INV-1").ref)
    pull(books, Resource.DOCUMENTS)

    assert (waiting, books.states()["PAY-1"]) == ("waiting", "synced")
    assert len(standing(books, "Payment")) == 1


def test_a_payment_that_changed_is_taken_out_and_made_anew(books: Shop) -> None:
    sell(books)
    first = books.link("PAY-1").ref

    books.send("payment.recorded", a_payment(amount="90.00", version=2))
    books.work()

    assert sorted(standing(books, "Payment")) == [("AUTHORISED", 90.0), ("DELETED", 60.0)]
    assert books.link("PAY-1").ref != first
    assert books.states()["PAY-1"] == "synced"


def test_a_payment_that_would_be_too_much_is_not_taken_out(books: Shop) -> None:
    sell(books)
    books.send("payment.recorded", a_payment(amount="150.00", version=2))
    books.work()
    before = (books.states()["PAY-1"], standing(books, "Payment"))

    books.send("payment.recorded", a_payment(amount="100.00", version=3))
    books.work()

    assert before == ("waiting", [("AUTHORISED", 60.0)])
    assert sorted(standing(books, "Payment")) == [("AUTHORISED", 100.0), ("DELETED", 60.0)]


def test_a_payment_that_was_made_anew_is_nobodys_news(books: Shop) -> None:
    sell(books)
    pull(books, Resource.PAYMENTS)
    books.send("payment.recorded", a_payment(amount="90.00", version=2))
    books.work()

    pull(books, Resource.PAYMENTS)

    assert [one for one in books.told() if one.startswith("payment.")] == []


def test_words_of_an_invoice_that_is_paid_in_part_still_change(books: Shop) -> None:
    sell(books)
    later = an_invoice(reference="PO 8", version=2)

    books.send("invoice.updated", later)
    books.work()

    [invoice] = books.books("Invoice")
    assert invoice["Reference"].startswith("PO 8")
    assert books.states()["INV-1"] == "synced"


@pytest.mark.parametrize("count", [1, 2])
def test_amounts_of_an_invoice_wait_for_its_payments_to_go(books: Shop, count: int) -> None:
    sell(books)
    books.send("invoice.updated", an_invoice(reference="PO 8", version=2))
    books.work()  # from here on it is known that money is on it
    lines = [{"description": "Work", "amount": "10.00", "tax_code": "NON"}] * count
    books.send("invoice.updated", an_invoice(lines=lines, total=None, version=3))
    books.work()
    waiting = books.states()["INV-1"]

    books.send("payment.deleted", {"id": "PAY-1"})
    books.work()

    assert (waiting, books.states()["INV-1"]) == ("waiting", "synced")
    assert standing(books, "Invoice") == [("AUTHORISED", 10.0 * count)]
