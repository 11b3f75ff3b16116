"""Xero's messages about what stands in a request, provoked, and what they mean to us.

What our own checks would stop is forced through by editing the request. Messages of the reference
that the simulator does not say are in the table of `test_faults.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from schemas.kinds import Kind
from tests.contract.conftest import opening
from tests.contract.forcing import Body, Edit, setting, without
from tests.contract.ledger import Ledger
from tests.contract.providers import XERO
from tests.contract.records import (
    a_bill,
    a_party,
    a_payment,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from worker.providers.port import Cause, Clash, Operation, Outcome, Record, Refused, Stale, Written

NOWHERE = "11111111-2222-3333-4444-555555555555"
CUSTOMER = a_party(id="CUS-9", name="Another hotel")
SALE = an_invoice(id="INV-9", number="N-9")
BILL = a_bill(id="BILL-9", number="N-9")
EXPENSE = an_expense(id="EXP-9")
PAYMENT = a_payment(id="PAY-9")
Cases = Mapping[str, tuple[Record, Edit, str]]


def of_line(**fields: object) -> Edit:
    """An edit of the first line."""

    def edit(element: Body) -> None:
        lines = element.get("LineItems") or element["JournalLines"]
        lines[0].update(fields)

    return edit


CERTAIN: Cases = {
    "Email address must be valid": (CUSTOMER, setting(EmailAddress="nobody"), "email_invalid"),
    "maximum length": (CUSTOMER, setting(Name="x" * 256), "value_too_long"),
    "A Contact must be specified": (SALE, without("Contact"), "defect"),
    "elements to identify the contact": (SALE, setting(Contact={}), "defect"),
    "valid status for creation": (SALE, setting(Status="PAID"), "defect"),
    "line items must be specified": (SALE, setting(LineItems=[]), "value_refused"),
    "greater than the line total": (SALE, of_line(DiscountRate=101), "value_refused"),
    "Description is required": (
        SALE,
        setting(LineItems=[{"Quantity": 1, "UnitAmount": 5}]),
        "value_refused",
    ),
    "expected line total": (SALE, of_line(LineAmount=1), "defect"),
    "must equal total credits": (EXPENSE, of_line(LineAmount=1), "defect"),
    "Error converting value": (SALE, setting(LineAmountTypes="EXCLUSIVE"), "defect"),
    "Cannot deserialize": (SALE, setting(LineItems={}), "defect"),
}
OTHERS: Cases = {
    "is not a valid code for this document": (SALE, of_line(AccountCode="999"), "account_missing"),
    "valid code": (EXPENSE, of_line(AccountCode="610"), "account_missing"),
    "does not exist": (SALE, of_line(TaxType="TAX099"), "tax_code_missing"),
    "cannot be used with account": (
        SALE,
        of_line(TaxType="INPUT", AccountCode="200"),
        "tax_refused",
    ),
    "not subscribed to currency": (SALE, setting(CurrencyCode="NZD"), "currency_not_enabled"),
    "could not be found": (BILL, setting(Contact={"ContactID": NOWHERE}), "reference_inactive"),
    "Item code": (SALE, of_line(ItemCode="NOTHING"), "reference_inactive"),
    "exceeds the amount outstanding": (PAYMENT, setting(Amount=900), "not_applied"),
    "Invoice could not be found": (
        PAYMENT,
        setting(Invoice={"InvoiceID": NOWHERE}),
        "reference_inactive",
    ),
    "Account could not be found": (
        PAYMENT,
        setting(Account={"AccountID": NOWHERE}),
        "account_missing",
    ),
    "valid account for payments": (PAYMENT, setting(Account={"Code": "200"}), "account_type_wrong"),
    "amount must be greater": (PAYMENT, setting(Amount=0), "books_refused"),
}
TAKEN: Cases = {
    "already assigned to another contact": (
        CUSTOMER,
        setting(Name="HARBOR hotel group"),
        "duplicate_name",
    ),
    "already exists": (an_item(id="ITM-9", sku="ITM-1"), setting(), "duplicate_name"),
    "# must be unique": (SALE, setting(InvoiceNumber="2026-1042"), "duplicate_number"),
}


@pytest.fixture(scope="module")
def books(http: httpx.Client, strict_simulators: dict[str, Any]) -> Ledger:
    """One organisation for all that is refused: it leaves nothing behind."""
    ledger = opening(XERO, http, strict_simulators, {})()
    for document in (a_party(), a_vendor(), an_item(), a_stock_item(tax_code=None), an_invoice()):
        ledger.put(document)
    return ledger


def forced(ledger: Ledger, document: Record, edit: Edit) -> Outcome:
    """What Xero says to a document's request after an edit of its element."""
    submission = ledger.prepared(document)
    body = json.loads(submission.body)
    [[element]] = body.values()
    edit(element)
    return ledger.send(replace(submission, body=json.dumps(body)))


