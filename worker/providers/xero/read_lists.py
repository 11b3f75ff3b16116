"""Contacts and items of the books, as the CMMS would say them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.codes import CURRENCIES
from schemas.item import ItemType
from schemas.kinds import Kind
from worker.providers.countries import alpha_2
from worker.providers.port import LedgerRecord
from worker.providers.wire import Body
from worker.providers.xero import canonical
from worker.providers.xero.fields import unfolded
from worker.providers.xero.matching import digest
from worker.providers.xero.names import contact_marker
from worker.providers.xero.shapes import SHAPES
from worker.providers.xero.token import token

_USED = {Kind.CUSTOMER: "IsCustomer", Kind.VENDOR: "IsSupplier"}
_ADDRESS = {
    "line1": "AddressLine1",
    "line2": "AddressLine2",
    "line3": "AddressLine3",
    "city": "City",
    "region": "Region",
    "postal_code": "PostalCode",
}


def listed(kind: Kind, records: Iterable[Body]) -> Iterator[LedgerRecord]:
    """These contacts as customers or vendors, or these items.

    Any contact may become either with its first document: what has never been one, and is not the
    CMMS's own, is `unused`.
    """
    return (_item(record) if kind is Kind.ITEM else _party(kind, record) for record in records)


def _party(kind: Kind, record: Body) -> LedgerRecord:
    data, active = _party_data(kind, record), is_active(record)
    marker = contact_marker(record.get("ContactNumber"))
    own = marker if marker and marker[0] == kind else None
    if not serves(kind, record):
        data["unused"] = True
    number = record.get("AccountNumber")
    return _record(kind, record, data | {"active": active}, number, own)


def serves(kind: Kind, record: Body) -> bool:
    """Whether a contact is a customer (or vendor): by its documents, or as the CMMS's own."""
    marker = contact_marker(record.get("ContactNumber"))
    return record.get(_USED[kind]) is True or (marker is not None and marker[0] == kind)


def is_active(record: Body) -> bool:
    return str(record.get(canonical.STATUS, "ACTIVE")) == "ACTIVE"


def _item(record: Body) -> LedgerRecord:
    """Xero deletes items, so all are active."""
    return _record(Kind.ITEM, record, _item_data(record) | {"active": True}, record.get("Code"))


def _record(
    kind: Kind,
    record: Body,
    data: Mapping[str, object],
    code: str | None,
    marker: tuple[str, str] | None = None,
) -> LedgerRecord:
    return LedgerRecord(
        kind=kind.value,
        ref=str(record[SHAPES[kind].id]),
        name=str(data["name"]),
        active=data["active"] is True,
        data={name: value for name, value in data.items() if value not in (None, "", {})},
        code=code or None,
        sync_token=token(record),
        fields=canonical.fields(kind, record),
        digest=digest(kind, record),
        marker=marker,
    )


def _party_data(kind: Kind, record: Body) -> dict[str, Any]:
    flat, currency = unfolded(record), record.get("DefaultCurrency")
    data: dict[str, Any] = {
        "name": record.get("Name"),
        "given_name": record.get("FirstName"),
        "family_name": record.get("LastName"),
        "email": record.get("EmailAddress"),
        "phone": _phone(flat, "DEFAULT"),
        "mobile": _phone(flat, "MOBILE"),
        "website": record.get("Website"),
        "billing_address": _address(flat.get("Addresses.POBOX")),
        "currency": currency if currency in CURRENCIES else None,
        "tax_number": record.get("TaxNumber"),
        "account_number": record.get("AccountNumber"),
    }
    if kind is Kind.CUSTOMER:
        data["shipping_address"] = _address(flat.get("Addresses.STREET"))
    return data


def _item_data(record: Body) -> dict[str, Any]:
    """Xero tells stock that it tracks from everything else, and no more than that."""
    flat, tracked = unfolded(record), record.get("IsTrackedAsInventory") is True
    expense = "COGSAccountCode" if tracked else "AccountCode"
    return {
        "name": record.get("Name") or record.get("Code"),
        "type": ItemType.INVENTORY.value if tracked else None,
        "sku": record.get("Code"),
        "description": record.get("Description"),
        "purchase_description": record.get("PurchaseDescription"),
        "sales_price": _figure(flat.get("SalesDetails.UnitPrice")),
        "purchase_cost": _figure(flat.get("PurchaseDetails.UnitPrice")),
        "income_account": flat.get("SalesDetails.AccountCode"),
        "expense_account": flat.get(f"PurchaseDetails.{expense}"),
        "asset_account": record.get("InventoryAssetAccountCode"),
        "quantity_on_hand": _figure(record.get("QuantityOnHand")) if tracked else None,
        "tax_code": flat.get("SalesDetails.TaxType"),
    }


def _figure(value: Any) -> str | None:  # noqa: ANN401 - JSON is what it is
    return None if value is None else format(value.normalize(), "f")


def _phone(flat: Body, slot: str) -> str | None:
    held = flat.get(f"Phones.{slot}")
    return canonical.telephone(held) if held else None


def _address(held: Mapping[str, Any] | None) -> dict[str, str]:
    whole = canonical.address(held or {})
    parts = {name: str(whole.get(field) or "").strip() for name, field in _ADDRESS.items()}
    parts["country"] = alpha_2(whole.get("Country")) or ""
    return {name: part for name, part in parts.items() if part}
