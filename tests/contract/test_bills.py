"""Purchase invoices are bills: written, changed and taken out of the books as payments allow."""

from dataclasses import replace
from decimal import Decimal

import pytest

from schemas.bill import PurchaseInvoice
from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_bill, a_vendor
from tests.contract.scenes import ready_for
from worker.providers.port import Absent, Barred, Changed, Operation, Ours, Removed, Untouched

OTHER = a_vendor(id="VEN-2", name="Southside Bearings")


def net_of(bill: PurchaseInvoice) -> Decimal:
    return sum((line.net(bill.currency) for line in bill.lines), Decimal(0))


def paid(ledger: Ledger, amount: str) -> str:
    """The ref of a bill of 77.40 of which somebody paid this much."""
    ref = ready_for(ledger, a_bill()).put(a_bill()).ref
    ledger.company.pay_bill(ref, amount)
    return ref


@pytest.mark.parametrize(
    "line",
    [
        {"received_quantity": "7", "unit_cost": "4.33333"},
        {"received_quantity": "30000", "unit_cost": "0.333333"},
        {"received_quantity": "3", "amount": "100.00"},
        {"received_quantity": "0", "amount": "12.00"},
    ],
    ids=str,
)
def test_totals_are_exact(ledger: Ledger, line: dict[str, str]) -> None:
    bill = a_bill(lines=[{"item_id": "ITM-2", **line}], total=None)

    written = ready_for(ledger, bill).put(bill)

    assert written.total == net_of(bill)


def test_a_change_replaces_all_lines(ledger: Ledger) -> None:
    ready_for(ledger, a_bill()).put(a_bill())
    lines = [{"item_id": "ITM-2", "received_quantity": "5", "unit_cost": "30.00"}]

    changed = ledger.put(a_bill(lines=lines, total="150.00", number="INV-77120-B"))

    assert (changed.total, changed.number) == (Decimal("150.00"), "INV-77120-B")


def test_a_voided_bill_owes_nothing(ledger: Ledger) -> None:
    written = ready_for(ledger, a_bill()).put(a_bill())

    outcome = ledger.remove(a_bill())

    assert isinstance(outcome, Removed)
    assert outcome.ref == written.ref
    assert ledger.company.owed() == 0


def test_a_number_is_the_vendors_own(ledger: Ledger) -> None:
    ready_for(ledger, a_bill()).put(a_bill())
    ledger.put(OTHER)

    written = ledger.put(a_bill(id="BILL-2", vendor_id="VEN-2"))

    assert written.number == "INV-77120"
    assert ledger.company.count(Kind.PURCHASE_INVOICE) == 2


def test_another_vendors_bill_of_that_number_is_not_ours(ledger: Ledger) -> None:
    ledger.put(OTHER)
    ready_for(ledger, a_bill()).put(a_bill())

    found = ledger.look(ledger.prepared(a_bill(id="BILL-2", vendor_id="VEN-2")).parts[0])

    assert found == Absent()


def test_a_foreign_vendors_bill_is_in_their_currency(open_ledger: Open) -> None:
    ledger = open_ledger(multicurrency=True)
    ledger.company.deal_in("EUR")
    ledger.put(a_vendor(currency="EUR"))
    bill = a_bill(currency="EUR", exchange_rate="1.0842")

    written = ready_for(ledger, bill).put(bill)

    assert written.total == written.balance == Decimal("77.40")


# Paid ones


@pytest.mark.parametrize("amount", ["10.00", "77.40"])
def test_a_paid_bill_is_not_taken_out(ledger: Ledger, amount: str) -> None:
    paid(ledger, amount)

    found = ledger.look(ledger.prepared(a_bill(), Operation.REMOVE).parts[0])

    assert isinstance(found, Barred)
    assert (found.fault.code, found.fault.names["number"]) == ("bill_paid", "INV-77120")


def test_a_paid_bill_may_be_due_later(ledger: Ledger) -> None:
    paid(ledger, "10.00")
    later = a_bill(due_date="2026-11-15")

    found = ledger.look(ledger.prepared(later).parts[0])

    assert isinstance(found, Untouched)
    key = (Kind.PURCHASE_INVOICE, "BILL-1")
    ledger.known[key] = replace(ledger.known[key], sync_token=found.sync_token)
    assert ledger.put(later).balance == Decimal("67.40")


def test_a_bill_does_not_fall_below_what_is_paid(ledger: Ledger) -> None:
    paid(ledger, "60.00")
    smaller = a_bill(lines=[{"description": "Freight", "amount": "50.00"}], total="50.00")

    found = ledger.look(ledger.prepared(smaller).parts[0])

    assert isinstance(found, Barred)


@pytest.mark.needs("edited while paid")
def test_a_bill_may_fall_to_what_is_paid(ledger: Ledger) -> None:
    paid(ledger, "60.00")
    smaller = a_bill(lines=[{"description": "Freight", "amount": "60.00"}], total="60.00")

    found = ledger.look(ledger.prepared(smaller).parts[0])

    assert isinstance(found, Untouched)


@pytest.mark.needs("moved while paid")
def test_a_paid_bill_moves_to_another_vendor(ledger: Ledger) -> None:
    ledger.put(OTHER)
    paid(ledger, "10.00")

    found = ledger.look(ledger.prepared(a_bill(vendor_id="VEN-2")).parts[0])

    assert isinstance(found, Untouched)


def test_a_bill_changed_by_hand_is_a_conflict(ledger: Ledger) -> None:
    written = ready_for(ledger, a_bill()).put(a_bill())
    ledger.company.edit(Kind.PURCHASE_INVOICE, written.ref)

    found = ledger.look(ledger.prepared(a_bill(due_date="2026-11-15")).parts[0])

    assert isinstance(found, Changed)
    assert found.fields == {"due_date": {"cmms": "2026-11-15", "books": "2026-12-31"}}


def test_a_paid_bill_as_it_is_may_be_saved_again(ledger: Ledger) -> None:
    paid(ledger, "77.40")

    assert isinstance(ledger.look(ledger.prepared(a_bill()).parts[0]), Ours)
