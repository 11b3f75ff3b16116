"""Payments that the books hold: what is applied to which invoice, and what was taken back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger
from tests.contract.records import a_bill, a_payment
from tests.contract.scenes import ready_for, with_invoice
from worker.providers.port import PaymentSeen, Resource


def now() -> str:
    return (datetime.now(UTC) - timedelta(seconds=5)).isoformat()


def test_a_partial_payment_shows_on_its_invoice(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    paid = ledger.company.pay(invoice, "100.10")

    before = ledger.books.calls
    page = ledger.books.page(Resource.PAYMENTS, since, None)

    payment = next(one for one in page.payments if one.ref == paid)
    assert payment.applied == {invoice: Decimal("100.1")}
    assert (payment.amount, payment.currency, payment.reference) == (
        Decimal("100.1"),
        "USD",
        "CHK 2207",
    )
    seen = next(one for one in page.invoices if one.ref == invoice)
    assert (seen.balance, seen.status) == (Decimal("138.4"), "partially_paid")
    assert ledger.books.calls - before <= 2


def test_a_full_payment_pays_the_invoice(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    ledger.company.pay(invoice, "238.50")

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    assert [one.status for one in page.invoices] == ["paid"]


def test_a_deleted_payment_is_reversed(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    paid = ledger.company.pay(invoice, "238.50")
    ledger.company.delete_payment(paid)

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    assert [(one.ref, one.reversed, one.applied) for one in page.payments] == [(paid, True, {})]
    assert [one.status for one in page.invoices] == ["open"]


def test_a_voided_invoice_is_not_called_paid(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    ledger.company.void_invoice(invoice)

    page = ledger.books.page(Resource.DOCUMENTS, since, None)

    assert [one.status for one in page.invoices] == ["voided"]


@pytest.mark.parametrize("cursor", [None, "2026-01-01T00:00:00+00:00"])
def test_what_is_too_old_for_changes_is_queried(ledger: Ledger, cursor: str | None) -> None:
    invoice = with_invoice(ledger)
    ledger.company.pay(invoice, "38.50")

    pages = [ledger.books.page(Resource.PAYMENTS, cursor, None)]
    while position := pages[-1].position:
        pages.append(ledger.books.page(Resource.PAYMENTS, cursor, position))

    payments: list[PaymentSeen] = [one for page in pages for one in page.payments]
    assert [one.applied for one in payments] == [{invoice: Decimal("38.5")}]
    assert {one.balance for page in pages for one in page.invoices} == {Decimal(200)}


def test_our_own_payment_is_known_again(ledger: Ledger) -> None:
    since = now()
    written = ready_for(ledger, a_payment()).put(a_payment())

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    (payment,) = page.payments
    assert (payment.ref, payment.digest) == (written.ref, written.digest)
    assert payment.marker == (Kind.PAYMENT, "PAY-1")
    assert payment.applied == {written.applied_to: Decimal(100)}


def test_how_bills_stand_is_told(ledger: Ledger) -> None:
    since = now()
    written = ready_for(ledger, a_bill()).put(a_bill())
    ledger.company.pay_bill(written.ref, "70.00")

    page = ledger.books.page(Resource.DOCUMENTS, since, None)

    seen = next(one for one in page.bills if one.ref == written.ref)
    assert (seen.total, seen.balance) == (Decimal("77.40"), Decimal("7.40"))
    assert (seen.status, seen.party) == ("partially_paid", written.party)
