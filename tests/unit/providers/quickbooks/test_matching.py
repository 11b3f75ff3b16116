"""Matching: what counts as the same, what as changed, and what a digest leaves out."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.contract.records import a_party, an_invoice
from tests.unit.providers.quickbooks.lookups import a_create, a_lookup, an_update
from worker.providers.quickbooks import shapes
from worker.providers.quickbooks.matching import differences, digest, digest_if_active, matches
from worker.providers.wire import parsed, ready, text


def sent_invoice() -> dict[str, Any]:
    work = a_create(Kind.INVOICE, an_invoice())
    return dict(ready(shapes.body(work, a_lookup(), date(2026, 11, 20))))


def held_invoice(**changes: object) -> dict[str, Any]:
    """The invoice as QuickBooks answers it: more fields, numbers in other clothes."""
    held: dict[str, Any] = {
        "Id": "145",
        "SyncToken": "0",
        "domain": "QBO",
        "CustomerRef": {"value": "58", "name": "Harbor Hotel Group"},
        "TxnDate": "2026-10-01",
        "DueDate": "2026-10-31",
        "DocNumber": "2026-1042",
        "PrivateNote": "Work order WO-1042\n[CMMS invoice INV-1]",
        "TotalAmt": 238.5,
        "Balance": 238.5,
        "LinkedTxn": [],
        "Line": [
            {
                "Id": "1",
                "LineNum": 1,
                "Description": "Replace pump seal",
                "Amount": 190.0,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "7", "name": "Technician hour"},
                    "Qty": 2,
                    "UnitPrice": 95,
                    "TaxCodeRef": {"value": "NON"},
                },
            },
            {
                "Id": "2",
                "Amount": 48.5,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "19"},
                    "Qty": 1,
                    "UnitPrice": 48.5,
                    "TaxCodeRef": {"value": "NON"},
                },
            },
            {"Amount": 238.5, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        ],
    }
    record = parsed(json.dumps(held | changes))
    assert record is not None
    return record


def test_what_was_sent_matches_what_is_held() -> None:
    assert matches(sent_invoice(), held_invoice())


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"DocNumber": "2026-1043"}, "number"),
        ({"CustomerRef": {"value": "59"}}, "customer"),
        ({"PrivateNote": "Work order WO-1042"}, "note"),
        ({"Line": []}, "lines"),
        ({"DueDate": None}, "due_date"),
    ],
)
def test_a_difference_is_named(changes: dict[str, Any], name: str) -> None:
    record = held_invoice(**changes)

    assert not matches(sent_invoice(), record)
    assert set(differences(sent_invoice(), record)) == {name}


def test_a_line_more_is_a_difference() -> None:
    record = held_invoice()
    record["Line"].append({"DetailType": "DiscountLineDetail", "Amount": Decimal(10)})

    assert not matches(sent_invoice(), record)


def test_a_price_changed_by_a_cent_is_a_difference() -> None:
    record = held_invoice()
    record["Line"][0]["SalesItemLineDetail"]["UnitPrice"] = Decimal("95.01")

    assert not matches(sent_invoice(), record)


@pytest.mark.parametrize(
    "changes",
    [
        {"Balance": 0, "LinkedTxn": [{"TxnId": "9", "TxnType": "Payment"}]},
        {"SyncToken": "7", "EmailStatus": "EmailSent"},
        {"CustomerRef": {"value": "58", "name": "Renamed Hotel"}},
        {"PrivateNote": "Work order WO-1042\r\n[CMMS invoice INV-1] "},
    ],
)
def test_what_is_not_ours_changes_no_digest(changes: dict[str, Any]) -> None:
    before, after = held_invoice(), held_invoice(**changes)

    assert digest(Kind.INVOICE, before) == digest(Kind.INVOICE, after)
    assert matches(sent_invoice(), after)


@pytest.mark.parametrize("changes", [{"TxnDate": "2026-10-02"}, {"Line": []}])
def test_what_is_ours_changes_the_digest(changes: dict[str, Any]) -> None:
    before, after = held_invoice(), held_invoice(**changes)

    assert digest(Kind.INVOICE, before) != digest(Kind.INVOICE, after)


def test_a_cleared_field_matches_an_absent_one() -> None:
    work = an_update(Kind.CUSTOMER, a_party(email=None, billing_address=None))
    sent = ready(shapes.body(work, a_lookup(), date(2026, 11, 20)))
    held = {
        "DisplayName": "Harbor Hotel Group",
        "PrimaryPhone": {"FreeFormNumber": "+1 503 555 0142"},
        "Notes": "[CMMS customer CUS-1]",
        "Active": True,
    }

    assert matches(sent, held)
    assert not matches(sent, held | {"PrimaryEmailAddr": {"Address": "a@b.example"}})


def test_an_inactive_name_is_the_same_name() -> None:
    held = {"DisplayName": "Harbor Hotel Group (deleted)", "Active": False}

    assert matches({"DisplayName": "Harbor Hotel Group", "Active": False}, held)
    assert not matches({"DisplayName": "Harbor Hotel Group", "Active": True}, held)


def test_a_difference_shows_both_sides() -> None:
    held = {"PrimaryPhone": {"FreeFormNumber": "1"}, "UnitPrice": Decimal("12.5")}

    found = differences({"PrimaryPhone": {"FreeFormNumber": "2"}, "UnitPrice": "13"}, held)

    assert found == {
        "phone": {"cmms": "2", "books": "1"},
        "sales_price": {"cmms": "13", "books": "12.5"},
    }


def test_text_keeps_every_digit() -> None:
    assert text({"a": Decimal("0.10"), "b": [True, None, "ł"], "c": Decimal("1E+2")}) == (
        '{"a":0.10,"b":[true,null,"ł"],"c":100}'
    )


@pytest.mark.parametrize("phone", ["+1 503 555 0142", "+1 503 555 0199"])
def test_a_record_made_inactive_is_known_for_what_it_was(phone: str) -> None:
    held = {"Id": "58", "DisplayName": "Harbor", "Active": True}
    ours = digest(Kind.CUSTOMER, held | {"PrimaryPhone": {"FreeFormNumber": "+1 503 555 0142"}})
    inactive = {"DisplayName": "Harbor (deleted)", "Active": False}
    inactive |= {"PrimaryPhone": {"FreeFormNumber": phone}}

    known = digest_if_active(Kind.CUSTOMER, inactive) == ours

    assert known == (phone == "+1 503 555 0142")
