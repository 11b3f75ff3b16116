"""What becomes of each part of a write, from answers in the shapes that were recorded."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.unit.providers.xero.parts import ACCOUNT, CONTACT, INVOICE, a_part
from worker.providers.port import Clash, Operation, Part, Refused, Removed, Stale, Unknown, Written
from worker.providers.reply import Reply
from worker.providers.wire import parsed
from worker.providers.xero.answers import outcomes
from worker.providers.xero.elements import NO_ID

PAYMENT = "61ed71fc-01bf-4eb8-8419-8a18789ff45f"
STAMP = "/Date(1789378199100+0000)/"
MADE = {
    "ContactID": CONTACT,
    "ContactNumber": "CMMS customer CUS-1",
    "ContactStatus": "ACTIVE",
    "Name": "Harbor Hotel Group",
    "UpdatedDateUTC": STAMP,
    "HasValidationErrors": False,
    "StatusAttributeString": "OK",
}
A_CUSTOMER = a_part(Name="Harbor Hotel Group", ContactNumber="CMMS customer CUS-1")


def answered(parts: tuple[Part, ...], status: int = 200, **body: Any) -> list[Any]:  # noqa: ANN401
    said = json.dumps(body) if body else ""
    found = outcomes(parts, Reply(status, parsed(said) or {}, said, "c-1"))
    return [found[part.key] for part in parts]


def test_a_contact_that_was_made_is_told_as_the_books_hold_it() -> None:
    [made] = answered((A_CUSTOMER,), Contacts=[MADE])

    assert isinstance(made, Written)
    assert (made.ref, made.record and made.record.name) == (CONTACT, "Harbor Hotel Group")
    assert made.sync_token == "2026-09-14T09:29:59.100000+00:00"
    assert made.sent == {}


def test_what_the_books_made_of_it_otherwise_is_told_with_what_was_sent() -> None:
    part = a_part(Name="Harbor", ContactNumber="CMMS customer CUS-1", TaxNumber="12 34")

    [made] = answered((part,), Contacts=[MADE | {"TaxNumber": "1234", "Name": "Harbor"}])

    assert isinstance(made, Written)
    assert made.sent == {"TaxNumber": '"12 34"'}


def test_a_refused_element_of_a_good_answer_is_refused_and_the_others_are_made() -> None:
    other = a_part(key="2", Name="Buzz", ContactNumber="CMMS customer CUS-2")
    said = {"Message": "The contact name Buzz is already assigned to another contact."}
    refused = {
        "ContactID": NO_ID,
        "Name": "Buzz",
        "HasValidationErrors": True,
        "StatusAttributeString": "ERROR",
        "ValidationErrors": [said],
    }

    made, clash = answered((A_CUSTOMER, other), Contacts=[MADE, refused])

    assert isinstance(made, Written)
    assert isinstance(clash, Clash)


def test_the_echo_of_a_refused_deletion_is_no_deletion() -> None:
    part = a_part(Kind.INVOICE, Operation.REMOVE, ref=INVOICE)
    echo = {
        "InvoiceID": INVOICE,
        "Status": "DELETED",
        "StatusAttributeString": "ERROR",
        "ValidationErrors": [{"Message": "Invoice not of valid status for modification"}],
    }

    [outcome] = answered((part,), Invoices=[echo])

    assert isinstance(outcome, Clash)


@pytest.mark.parametrize("element", [{"ContactID": NO_ID}, {"StatusAttributeString": "ERROR"}])
def test_what_was_not_made_is_refused_although_nothing_says_why(element: dict[str, str]) -> None:
    [outcome] = answered((A_CUSTOMER,), Contacts=[element])

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "books_refused"


def test_a_warning_is_no_refusal() -> None:
    warned = MADE | {"StatusAttributeString": "WARNING", "Warnings": [{"Message": "Odd rate"}]}

    [outcome] = answered((A_CUSTOMER,), Contacts=[warned])

    assert isinstance(outcome, Written)


def test_a_journal_that_lost_an_account_is_there_and_lacks_it() -> None:
    lost = "Account code '476' has been removed as it does not match a recognised account."
    part = a_part(Kind.EXPENSE, Narration="[CMMS expense EXP-1]")
    element = {
        "ManualJournalID": INVOICE,
        "Narration": "[CMMS expense EXP-1]",
        "StatusAttributeString": "WARNING",
        "Warnings": [{"Message": lost}],
    }

    [outcome] = answered((part,), ManualJournals=[element])

    assert isinstance(outcome, Written)
    assert outcome.ref == INVOICE
    assert outcome.lacks is not None
    assert outcome.lacks.code == "account_missing"


def test_what_an_answer_leaves_out_is_unknown() -> None:
    other = a_part(key="2", Name="B", ContactNumber="CMMS customer CUS-2")

    made, unknown = answered((A_CUSTOMER, other), Contacts=[MADE])

    assert isinstance(made, Written)
    assert isinstance(unknown, Unknown)


def test_a_document_is_told_with_its_amounts_its_day_and_whose_it_is() -> None:
    part = a_part(Kind.PURCHASE_INVOICE, Reference="[CMMS purchase_invoice B-1]")
    element = {
        "InvoiceID": INVOICE,
        "InvoiceNumber": "NP-88213",
        "Reference": "[CMMS purchase_invoice B-1]",
        "Contact": {"ContactID": CONTACT},
        "Date": "/Date(1789344000000+0000)/",
        "Total": 57.75,
        "AmountDue": 7.75,
        "StatusAttributeString": "OK",
    }

    [made] = answered((part,), Invoices=[element])

    assert isinstance(made, Written)
    assert (made.total, made.balance) == (Decimal("57.75"), Decimal("7.75"))
    assert (made.number, made.dated, made.party) == ("NP-88213", date(2026, 9, 14), CONTACT)


def test_a_journals_total_is_its_debits() -> None:
    part = a_part(Kind.EXPENSE, Narration="[CMMS expense EXP-1]")
    lines = [{"LineAmount": 31.20}, {"LineAmount": -31.20}]
    element = {"ManualJournalID": INVOICE, "Narration": "[CMMS expense EXP-1]"}

    [made] = answered((part,), ManualJournals=[element | {"JournalLines": lines}])

    assert isinstance(made, Written)
    assert (made.total, made.balance) == (Decimal("31.20"), None)


def test_a_payment_names_what_it_pays() -> None:
    part = a_part(Kind.PAYMENT, Reference="[CMMS payment PAY-1]")
    element = {
        "PaymentID": PAYMENT,
        "Reference": "[CMMS payment PAY-1]",
        "Amount": 57.75,
        "Invoice": {"InvoiceID": INVOICE},
        "Account": {"AccountID": ACCOUNT},
    }

    [made] = answered((part,), Payments=[element])

    assert isinstance(made, Written)
    assert (made.applied_to, made.total, made.balance) == (INVOICE, Decimal("57.75"), Decimal(0))


@pytest.mark.parametrize("operation", [Operation.REMOVE, Operation.WITHDRAW])
def test_a_payment_that_is_out_is_removed(operation: Operation) -> None:
    part = a_part(Kind.PAYMENT, operation, ref=PAYMENT)

    [gone] = answered((part,), Payments=[{"PaymentID": PAYMENT, "Status": "DELETED"}])

    assert isinstance(gone, Removed)
    assert gone.ref == PAYMENT


def test_an_archived_contact_is_removed_and_what_that_changed_is_agreed() -> None:
    part = a_part(operation=Operation.REMOVE, ref=CONTACT)

    [gone] = answered((part,), Contacts=[MADE | {"ContactStatus": "ARCHIVED"}])

    assert isinstance(gone, Removed)
    assert gone.agreed == {"ContactStatus": "false"}


def test_a_deleted_item_leaves_nothing_but_its_id() -> None:
    part = a_part(Kind.ITEM, Operation.REMOVE, ref=INVOICE)

    assert answered((part,), 204) == [Removed(INVOICE)]


def test_a_refusal_about_one_record_comes_with_its_element() -> None:
    part = a_part(Kind.PAYMENT, Operation.REMOVE, ref=PAYMENT)
    element = {
        "PaymentID": PAYMENT,
        "ValidationErrors": [{"Message": "This payment cannot be deleted: it has been reconciled"}],
    }

    [outcome] = answered((part,), 400, Type="ValidationException", Elements=[element])

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "locked_in_books"


def test_a_request_that_cannot_be_read_is_refused_whole() -> None:
    part = a_part(Kind.INVOICE, InvoiceNumber="INV-1")
    message = "Error converting value \"EXCLUSIVE\" to type 'LineAmountTypes'"

    [outcome] = answered((part,), 400, Type="PostDataInvalidException", Message=message)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("defect", True)


def test_one_that_cannot_be_read_takes_nobody_with_it() -> None:
    parts = (a_part(Kind.INVOICE), a_part(Kind.INVOICE, link_id=2, key="2"))
    message = "Error converting value to type 'LineAmountTypes'"

    answers = answered(parts, 400, Type="PostDataInvalidException", Message=message)

    codes = [one.fault.code for one in answers if isinstance(one, Refused)]
    assert codes == ["books_unavailable", "books_unavailable"]  # each goes again by itself


def test_an_id_that_nobody_knows_is_looked_for() -> None:
    part = a_part(operation=Operation.UPDATE, ref=CONTACT)

    [outcome] = answered((part,), 404)

    assert isinstance(outcome, Stale)
