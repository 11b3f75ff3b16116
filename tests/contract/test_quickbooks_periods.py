"""Closed periods over the simulator: what is held, what is shifted, what never comes of it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.contract.ledger import Ledger, Open, kind_of
from tests.contract.quickbooks_company import ENTITIES
from tests.contract.records import a_bill, a_payment, an_expense, an_invoice
from tests.contract.scenes import ready_for, with_items
from worker.policies import ClosedPeriod, Policies
from worker.providers.port import Operation, Ours, Record

CLOSED = {"AccountingInfoPrefs": {"BookCloseDate": "2026-10-15"}}


@pytest.fixture
def shifting(open_quickbooks: Open) -> Ledger:
    """Books that are closed until 2026-10-15, of a connection that shifts documents."""
    ledger = open_quickbooks(closed_until="2026-10-15")
    policies = Policies(closed_period=ClosedPeriod.SHIFT)
    ledger.pulled = replace(ledger.chart(), policies=policies)
    return with_items(ledger)


def test_a_shifted_invoice_stands_on_the_first_open_day(shifting: Ledger) -> None:
    written = shifting.put(an_invoice(due_date="2026-10-10"))

    held = shifting.company.record("Invoice", written.ref)
    assert (held["TxnDate"], held["DueDate"]) == ("2026-10-16", "2026-10-16")
    note = "Dated 2026-10-01 in the CMMS; the books are closed until 2026-10-15"
    assert note in held["PrivateNote"]
    assert written.dated == date(2026, 10, 16)


def test_an_update_of_a_shifted_invoice_is_no_conflict(shifting: Ledger) -> None:
    first = shifting.put(an_invoice())

    second = shifting.put(an_invoice(memo="Second"))

    assert second.dated == first.dated == date(2026, 10, 16)


def test_a_shifted_invoice_is_found_again(shifting: Ledger) -> None:
    submission = shifting.prepared(an_invoice())
    shifting.answer(submission)

    found = shifting.look(submission.parts[0])

    assert isinstance(found, Ours)
    assert found.matched


def test_a_shifted_invoice_returns_to_its_day_when_that_is_open_again(shifting: Ledger) -> None:
    shifting.put(an_invoice())
    shifting.company.prefer(AccountingInfoPrefs={"BookCloseDate": "2026-09-30"})
    shifting.pulled = None

    written = shifting.put(an_invoice())

    held = shifting.company.record("Invoice", written.ref)
    assert (held["TxnDate"], "Dated" in held["PrivateNote"]) == ("2026-10-01", False)


@pytest.mark.parametrize(
    "document", [a_bill(), an_expense(), a_payment()], ids=lambda document: document.id
)
def test_other_documents_are_shifted_as_well(shifting: Ledger, document: Record) -> None:
    written = ready_for(shifting, document).put(document)

    held = shifting.company.record(ENTITIES[kind_of(document)], written.ref)
    assert written.dated == date(2026, 10, 16)
    assert "in the CMMS; the books are closed until 2026-10-15" in held["PrivateNote"]


@pytest.mark.parametrize("document", [a_bill(), an_expense(), a_payment()], ids=lambda one: one.id)
@pytest.mark.parametrize("operation", list(Operation))
def test_other_documents_of_a_closed_period_are_held(
    open_quickbooks: Open, document: Record, operation: Operation
) -> None:
    ledger = ready_for(open_quickbooks(), document)
    if operation is not Operation.CREATE:
        ledger.put(document)
    ledger.company.prefer(**CLOSED)
    ledger.pulled = None

    (held,) = ledger.plan(ledger.work(document, operation)).held

    assert held.fault is not None
    assert held.fault.code == "period_closed"


@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.REMOVE])
def test_what_stands_in_a_closed_period_is_held(
    open_quickbooks: Open, operation: Operation
) -> None:
    ledger = with_items(open_quickbooks())
    written = ledger.put(an_invoice())
    ledger.company.prefer(**CLOSED)
    ledger.pulled = None
    moved = an_invoice(issue_date="2026-11-01", due_date=None)

    plan = ledger.plan(ledger.work(moved, operation))

    (held,) = plan.held
    assert held.fault is not None
    assert held.fault.code == "period_closed"
    assert [cause.id for cause in held.causes] == [written.dated and written.dated.isoformat()]