@pytest.mark.parametrize("said", CERTAIN)
def test_what_can_never_be_taken_is_certain(books: Ledger, said: str) -> None:
    document, edit, code = CERTAIN[said]

    outcome = forced(books, document, edit)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == (code, True)
    assert said in outcome.fault.detail


@pytest.mark.parametrize("said", OTHERS)
def test_what_could_be_taken_otherwise_is_not(books: Ledger, said: str) -> None:
    document, edit, code = OTHERS[said]

    outcome = forced(books, document, edit)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == (code, False)
    assert said in outcome.fault.detail


@pytest.mark.parametrize("said", TAKEN)
def test_what_is_taken_is_looked_at(books: Ledger, said: str) -> None:
    document, edit, code = TAKEN[said]

    outcome = forced(books, document, edit)

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == code
    assert said in outcome.fault.detail


def test_a_key_that_is_used_for_something_else_settles_nothing(books: Ledger) -> None:
    first = books.prepared(CUSTOMER)
    other = replace(first, body=first.body.replace("Another hotel", "A third hotel"))

    made, outcome = books.send(first), books.send(other)

    assert isinstance(made, Written)
    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("outcome_unknown", False)


@pytest.fixture
def own(http: httpx.Client, strict_simulators: dict[str, Any]) -> Ledger:
    """An organisation that a test changes behind our back."""
    ledger = opening(XERO, http, strict_simulators, {})()
    for document in (a_party(), a_vendor(), an_item(), a_stock_item(tax_code=None)):
        ledger.put(document)
    return ledger


def test_a_period_that_was_closed_meanwhile_is_waited_for(own: Ledger) -> None:
    submission = own.prepared(SALE)
    own.company.close("2026-10-31")

    outcome = own.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == {Cause("period", "2026-10-01")}


def test_a_customer_that_was_archived_meanwhile_is_waited_for(own: Ledger) -> None:
    customer = own.known[Kind.CUSTOMER, "CUS-1"].ref
    submission = own.prepared(SALE)
    own.company.archive(Kind.CUSTOMER, customer)

    outcome = own.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "reference_inactive"
    assert outcome.fault.causes == {Cause("customer_ref", customer)}


def test_an_archived_contact_takes_no_change(own: Ledger) -> None:
    customer = own.known[Kind.CUSTOMER, "CUS-1"].ref
    own.company.archive(Kind.CUSTOMER, customer)

    outcome = own.push(a_party(name="Harbour Hotels"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "gone_in_books"
    assert outcome.fault.causes == {Cause("customer_ref", customer)}


def test_what_is_archived_already_is_looked_up(own: Ledger) -> None:
    own.company.archive(Kind.CUSTOMER, own.known[Kind.CUSTOMER, "CUS-1"].ref)

    assert isinstance(own.remove(a_party()), Stale)


def test_an_invoice_with_payments_is_not_voided(own: Ledger) -> None:
    ref = own.put(an_invoice()).ref
    own.company.pay(ref, "100.00")

    outcome = own.remove(an_invoice())

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == "invoice_paid"


def test_lines_of_a_paid_invoice_are_looked_up_for_their_ids(own: Ledger) -> None:
    ref = own.put(an_invoice()).ref
    own.company.pay(ref, "100.00")

    assert isinstance(own.push(an_invoice(memo="Thank you")), Stale | Clash)


def test_a_payment_that_is_out_already_is_looked_up(own: Ledger) -> None:
    own.put(an_invoice())
    own.company.delete_payment(own.put(a_payment()).ref)

    assert isinstance(own.remove(a_payment()), Stale)


def test_a_reconciled_payment_is_left_to_people(own: Ledger) -> None:
    own.put(an_invoice())
    own.company.deposit(own.put(a_payment()).ref)

    outcome = own.remove(a_payment())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "locked_in_books"


def test_the_plans_limit_of_approvals_is_said(own: Ledger) -> None:
    own.company.switch(approval_limit=True)

    outcome = own.push(an_invoice())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "feature_missing"


def test_an_item_that_is_deleted_already_is_looked_up(own: Ledger) -> None:
    removal = own.prepared(an_item(), Operation.REMOVE)
    own.send(removal)

    assert isinstance(own.send(removal), Stale)


def test_one_refused_of_many_holds_up_no_other(own: Ledger) -> None:
    plan = own.plan(own.work(an_invoice()), own.work(SALE), own.work(an_invoice(id="INV-3")))
    submission = own.submit(plan.requests[0])

    outcomes = own.remember(submission, own.answer(submission))

    assert isinstance(outcomes["INV-1"], Written)
    assert isinstance(outcomes["INV-9"], Written)
    assert isinstance(outcomes["INV-3"], Clash)
