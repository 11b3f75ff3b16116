"""The fields that we map, as they stand in Xero's records: what is hashed and compared.

Never balances, payments or quantities on hand: they change by themselves. Of contacts and items
each field stands by itself, named by its path (`unfolded`).
"""

from collections.abc import Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.comparison import Spec
from worker.providers.wire import Body, rows

_ADDRESS: Spec = dict.fromkeys(
    (
        "AddressLine1",
        "AddressLine2",
        "AddressLine3",
        "AddressLine4",
        "City",
        "Region",
        "PostalCode",
        "Country",
    )
)
_PHONE: Spec = dict.fromkeys(("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber"))
_PARTY: Spec = {
    "Name": None,
    "FirstName": None,
    "LastName": None,
    "EmailAddress": None,
    "Phones.DEFAULT": _PHONE,
    "Phones.MOBILE": _PHONE,
    "Addresses.POBOX": _ADDRESS,
    "AccountNumber": None,
    "TaxNumber": None,
    "DefaultCurrency": None,
    "ContactStatus": None,
}
_DOCUMENT: Spec = {
    "Contact": {"ContactID": None},
    "Date": None,
    "DueDate": None,
    "InvoiceNumber": None,
    "Reference": None,
    "LineAmountTypes": None,
    "CurrencyCode": None,
    "CurrencyRate": None,
    "LineItems": {
        "Description": None,
        "Quantity": None,
        "UnitAmount": None,
        "LineAmount": None,
        "DiscountRate": None,
        "ItemCode": None,
        "AccountCode": None,
        "TaxType": None,
    },
}

MAPPED: Mapping[Kind, Spec] = {
    Kind.CUSTOMER: {**_PARTY, "Addresses.STREET": _ADDRESS},
    Kind.VENDOR: _PARTY,
    Kind.ITEM: {
        "Code": None,
        "Name": None,
        "Description": None,
        "PurchaseDescription": None,
        "SalesDetails.UnitPrice": None,
        "SalesDetails.AccountCode": None,
        "SalesDetails.TaxType": None,
        "PurchaseDetails.UnitPrice": None,
        "PurchaseDetails.AccountCode": None,
        "PurchaseDetails.COGSAccountCode": None,
        "InventoryAssetAccountCode": None,
    },
    Kind.INVOICE: _DOCUMENT,
    Kind.PURCHASE_INVOICE: _DOCUMENT,
    Kind.EXPENSE: {
        "Date": None,
        "Narration": None,
        "JournalLines": {"LineAmount": None, "AccountCode": None, "Description": None},
    },
    Kind.PAYMENT: {
        "Invoice": {"InvoiceID": None},
        "Account": {"AccountID": None},
        "Date": None,
        "Amount": None,
        "Reference": None,
    },
}
TOLD: Spec = {name: spec for mapped in MAPPED.values() for name, spec in mapped.items()}
"""What of a field people are told."""

UNCOMPARED = frozenset(
    {
        "ContactID",
        "ItemID",
        "InvoiceID",
        "ManualJournalID",
        "PaymentID",
        "ContactNumber",  # set once, and never over another's
        "Status",  # moves with approval and payments; what is gone is told apart
        "Url",
    }
)

NAMES: Mapping[str, str] = {
    "Name": "name",
    "FirstName": "given_name",
    "LastName": "family_name",
    "EmailAddress": "email",
    "Phones": "phone",
    "Phones.DEFAULT": "phone",
    "Phones.MOBILE": "mobile",
    "Addresses": "billing_address",
    "Addresses.POBOX": "billing_address",
    "Addresses.STREET": "shipping_address",
    "AccountNumber": "account_number",
    "TaxNumber": "tax_number",
    "DefaultCurrency": "currency",
    "ContactStatus": "active",
    "Code": "sku",
    "Description": "description",
    "PurchaseDescription": "purchase_description",
    "SalesDetails": "sales_price",
    "SalesDetails.UnitPrice": "sales_price",
    "SalesDetails.AccountCode": "income_account",
    "SalesDetails.TaxType": "tax_code",
    "PurchaseDetails": "purchase_cost",
    "PurchaseDetails.UnitPrice": "purchase_cost",
    "PurchaseDetails.AccountCode": "expense_account",
    "PurchaseDetails.COGSAccountCode": "expense_account",
    "InventoryAssetAccountCode": "asset_account",
    "Date": "date",
    "DueDate": "due_date",
    "InvoiceNumber": "number",
    "Reference": "reference",
    "LineAmountTypes": "amounts",
    "CurrencyCode": "currency",
    "CurrencyRate": "exchange_rate",
    "LineItems": "lines",
    "JournalLines": "lines",
    "Narration": "description",
    "Invoice": "invoice",
    "Account": "account",
    "Amount": "amount",
}
"""What the contract calls Xero's fields."""

_SLOTS = {"Addresses": "AddressType", "Phones": "PhoneType"}
_DETAILS = frozenset({"SalesDetails", "PurchaseDetails"})


def unfolded(element: Mapping[str, Any]) -> Body:
    """A contact or item with each address, telephone and price under a name of its own."""
    flat: Body = {}
    for name, value in element.items():
        if name in _SLOTS:
            slots = ((dict(row), _SLOTS[name]) for row in rows(value))
            flat |= {f"{name}.{row.pop(kind, '')}": row for row, kind in slots}
        elif name in _DETAILS and isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": held for inner, held in value.items()}
        else:
            flat[name] = value
    return flat


def folded(flat: Mapping[str, Any]) -> Body:
    """The element as Xero takes it."""
    element: Body = {}
    for path, value in flat.items():
        name, _, inner = path.partition(".")
        if name in _SLOTS:
            element.setdefault(name, []).append({_SLOTS[name]: inner, **value})
        elif inner:
            element.setdefault(name, {})[inner] = value
        else:
            element[name] = value
    return element
