"""Xero's messages in our codes: every row of the reference's table that concerns what we write,
in the words of its OpenAPI file, of recordings, and of integrations' help pages."""

import json
from pathlib import Path

import pytest

from worker.failures import CODES
from worker.providers.xero.faults import Reading, losses, meant, messages, worst

SAMPLES = Path(__file__).parents[5] / "shared/contract/samples/xero/openapi-examples"

MEANT = {
    "The contact name Buzz Lightyear is already assigned to another contact. The contact name "
    "must be unique across all active contacts.": ("duplicate_name", Reading.CLASH),
    "Another contact has this contact number": ("duplicate_name", Reading.CLASH),
    "The Contact Number CMMS customer CUS-1 is used already": ("duplicate_name", Reading.CLASH),
    "The contact with the specified contact details matched an archived contact. Archived "
    "contacts cannot be edited or used via the API.": ("reference_inactive", Reading.REFUSED),
    "Email address must be valid.": ("email_invalid", Reading.CERTAIN),
    "A Contact must be specified for this type of transaction": ("defect", Reading.CERTAIN),
    "The Contact must contain at least 1 of the following elements to identify the contact: Name, "
    "ContactID, ContactNumber": ("defect", Reading.CERTAIN),
    "Account code '999' is not a valid code for this document.": (
        "account_missing",
        Reading.REFUSED,
    ),
    "Account code '400' has been archived, or deleted.": ("account_missing", Reading.REFUSED),
    "The TaxType code 'OUTPUT' cannot be used with account code '400'": (
        "tax_refused",
        Reading.REFUSED,
    ),
    "The TaxType code 'TAX001' does not exist": ("tax_code_missing", Reading.REFUSED),
    "Invoice # must be unique.": ("duplicate_number", Reading.CLASH),
    "Invoice not of valid status for modification": ("locked_in_books", Reading.CLASH),
    "Invoice not of valid status for creation": ("defect", Reading.CERTAIN),
    "This document cannot be edited as it has a payment or credit note allocated to it.": (
        "invoice_paid",
        Reading.CLASH,
    ),
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it": ("invoice_paid", Reading.CLASH),
    "To edit a paid invoice you must supply a LineItemID": ("stale", Reading.STALE),
    "One or more line items must be specified": ("value_refused", Reading.CERTAIN),
    "The invoice total does not equal the sum of the lines": ("defect", Reading.CERTAIN),
    "The discount amount must not be greater than the line total": (
        "value_refused",
        Reading.CERTAIN,
    ),
    "The document date cannot be before the period lock date": ("period_closed", Reading.REFUSED),
    "The document date cannot be before the end of year lock date": (
        "period_closed",
        Reading.REFUSED,
    ),
    "Payment amount exceeds the amount outstanding on this document": (
        "not_applied",
        Reading.REFUSED,
    ),
    "Payments can only be made against Authorised documents": ("not_applied", Reading.REFUSED),
    "Account could not be found": ("account_missing", Reading.REFUSED),
    "Account code '400' is not a valid account for payments": (
        "account_type_wrong",
        Reading.REFUSED,
    ),
    "The total debits (100.00) must equal total credits (-10.00)": ("defect", Reading.CERTAIN),
    "Price List Item with Code 'ABC' already exists": ("duplicate_name", Reading.CLASH),
    "Users Organisation is not subscribed to currency NZD": (
        "currency_not_enabled",
        Reading.REFUSED,
    ),
    "You have reached the limit of invoices you can approve": ("feature_missing", Reading.REFUSED),
    "The contact with ContactID 1 could not be found": ("reference_inactive", Reading.REFUSED),
    "The Idempotency-Key k is used with a different request": ("outcome_unknown", Reading.UNTOLD),
    "Error converting value \"LATER\" to type 'InvoiceStatus'. Path 'Invoices[0].Status'": (
        "defect",
        Reading.CERTAIN,
    ),
    "Contact.Name exceeds its maximum length of 255": ("value_too_long", Reading.CERTAIN),
    "This payment has already been deleted.": ("stale", Reading.STALE),
    "The item cannot be deleted: it has inventory transactions.": (
        "still_in_use",
        Reading.REFUSED,
    ),
    "Nobody has ever read this": ("books_refused", Reading.REFUSED),
}


@pytest.mark.parametrize("message", MEANT)
def test_a_message_is_a_code_of_ours(message: str) -> None:
    rule = meant(message).rule

    assert (rule.code, rule.reading) == MEANT[message]
    assert rule.code in CODES


@pytest.mark.parametrize("message", MEANT)
def test_capitals_make_no_difference(message: str) -> None:
    assert meant(message.upper()).rule == meant(message).rule


def test_a_name_in_the_middle_of_a_message_hides_nothing() -> None:
    name = "A lock date, TaxType codes and other line items must be specified " * 3

    error = meant(f"The contact name {name} is already assigned to another contact.")

    assert error.rule.code == "duplicate_name"


@pytest.mark.parametrize("message", ["Account code '400' is", "Account code ''400'' has"])
def test_the_code_that_a_message_quotes_is_read(message: str) -> None:
    assert meant(message).quoted == "400"


def test_what_the_parts_of_an_element_say_counts_as_well() -> None:
    line = {"ValidationErrors": [{"Message": "Account code '1' is not a valid code"}]}
    element = {
        "LineItems": [line],
        "Contact": {"ValidationErrors": [{"Message": "Email address must be valid."}]},
        "ValidationErrors": [],
    }

    found = set(messages(element))

    assert found == {"Account code '1' is not a valid code", "Email address must be valid."}


def test_what_a_look_may_settle_counts_before_what_is_final() -> None:
    error = worst(["Email address must be valid.", "Invoice # must be unique.", "Anything"])

    assert error is not None
    assert error.rule.code == "duplicate_number"


def test_without_messages_nothing_was_refused() -> None:
    assert worst(messages({"ValidationErrors": [], "Warnings": [{"Message": "Saved"}]})) is None


def test_a_warning_that_something_was_taken_out_is_no_success() -> None:
    lost = "Account code ''476'' has been removed as it does not match a recognised account."
    said = [{"Message": lost}, {"Message": "Only AUTHORISED invoices may have SentToContact"}]

    assert list(losses({"Warnings": said})) == [lost]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded answers are not here")
@pytest.mark.parametrize(
    ("sample", "code"),
    [
        ("createContacts_400", "duplicate_name"),
        ("createItems_200", "duplicate_name"),
        ("createManualJournals_200", "defect"),
    ],
)
def test_the_official_examples_are_understood(sample: str, code: str) -> None:
    answer = json.loads((SAMPLES / f"{sample}.json").read_text())

    error = worst(messages(answer["body"]))

    assert error is not None
    assert error.rule.code == code
