"""Closed periods: what is held, what is shifted, and what the books refuse by themselves."""

from dataclasses import replace
from datetime import date

import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_bill, a_payment, an_expense, an_invoice
from tests.contract.scenes import ready_for, with_items
from worker.errors import Category
from worker.policies import ClosedPeriod, Policies
from worker.providers.port import Operation, Ours, Record, Refused

DOCUMENTS: list[Record] = [an_invoice(), a_bill(), an_expense(), a_payment()]
OPEN = date(2026, 10, 16)


@pytest.fixture
def shifting(open_ledger: Open) -> Ledger:
    """Books that are closed until 2026-10-15, of a connection that shifts documents."""
    ledger = open_ledger(closed_until="2026-10-15")
    policies = Policies(closed_period=ClosedPeriod.SHIFT)
    ledger.pulled = replace(ledger.chart(), policies=policies)
    return ledger


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
def test_a_shifted_document_stands_on_the_first_open_day(
    shifting: Ledger, document: Record
) -> None:
    written = ready_for(shifting, document).put(document)

    assert written.dated == OPEN


def test_an_update_of_a_shifted_invoice_is_no_conflict(shifting: Ledger) -> None:
    with_items(shifting).put(an_invoice())

    assert shifting.put(an_invoice(memo="Second")).dated == OPEN


def test_a_shifted_invoice_is_found_again(shifting: Ledger) -> None:
    submission = with_items(shifting).prepared(an_invoice())
    shifting.answer(submission)

    found = shifting.look(submission.parts[0])

    assert isinstance(found, Ours)
    assert found.matched


def test_a_shifted_invoice_returns_to_its_day_when_that_is_open_again(shifting: Ledger) -> None:
    with_items(shifting).put(an_invoice())
    shifting.company.close("2026-09-30")
    shifting.pulled = None

    assert shifting.put(an_invoice()).dated == date(2026, 10, 1)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
@pytest.mark.parametrize("operation", [Operation.CREATE, Operation.UPDATE, Operation.REMOVE])
def test_documents_of_a_closed_period_are_held(
    ledger: Ledger, document: Record, operation: Operation
) -> None:
    ready_for(ledger, document)
    if operation is not Operation.CREATE:
        ledger.put(document)
    ledger.company.close("2026-10-15")
    ledger.pulled = None

    (held,) = ledger.plan(ledger.work(document, operation)).held

    assert held.fault is not None
    assert held.fault.code == "period_closed"


def test_what_stands_in_a_closed_period_is_held_wherever_it_is_to_go(ledger: Ledger) -> None:
    written = with_items(ledger).put(an_invoice())
    ledger.company.close("2026-10-15")
    ledger.pulled = None

    (held,) = ledger.plan(ledger.work(an_invoice(issue_date="2026-11-01", due_date=None))).held

    assert [cause.id for cause in held.causes] == [str(written.dated)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
@pytest.mark.parametrize("removing", [False, True], ids=["create", "remove"])
def test_a_period_that_was_closed_meanwhile(
    ledger: Ledger, document: Record, *, removing: bool
) -> None:
    ready_for(ledger, document)
    if removing:
        ledger.put(document)
    submission = ledger.prepared(document, Operation.REMOVE if removing else None)
    ledger.company.close("2026-10-15")

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.category is Category.PERIOD
    (cause,) = outcome.fault.causes
    assert (cause.kind, cause.id[:9]) == ("period", "2026-10-0")


def test_what_is_refused_for_its_period_names_the_document(ledger: Ledger) -> None:
    submission = with_items(ledger).prepared(an_invoice())
    ledger.company.close("2026-10-15")

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.names["date"] == "2026-10-01"
