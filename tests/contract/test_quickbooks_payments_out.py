"""Payments taken in the CMMS: applied to their invoice as far as it is open, moved, taken back."""

from decimal import Decimal

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party, a_payment, an_invoice
from tests.contract.scenes import ready_for, with_invoice
from worker.providers.port import Changed, Refused, Stale, Untouched, Written
from worker.terms import Cause


def balance(ledger: Ledger, invoice: str) -> Decimal:
    return Decimal(str(ledger.company.record("Invoice", invoice)["Balance"]))


def second_invoice(ledger: Ledger, **fields: object) -> str:
    line = {"item_id": "ITM-1", "unit_price": "95.00", "tax_code": "NON"}
    given = {"id": "INV-2", "number": "2026-1043", "lines": [line], "total": "95.00"}
    return ledger.put(an_invoice(**given | fields)).ref


def test_a_payment_pays_its_invoice(quickbooks: Ledger) -> None:
    invoice = with_invoice(quickbooks)

    written = quickbooks.put(a_payment())

    held = quickbooks.company.record("Payment", written.ref)
    assert (held["PaymentRefNum"], held["TxnDate"]) == ("CHK 2207", "2026-10-05")
    assert held["DepositToAccountRef"]["value"] == quickbooks.account("1200")
    assert held["PrivateNote"] == "Paid by check\n[CMMS payment PAY-1]"
    assert (written.total, written.balance) == (Decimal(100), Decimal(0))
    assert written.applied_to == invoice
    assert balance(quickbooks, invoice) == Decimal("138.5")


def test_a_named_account_takes_the_money(quickbooks: Ledger) -> None:
    written = ready_for(quickbooks, a_payment()).put(a_payment(account="1010"))

    held = quickbooks.company.record("Payment", written.ref)
    assert held["DepositToAccountRef"]["value"] == quickbooks.account("1010")


def test_a_long_reference_stands_whole_in_the_note(quickbooks: Ledger) -> None:
    reference = "SEPA 2026-10-05 4711 0815 77120"

    written = ready_for(quickbooks, a_payment()).put(a_payment(reference=reference, method=None))

    held = quickbooks.company.record("Payment", written.ref)
    assert held["PaymentRefNum"] == reference[:21]
    assert held["PrivateNote"] == f"Reference: {reference}\n[CMMS payment PAY-1]"


@pytest.mark.parametrize(("amount", "left"), [("40.00", "198.5"), ("238.50", "0")])
def test_a_changed_amount_is_applied_anew(quickbooks: Ledger, amount: str, left: str) -> None:
    invoice = with_invoice(quickbooks)
    quickbooks.put(a_payment())

    changed = quickbooks.put(a_payment(amount=amount, date="2026-10-06", reference=None))

    held = quickbooks.company.record("Payment", changed.ref)
    assert (held["TotalAmt"], held["TxnDate"]) == (float(amount), "2026-10-06")
    assert not held.get("PaymentRefNum")
    assert balance(quickbooks, invoice) == Decimal(left)


def test_a_payment_in_the_invoices_currency(open_quickbooks: Open) -> None:
    ledger = open_quickbooks(multicurrency=True)
    ledger.put(a_party(currency="EUR"))
    ready_for(ledger, an_invoice()).put(an_invoice(currency="EUR"))

    written = ledger.put(a_payment(currency="EUR"))

    held = ledger.company.record("Payment", written.ref)
    assert (held["CurrencyRef"]["value"], written.balance) == ("EUR", Decimal(0))


def test_our_payment_does_no_harm_to_later_changes_of_its_invoice(quickbooks: Ledger) -> None:
    """It moves the invoice's token: the change meets that, finds nothing changed, and goes out."""
    invoice = with_invoice(quickbooks)
    quickbooks.put(a_payment())
    submission = quickbooks.prepared(an_invoice(memo="Thank you"))
    assert isinstance(quickbooks.send(submission), Stale)

    found = quickbooks.look(submission.parts[0])

    assert isinstance(found, Untouched)
    known = quickbooks.known[(Kind.INVOICE, "INV-1")]
    assert isinstance(known, Written)
    quickbooks.known[(Kind.INVOICE, "INV-1")] = Written(
        invoice, found.sync_token, party=known.party
    )
    assert quickbooks.put(an_invoice(memo="Thank you")).balance == Decimal("138.5")


def test_a_payment_applied_elsewhere_by_hand_is_a_conflict(quickbooks: Ledger) -> None:
    with_invoice(quickbooks)
    second = second_invoice(quickbooks)
    written = quickbooks.put(a_payment(amount="50.00"))
    line = {"Amount": 50, "LinkedTxn": [{"TxnId": second, "TxnType": "Invoice"}]}
    quickbooks.company.enter("Payment", Id=written.ref, Line=[line])

    found = quickbooks.look(quickbooks.prepared(a_payment(amount="60.00")).parts[0])

    assert isinstance(found, Changed)
    assert set(found.fields) == {"amount", "lines"}


# What the books refuse


def test_6000_more_than_the_invoice_has_open_by_now(refusing: Open) -> None:
    ledger = refusing()
    invoice = with_invoice(ledger)
    ledger.company.pay(invoice, "200.00")

    outcome = ledger.push(a_payment())

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("not_applied", False)
    assert outcome.fault.causes == {Cause("balance", invoice)}


def test_620_an_invoice_that_was_voided_by_hand(refusing: Open) -> None:
    ledger = refusing()
    invoice = with_invoice(ledger)
    ledger.company.void_invoice(invoice)

    outcome = ledger.push(a_payment())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "not_applied"
    assert outcome.fault.causes == {Cause("balance", invoice)}


@pytest.mark.parametrize("word", ["changed", "deleted"])
def test_6540_a_payment_that_was_deposited(refusing: Open, word: str) -> None:
    ledger = ready_for(refusing(), a_payment())
    ledger.company.deposit(ledger.put(a_payment()).ref)
    ledger.known[(Kind.PAYMENT, "PAY-1")] = fresh(ledger)

    deleted = word == "deleted"
    outcome = ledger.remove(a_payment()) if deleted else ledger.push(a_payment(amount="90.00"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "locked_in_books"


def fresh(ledger: Ledger) -> Written:
    """The payment with the token that it has by now."""
    (held,) = ledger.company.records("Payment")
    return Written(held["Id"], held["SyncToken"])


def test_6250_a_customer_who_was_made_inactive(refusing: Open) -> None:
    ledger = ready_for(refusing(), a_payment())
    submission = ledger.prepared(a_payment())
    customer = ledger.known[(Kind.CUSTOMER, "CUS-1")].ref
    ledger.company.enter("Invoice", "void", Id=ledger.known[(Kind.INVOICE, "INV-1")].ref)
    ledger.company.enter("Customer", Id=customer, Active=False)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == {Cause("customer_ref", customer)}


def test_610_a_deposit_account_that_was_made_inactive(refusing: Open) -> None:
    ledger = ready_for(refusing(), a_payment())
    submission = ledger.prepared(a_payment(account="1010"))
    savings = ledger.account("1010")
    ledger.company.enter("Account", Id=savings, Active=False)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == {Cause("account", savings)}
