"""Closed periods over the simulator: what is held, what is shifted, what never comes of it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.contract.ledger import Ledger, Open, kind_of
from tests.contract.quickbooks_company import ENTITIES
from tests.contract.records import a_bill, a_payment, an_expense, an_invoice
from tests.contract.scenes import ready_for, with_items
from worker.policies import ClosedPeriod, Policies
from worker.providers.port import Record


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
