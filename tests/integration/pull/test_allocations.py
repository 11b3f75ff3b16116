"""Money on account, credits, and invoices that were edited, voided or deleted by hand."""

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_customer, an_invoice
from tests.integration.pull.paying import lines, moved, pay, pull, standing, types
from tests.integration.workshop import OpenShop, Shop


def test_what_a_payment_leaves_over_is_in_the_log(billed: Shop) -> None:
    pay(billed, total="150.00", INV_1="100.00")

    pull(billed)

    [row] = billed.payments()
    assert (row.amount, row.applied, row.unapplied) == (150, 100, 50)
    assert standing(billed, "INV-1") == ("paid", 100, 0)


def test_money_on_account_is_logged_until_it_is_applied(billed: Shop) -> None:
    paid = pay(billed, total="100.00")
    pull(billed)
    on_account = [(row.invoice_ref, row.unapplied, row.state) for row in billed.payments()]

    billed.enter("Payment", "update", Id=paid, Line=lines(billed, INV_1="100.00"))
    pull(billed)

    assert on_account == [("", 100, "received")]
    assert [(row.invoice_id, row.unapplied) for row in billed.payments()] == [("INV-1", 0)]
    assert types(billed, "INV-1") == ["payment.received"]


def test_money_on_account_that_is_taken_back_stays_in_the_log(billed: Shop) -> None:
    paid = pay(billed, total="100.00")
    pull(billed)

    billed.enter("Payment", "delete", Id=paid)
    pull(billed)

    assert [row.state for row in billed.payments()] == ["reversed"]
    assert not [told for told in billed.told() if told.startswith("payment.")]


def test_a_credit_memo_pays_through_a_payment_of_nothing(billed: Shop) -> None:
    memo = credit(billed, "60.00")

    pay(billed, total="0", memo=memo, INV_1="60.00")
    pull(billed)

    [row] = billed.payments()
    assert (row.amount, row.applied, row.unapplied) == (0, 60, 0)
    assert standing(billed, "INV-1") == ("partially_paid", 60, 40)
    assert [told["data"]["applied"] for told in moved(billed, "INV-1")] == ["60.00"]


def test_a_credit_that_the_books_apply_by_themselves_pays_as_well(books: Shop) -> None:
    by_itself = {"SalesFormsPrefs": {"AutoApplyCredit": True}}
    books.simulator.control("PUT", f"companies/{books.company}/preferences", by_itself)
    credit(books, "60.00")

    books.send("invoice.created", an_invoice("INV-1"))
    books.work()
    pull(books)

    assert standing(books, "INV-1") == ("partially_paid", 60, 40)
    assert types(books, "INV-1") == ["payment.received"]


def test_an_invoice_edited_by_hand_shows_by_how_much(billed: Shop) -> None:
    edit(billed, "INV-1", "130.00")

    pull(billed)

    link = billed.link("INV-1")
    assert (link.total, link.variance, link.balance, link.paid_amount) == (130, 30, 130, 0)


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_an_invoice_taken_out_by_hand_is_not_paid(billed: Shop, operation: str) -> None:
    pay(billed, INV_1="100.00")
    pull(billed)

    billed.enter("Invoice", operation, Id=billed.link("INV-1").ref)
    pull(billed)
    pull(billed)

    assert standing(billed, "INV-1") == ("voided", 0, 0)
    assert types(billed, "INV-1") == ["payment.received", "payment.reversed"]
    assert moved(billed, "INV-1")[-1]["data"]["status"] == "voided"


def test_an_invoice_voided_by_hand_stays_so_when_the_cmms_says_the_same_again(billed: Shop) -> None:
    billed.enter("Invoice", "void", Id=billed.link("INV-1").ref)
    pull(billed)

    billed.send("invoice.updated", an_invoice("INV-1", version=7))
    billed.work()

    assert standing(billed, "INV-1") == ("voided", 0, 0)
    assert billed.link("INV-1").variance == -100


def test_an_invoice_that_the_cmms_voids_keeps_its_total(billed: Shop) -> None:
    billed.send("invoice.voided", {"id": "INV-1"})
    billed.work()

    pull(billed)

    link = billed.link("INV-1")
    assert (link.status, link.total, link.variance, link.balance) == ("voided", 100, None, 0)


def test_another_currency_is_told_in_that_currency(open_shop: OpenShop) -> None:
    shop = abroad(open_shop)
    pay(shop, currency="EUR", INV_1="40.00")

    pull(shop)

    [told] = moved(shop, "INV-1")
    assert told["data"]["payment"]["currency"] == "EUR"
    assert standing(shop, "INV-1") == ("partially_paid", 40, 60)


@pytest.mark.parametrize(
    "change", [{"TxnDate": "2026-11-04"}, {"PaymentRefNum": "CHK 8"}, {"TotalAmt": 31}]
)
def test_every_edit_of_a_payment_is_told_once(billed: Shop, change: dict[str, Any]) -> None:
    paid = pay(billed, INV_1="30.00")
    pull(billed)

    billed.enter("Payment", "update", Id=paid, Line=lines(billed, INV_1="30.00"), **change)
    pull(billed)
    pull(billed)

    assert types(billed, "INV-1") == ["payment.received", "payment.changed"]
    assert standing(billed, "INV-1") == ("partially_paid", 30, 70)


def test_a_payment_voided_after_its_move_is_reversed_on_the_new_invoice_only(billed: Shop) -> None:
    paid = pay(billed, INV_1="100.00")
    pull(billed)
    billed.enter("Payment", "update", Id=paid, Line=lines(billed, INV_2="100.00"))
    pull(billed)

    billed.enter("Payment", "void", Id=paid)
    pull(billed)

    assert types(billed, "INV-1") == ["payment.received", "payment.reversed"]
    assert types(billed, "INV-2") == ["payment.received", "payment.reversed"]
    assert [standing(billed, one)[0] for one in ("INV-1", "INV-2")] == ["open", "open"]


def credit(shop: Shop, amount: str) -> str:
    """A bookkeeper writes a credit memo for CUS-1; its id."""
    line = sale(shop, amount)
    customer = {"value": shop.link("CUS-1").ref}
    return str(shop.enter("CreditMemo", CustomerRef=customer, Line=[line])["Id"])


def edit(shop: Shop, record_id: str, amount: str) -> None:
    """A bookkeeper gives an invoice one line of this amount."""
    shop.enter("Invoice", "update", Id=shop.link(record_id).ref, Line=[sale(shop, amount)])


def sale(shop: Shop, amount: str) -> dict[str, object]:
    detail = {"ItemRef": {"value": shop.link("ITM-1").ref}, "TaxCodeRef": {"value": "NON"}}
    kind = "SalesItemLineDetail"
    return {"Amount": float(Decimal(amount)), "DetailType": kind, kind: detail}


def abroad(open_shop: OpenShop) -> Shop:
    """A shop with several currencies; INV-1 of 100.00 is in euros."""
    shop = open_shop(multicurrency=True)
    shop.work()
    shop.change(mapping={"income": shop.account("4000")})
    shop.send("customer.created", a_customer(currency="EUR"))
    shop.send("item.created", {"id": "ITM-1", "name": "Hour", "type": "service"})
    shop.send("invoice.created", an_invoice("INV-1", currency="EUR", exchange_rate="1.10"))
    shop.work()
    return shop
