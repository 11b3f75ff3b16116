"""Contacts and items of Xero as the CMMS would say them."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.item import Item
from schemas.kinds import Kind
from schemas.party import Party
from worker.providers.port import LedgerRecord
from worker.providers.xero.read_lists import listed

POSTAL = {"AddressType": "POBOX", "AddressLine1": "PO Box 77", "AddressLine3": "Quay",
          "AddressLine4": "Gate 3", "City": "Hamilton", "Country": "New Zealand"}  # fmt: skip
STREET = {"AddressType": "STREET", "AddressLine1": "12 Quay St", "City": "", "Country": ""}
PHONES = [
    {"PhoneType": "DEFAULT", "PhoneNumber": "5550142", "PhoneAreaCode": "09",
     "PhoneCountryCode": "64"},
    {"PhoneType": "MOBILE", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""},
]  # fmt: skip
CONTACT = {"ContactID": "c1", "ContactStatus": "ACTIVE", "Name": "Harbor Hotel"}
ITEM = {"ItemID": "i1", "Code": "BRG-6204", "IsTrackedAsInventory": False}


def party(kind: Kind = Kind.CUSTOMER, **fields: Any) -> LedgerRecord:  # noqa: ANN401
    return next(iter(listed(kind, [{**CONTACT, **fields}])))


def item(**fields: Any) -> LedgerRecord:  # noqa: ANN401
    return next(iter(listed(Kind.ITEM, [{**ITEM, **fields}])))


def test_a_contact_is_read_as_the_cmms_says_it() -> None:
    held = party(
        EmailAddress="ap@harbor.example",
        FirstName="Jo",
        AccountNumber="C-8841",
        TaxNumber="071-138-054",
        DefaultCurrency="NZD",
        Phones=PHONES,
        Addresses=[STREET, POSTAL],
        IsCustomer=True,
    )

    assert held.data == {
        "name": "Harbor Hotel",
        "given_name": "Jo",
        "email": "ap@harbor.example",
        "phone": "64 09 5550142",
        "billing_address": {
            "line1": "PO Box 77",
            "line3": "Quay, Gate 3",
            "city": "Hamilton",
            "country": "NZ",
        },
        "shipping_address": {"line1": "12 Quay St"},
        "currency": "NZD",
        "tax_number": "071-138-054",
        "account_number": "C-8841",
        "active": True,
    }
    Party.model_validate({"id": "CUS-1", **held.data})


def test_a_vendor_has_no_shipping_address() -> None:
    assert "shipping_address" not in party(Kind.VENDOR, Addresses=[STREET, POSTAL]).data


@pytest.mark.parametrize("status", ["ARCHIVED", "GDPRREQUEST"])
def test_a_contact_that_is_archived_is_inactive(status: str) -> None:
    held = party(ContactStatus=status)

    assert (held.active, held.data["active"]) == (False, False)


@pytest.mark.parametrize(
    ("fields", "unused"),
    [
        ({}, {Kind.CUSTOMER, Kind.VENDOR}),
        ({"IsCustomer": True}, {Kind.VENDOR}),
        ({"IsSupplier": True}, {Kind.CUSTOMER}),
        ({"IsCustomer": True, "IsSupplier": True}, set()),
        ({"ContactNumber": "CMMS vendor VEN-1"}, {Kind.CUSTOMER}),
        ({"ContactNumber": "C-17"}, {Kind.CUSTOMER, Kind.VENDOR}),
    ],
)
def test_what_a_contact_never_was_is_unused(fields: dict[str, object], unused: set[Kind]) -> None:
    kinds = (Kind.CUSTOMER, Kind.VENDOR)

    assert {kind for kind in kinds if party(kind, **fields).data.get("unused")} == unused


def test_a_marker_is_of_its_own_kind_only() -> None:
    fields = {"ContactNumber": "CMMS customer CUS-1"}

    assert party(Kind.CUSTOMER, **fields).marker == ("customer", "CUS-1")
    assert party(Kind.VENDOR, **fields).marker is None


def test_an_item_is_read_as_the_cmms_says_it() -> None:
    held = item(
        Name="Bearing 6204",
        Description="Bearing, sealed",
        SalesDetails={"UnitPrice": Decimal("9.50"), "AccountCode": "200", "TaxType": "OUTPUT2"},
        PurchaseDetails={"UnitPrice": Decimal("4.8125"), "AccountCode": "433"},
    )

    assert (held.code, held.active) == ("BRG-6204", True)
    assert held.data == {
        "name": "Bearing 6204",
        "sku": "BRG-6204",
        "description": "Bearing, sealed",
        "sales_price": "9.5",
        "purchase_cost": "4.8125",
        "income_account": "200",
        "expense_account": "433",
        "tax_code": "OUTPUT2",
        "active": True,
    }


def test_a_tracked_item_is_stock() -> None:
    held = item(
        IsTrackedAsInventory=True,
        QuantityOnHand=Decimal(10),
        InventoryAssetAccountCode="630",
        PurchaseDetails={"COGSAccountCode": "500"},
    )

    Item.model_validate({"id": "ITM-1", **held.data})
    told = ("type", "quantity_on_hand", "asset_account", "expense_account")
    assert [held.data[name] for name in told] == ["inventory", "10", "630", "500"]


def test_whether_other_goods_are_kept_is_not_told() -> None:
    assert "type" not in item().data


def test_an_item_without_a_name_is_called_by_its_code() -> None:
    assert item(Name="").name == "BRG-6204"
