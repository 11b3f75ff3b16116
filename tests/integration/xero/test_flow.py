"""What Xero alone makes of the flow: payments made anew, one contact for two, no stale writes."""

from decimal import Decimal
from typing import Any

import pytest

from tests import builders
from tests.integration.xero.shop import OpenShop, Shop
from worker.providers.port import Resource
from worker.sync import connections


@pytest.fixture
def paid(books: Shop) -> Shop:
    """60.00 of the 100.00 of INV-1 are paid by PAY-1."""
    books.send("invoice.created", builders.an_invoice())
    books.send("payment.recorded", builders.a_payment())
    books.work()
    return books


def payments(shop: Shop) -> list[tuple[str, str]]:
    return [(one["Status"], str(Decimal(one["Amount"]))) for one in shop.books("Payment")]


def the(shop: Shop, kind: str, mark: str) -> dict[str, Any]:
    (found,) = (one for one in shop.books(kind) if mark in str(one))
    return found


def test_a_changed_payment_is_taken_out_and_made_anew(paid: Shop) -> None:
    before = paid.link("PAY-1").ref

    paid.send("payment.recorded", builders.a_payment(amount="75.00"))
    paid.work()

    assert sorted(payments(paid)) == [("AUTHORISED", "75"), ("DELETED", "60")]
    assert paid.link("PAY-1").ref != before
    assert paid.states()["PAY-1"] == "synced"


def test_a_payment_moves_to_another_invoice(paid: Shop) -> None:
    paid.send("invoice.created", builders.an_invoice("INV-2"))
    paid.send("payment.recorded", builders.a_payment(invoice_id="INV-2"))

    paid.work()

    due = {one["InvoiceNumber"]: Decimal(one["AmountDue"]) for one in paid.books("Invoice")}
    assert due == {"N-INV-1": Decimal(100), "N-INV-2": Decimal(40)}


def test_the_withdrawal_whose_answer_is_lost_happens_once(paid: Shop) -> None:
    paid.simulator.fault("lost_answer", entity="Payments")

    paid.send("payment.recorded", builders.a_payment(amount="75.00"))
    paid.work()

    assert sorted(payments(paid)) == [("AUTHORISED", "75"), ("DELETED", "60")]


def test_customer_and_vendor_of_one_name_are_one_contact(shop: Shop) -> None:
    shop.send("customer.created", builders.a_customer(name="Acme Pumps"))
    shop.send("vendor.created", builders.a_vendor(name="Acme Pumps"))

    shop.work()

    assert shop.states() == {"CUS-1": "synced", "VEN-1": "synced"}
    assert shop.link("CUS-1").ref == shop.link("VEN-1").ref


def test_what_others_changed_meanwhile_is_no_stale_write(books: Shop) -> None:
    books.send("invoice.created", builders.an_invoice())
    books.work()
    ref = books.link("INV-1").ref
    changed = {"InvoiceID": ref, "Reference": "Changed by hand"}
    books.simulator.control(
        "POST", f"companies/{books.company}/entities/Invoice?operation=update", changed
    )

    books.send("invoice.updated", builders.an_invoice(memo="Second version", reference="PO 7"))
    books.work()

    assert books.states()["INV-1"] == "conflict"
    assert the(books, "Invoice", ref)["Reference"] == "Changed by hand"


def test_an_error_of_theirs_is_looked_up_and_never_repeated_by_key(books: Shop) -> None:
    books.simulator.fault("server_error", entity="Invoices", took_effect=True)

    books.send("invoice.created", builders.an_invoice())
    books.work()

    assert books.states()["INV-1"] == "synced"
    assert [one["InvoiceNumber"] for one in books.books("Invoice")] == ["N-INV-1"]
    assert [one.sends for one in books.submissions()][-1] == 1


def test_a_missing_scope_pauses_at_once(books: Shop) -> None:
    narrow = {"scope": "offline_access accounting.contacts accounting.settings"}
    books.simulator.control("PUT", f"companies/{books.company}/scopes", narrow)
    mark = books.mark()

    books.send("invoice.created", builders.an_invoice())
    books.work()

    assert (books.row().state, books.row().paused_code) == ("paused", "scope_missing")
    assert sum(books.calls(mark).values()) == 1


def test_an_archived_contact_holds_its_documents_until_it_is_back(books: Shop) -> None:
    ref = books.link("CUS-1").ref
    people = f"companies/{books.company}/entities/Contact"
    books.simulator.control("POST", f"{people}?operation=archive", {"ContactID": ref})

    books.send("invoice.created", builders.an_invoice())
    books.work()
    waiting = books.states()["INV-1"]
    books.simulator.control("POST", f"{people}?operation=restore", {"ContactID": ref})
    connections.ask(books.services, books.connection_id, Resource.CUSTOMERS)
    books.work()

    assert waiting == "waiting"
    assert books.states()["INV-1"] == "synced"


def test_a_closed_period_is_known_by_its_lock_date(open_shop: OpenShop) -> None:
    shop = open_shop(closed_until="2026-10-31")
    shop.send("customer.created", builders.a_customer())
    shop.send("item.created", builders.an_item())
    mark = shop.mark()

    shop.send("invoice.created", builders.an_invoice())
    shop.work()

    assert shop.states()["INV-1"] == "waiting"
    assert "write:Invoices" not in shop.calls(mark)
