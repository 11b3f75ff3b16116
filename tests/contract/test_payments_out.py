"""Payments taken in the CMMS: applied to their invoice as far as it is open, moved, taken back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party, a_payment, an_invoice
from tests.contract.scenes import ready_for, with_invoice
from worker.providers.port import Operation, Refused, Removed, Untouched


def second_invoice(ledger: Ledger, **fields: object) -> str:
    line = {"item_id": "ITM-1", "unit_price": "95.00", "tax_code": "NON"}
    given = {"id": "INV-2", "number": "2026-1043", "lines": [line], "total": "95.00"}
    return ledger.put(an_invoice(**given | fields)).ref


def test_a_payment_pays_its_invoice(ledger: Ledger) -> None:
    invoice = with_invoice(ledger)

    written = ledger.put(a_payment())

    assert (written.total, written.balance) == (Decimal(100), Decimal(0))
    assert written.applied_to == invoice
    assert ledger.company.balance(invoice) == Decimal("138.5")


@pytest.mark.needs("unapplied payments")
def test_what_exceeds_the_invoice_stays_unapplied(ledger: Ledger) -> None:
    invoice = with_invoice(ledger)
    ledger.put(a_payment(amount="200.00"))

    written = ledger.put(a_payment(id="PAY-2", amount="50.00"))

    assert (written.total, written.balance) == (Decimal(50), Decimal("11.5"))
    assert ledger.company.balance(invoice) == 0


@pytest.mark.needs("unapplied payments")
def test_a_payment_of_a_paid_invoice_is_on_account(ledger: Ledger) -> None:
    ready_for(ledger, a_payment()).put(a_payment(amount="238.50"))

    written = ledger.put(a_payment(id="PAY-2", amount="50.00"))

    assert (written.total, written.balance) == (Decimal(50), Decimal(50))
    assert written.applied_to is None


@pytest.mark.parametrize(("amount", "left"), [("40.00", "198.5"), ("238.50", "0")])
def test_a_changed_amount_is_applied_anew(ledger: Ledger, amount: str, left: str) -> None:
    invoice = with_invoice(ledger)
    ledger.put(a_payment())

    changed = ledger.put(a_payment(amount=amount, date="2026-10-06", reference=None))

    assert (changed.total, changed.applied_to) == (Decimal(amount), invoice)
    assert ledger.company.balance(invoice) == Decimal(left)


def test_a_payment_moves_to_another_invoice(ledger: Ledger) -> None:
    first = with_invoice(ledger)
    second = second_invoice(ledger)
    ledger.put(a_payment(amount="95.00"))

    moved = ledger.put(a_payment(amount="95.00", invoice_id="INV-2"))

    assert moved.applied_to == second
    assert [ledger.company.balance(one) for one in (first, second)] == [Decimal("238.5"), 0]


def test_a_payment_moves_to_another_customers_invoice(ledger: Ledger) -> None:
    with_invoice(ledger)
    ledger.put(a_party(id="CUS-2", name="Quayside Inn"))
    second = second_invoice(ledger, customer_id="CUS-2")
    ledger.put(a_payment(amount="95.00"))

    ledger.put(a_payment(amount="95.00", invoice_id="INV-2"))

    assert ledger.company.balance(second) == 0


def test_a_deleted_payment_reopens_its_invoice(ledger: Ledger) -> None:
    invoice = with_invoice(ledger)
    ledger.put(a_payment())

    outcome = ledger.remove(a_payment())

    assert isinstance(outcome, Removed)
    assert ledger.company.balance(invoice) == Decimal("238.5")


def test_a_payment_is_in_its_invoices_currency(open_ledger: Open) -> None:
    ledger = open_ledger(multicurrency=True)
    ledger.company.deal_in("EUR")
    ledger.put(a_party(currency="EUR"))
    ready_for(ledger, an_invoice()).put(an_invoice(currency="EUR"))

    written = ledger.put(a_payment(currency="EUR"))

    assert (written.total, written.balance) == (Decimal(100), Decimal(0))


def test_our_payment_does_no_harm_to_later_changes_of_its_invoice(ledger: Ledger) -> None:
    with_invoice(ledger)
    ledger.put(a_payment())
    later = an_invoice(due_date="2026-11-15")

    found = ledger.look(ledger.prepared(later).parts[0])

    assert isinstance(found, Untouched)
    key = (Kind.INVOICE, "INV-1")
    ledger.known[key] = replace(ledger.known[key], sync_token=found.sync_token)
    assert ledger.put(later).balance == Decimal("138.5")


def test_more_than_the_invoice_has_open_by_now_is_refused(ledger: Ledger) -> None:
    invoice = with_invoice(ledger)
    ledger.company.pay(invoice, "200.00")

    outcome = ledger.push(a_payment())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "not_applied"


def test_a_payment_that_the_bank_has_is_not_taken_back(ledger: Ledger) -> None:
    written = ready_for(ledger, a_payment()).put(a_payment())
    ledger.company.deposit(written.ref)
    found = ledger.look(ledger.prepared(a_payment(), Operation.REMOVE).parts[0])
    token = found.sync_token if isinstance(found, Untouched) else None
    ledger.known[Kind.PAYMENT, "PAY-1"] = replace(written, sync_token=token)

    outcome = ledger.remove(a_payment())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "locked_in_books"
