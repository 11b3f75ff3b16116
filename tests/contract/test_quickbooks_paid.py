"""Invoices with payments: what of them may change, what waits, and what becomes of the payments."""

from dataclasses import replace

import pytest

from schemas.invoice import Invoice
from schemas.kinds import Kind
from tests.contract.ledger import Ledger
from tests.contract.records import a_party, an_invoice
from tests.contract.scenes import with_invoice
from worker.providers.port import Barred, Operation, Plan, Untouched, Written
from worker.terms import Cause

OTHER = a_party(id="CUS-2", name="Quay Inn", email="desk@quay.example")
DEARER = [{"item_id": "ITM-1", "quantity": "3", "unit_price": "95.00", "tax_code": "NON"}]
CHEAPER = [{"item_id": "ITM-1", "unit_price": "95.00", "tax_code": "NON"}]

dearer = an_invoice(lines=DEARER, total="285.00")
cheaper = an_invoice(lines=CHEAPER, total="95.00")
moved = an_invoice(customer_id="CUS-2")


def paid(ledger: Ledger, amount: str) -> str:
    """The ref of an invoice of 238.50 of which somebody paid this much."""
    ref = with_invoice(ledger)
    ledger.company.pay(ref, amount)
    return ref


def planned(ledger: Ledger, document: Invoice, operation: Operation | None = None) -> Plan:
    """The plan for a change of `an_invoice`, of which nobody has asked what is paid."""
    work = ledger.work(document, operation)
    return ledger.plan(replace(work, unasked=True, total=an_invoice().total))


def renewed(ledger: Ledger, document: Invoice) -> Written:
    """Looked up, then sent on the token that was found."""
    found = ledger.look(ledger.prepared(document).parts[0])
    assert isinstance(found, Untouched)
    key = (Kind.INVOICE, document.id)
    ledger.known[key] = replace(ledger.known[key], sync_token=found.sync_token)
    return ledger.put(document)


@pytest.mark.parametrize("later", [an_invoice(memo="Second"), dearer], ids=["memo", "dearer"])
def test_a_paid_invoice_takes_what_leaves_its_payments_covered(
    quickbooks: Ledger, later: Invoice
) -> None:
    paid(quickbooks, "200.00")

    written = renewed(quickbooks, later)

    assert later.total is not None
    assert (written.total, written.balance) == (later.total, later.total - 200)


@pytest.mark.parametrize(
    ("later", "code"), [(cheaper, "total_below_paid"), (moved, "customer_paid")]
)
def test_what_would_leave_payments_uncovered_is_refused_after_a_look(
    quickbooks: Ledger, later: Invoice, code: str
) -> None:
    paid(quickbooks, "200.00")
    quickbooks.put(OTHER)

    found = quickbooks.look(quickbooks.prepared(later).parts[0])

    assert isinstance(found, Barred)
    assert found.fault.code == code
    assert found.fault.causes == {Cause("payments", "INV-1")}


@pytest.mark.parametrize(
    ("later", "operation"),
    [
        (cheaper, Operation.UPDATE),
        (moved, Operation.UPDATE),
        (an_invoice(total=None), Operation.UPDATE),
        (an_invoice(), Operation.REMOVE),
    ],
    ids=["cheaper", "moved", "no total", "void"],
)
def test_payments_are_looked_for_first(
    quickbooks: Ledger, later: Invoice, operation: Operation
) -> None:
    with_invoice(quickbooks)
    quickbooks.put(OTHER)

    plan = planned(quickbooks, later, operation)

    assert (len(plan.look), plan.requests) == (1, ())


def test_what_payments_do_not_care_about_goes_without_a_look(quickbooks: Ledger) -> None:
    with_invoice(quickbooks)

    plan = planned(quickbooks, dearer)

    assert (len(plan.requests), plan.look) == (1, ())


def test_lines_as_they_are_bar_nothing_though_the_total_differs(quickbooks: Ledger) -> None:
    off = an_invoice(total="238.49")  # the CMMS rounds in another way
    ref = with_invoice(quickbooks)
    quickbooks.put(off)
    quickbooks.company.pay(ref, "238.50")

    written = renewed(quickbooks, off.model_copy(update={"memo": "Second"}))

    assert written.balance == 0


def test_an_unpaid_invoice_moves_to_another_customer(quickbooks: Ledger) -> None:
    ref = with_invoice(quickbooks)
    other = quickbooks.put(OTHER)

    quickbooks.put(moved)

    assert quickbooks.company.record("Invoice", ref)["CustomerRef"]["value"] == other.ref
    balances = {one["Id"]: one["Balance"] for one in quickbooks.company.records("Customer")}
    assert (balances[other.ref], sum(balances.values())) == (238.5, 238.5)


def test_a_move_touches_both_customers(quickbooks: Ledger) -> None:
    with_invoice(quickbooks)
    former, other = quickbooks.known[(Kind.CUSTOMER, "CUS-1")], quickbooks.put(OTHER)

    (request,) = quickbooks.plan(quickbooks.work(moved)).requests

    assert {f"customer:{former.ref}", f"customer:{other.ref}"} <= request.touches
