"""Whether Xero's record holds what was sent, and whether others have changed it."""

from decimal import Decimal

import pytest

from schemas.kinds import Kind
from worker.providers.wire import Body
from worker.providers.xero.canonical import fields, made_otherwise
from worker.providers.xero.matching import (
    brought,
    differences,
    digest,
    digest_if_active,
    matches,
)

CONTACT: Body = {
    "ContactID": "c-1",
    "ContactStatus": "ACTIVE",
    "Name": "Harbor Hotel",
    "EmailAddress": "",
    "IsCustomer": True,
    "Phones": [
        {"PhoneType": "FAX", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""},
        {
            "PhoneType": "DEFAULT",
            "PhoneNumber": "5550142",
            "PhoneAreaCode": "503",
            "PhoneCountryCode": "1",
        },
    ],
    "Addresses": [
        {"AddressType": "STREET", "City": "", "Country": ""},
        {
            "AddressType": "POBOX",
            "AddressLine1": "12 Quay St",
            "AddressLine3": "Floor 2",
            "AddressLine4": "Room 9",
            "Country": "United States",
        },
    ],
}
SENT_CONTACT: Body = {
    "ContactID": "c-1",
    "Name": "Harbor Hotel",
    "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "1 503 5550142"}],
    "Addresses": [
        {
            "AddressType": "POBOX",
            "AddressLine1": "12 Quay St",
            "AddressLine3": "Floor 2, Room 9",
            "Country": "US",
        }
    ],
    "ContactNumber": "CMMS customer CUS-1",
}
INVOICE: Body = {
    "InvoiceID": "n-1",
    "Type": "ACCREC",
    "Status": "PAID",
    "Contact": {"ContactID": "c-1", "Name": "Harbor Hotel"},
    "Date": "/Date(1790812800000+0000)/",
    "AmountPaid": Decimal("190.00"),
    "LineItems": [
        {
            "LineItemID": "l-1",
            "Description": "Work",
            "Quantity": Decimal("2.0000"),
            "UnitAmount": Decimal("95.0000"),
            "LineAmount": Decimal("190.00"),
            "AccountCode": "200",
            "Tracking": [],
        }
    ],
}
SENT: Body = {
    "Type": "ACCREC",
    "Status": "AUTHORISED",
    "Contact": {"ContactID": "c-1"},
    "Date": "2026-10-01",
    "LineItems": [
        {"Description": "Work", "Quantity": "2", "UnitAmount": "95", "AccountCode": "200"}
    ],
}


def test_a_document_is_held_as_sent_however_it_stands() -> None:
    assert matches(SENT, INVOICE)
    assert differences(SENT, INVOICE) == {}


def test_what_differs_is_told_in_the_contracts_names() -> None:
    later = SENT | {"Date": "2026-10-02", "Contact": {"ContactID": "c-2"}}

    assert differences(later, INVOICE) == {
        "date": {"cmms": "2026-10-02", "books": "2026-10-01"},
        "customer": {"cmms": "c-2", "books": "c-1"},
    }
    assert "vendor" in differences(later | {"Type": "ACCPAY"}, INVOICE)


def test_lines_are_told_without_what_only_xero_knows() -> None:
    lines = [{"Description": "More work", "Quantity": "2"}]

    told = differences({"LineItems": lines}, INVOICE)["lines"]

    assert told == {"cmms": "More work 2", "books": "Work 2 95 190 200"}


def test_a_contact_is_held_as_sent_however_its_numbers_are_split() -> None:
    assert matches(SENT_CONTACT, CONTACT)
    assert made_otherwise(Kind.CUSTOMER, SENT_CONTACT, fields(Kind.CUSTOMER, CONTACT)) == {}


def test_what_xero_made_otherwise_is_told_with_what_was_sent() -> None:
    made = made_otherwise(Kind.CUSTOMER, {"Name": "Inn"}, fields(Kind.CUSTOMER, CONTACT))

    assert made == {"Name": '"Inn"'}


def test_what_stands_as_sent_is_no_news() -> None:
    sent = SENT_CONTACT | {"EmailAddress": "a@b.example"}

    assert brought(sent, CONTACT) == {"name", "phone", "billing_address"}


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED", "PAID"])
def test_approval_and_payments_leave_the_hash_alone(status: str) -> None:
    other = INVOICE | {"Status": status, "AmountPaid": Decimal(0)}

    assert digest(Kind.INVOICE, other) == digest(Kind.INVOICE, INVOICE)


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_what_is_gone_has_another_hash(status: str) -> None:
    assert digest(Kind.INVOICE, INVOICE | {"Status": status}) != digest(Kind.INVOICE, INVOICE)


@pytest.mark.parametrize("change", [{"DueDate": "/Date(1793404800000)/"}, {"LineItems": []}])
def test_a_change_of_others_changes_the_hash(change: Body) -> None:
    assert digest(Kind.INVOICE, INVOICE | change) != digest(Kind.INVOICE, INVOICE)


def test_a_contact_that_was_only_archived_is_known_again() -> None:
    archived = CONTACT | {"ContactStatus": "ARCHIVED"}

    assert digest(Kind.VENDOR, archived) != digest(Kind.VENDOR, CONTACT)
    assert digest_if_active(Kind.VENDOR, archived) == digest(Kind.VENDOR, CONTACT)


def test_a_contacts_first_document_leaves_its_hash_alone() -> None:
    other = CONTACT | {"IsCustomer": False, "Balances": {}}

    assert digest(Kind.CUSTOMER, other) == digest(Kind.CUSTOMER, CONTACT)
