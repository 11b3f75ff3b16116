"""Customers, vendors and items of the books, as the CMMS would say them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.codes import CURRENCIES
from schemas.item import ItemType
from schemas.kinds import Kind
from worker.providers.countries import alpha_2
from worker.providers.marker import marked
from worker.providers.port import LedgerRecord
from worker.providers.quickbooks import canonical, spilt
from worker.providers.quickbooks.matching import digest
from worker.providers.quickbooks.names import PARTY_NAME, clean, undeleted
from worker.providers.wire import Body, amount, ref

_ITEM_TYPES = {
    "Inventory": ItemType.INVENTORY,
    "NonInventory": ItemType.NON_INVENTORY,
    "Service": ItemType.SERVICE,
}
_ADDRESS = {
    "line1": "Line1",
    "line2": "Line2",
    "line3": "Line3",
    "city": "City",
    "region": "CountrySubDivisionCode",
    "postal_code": "PostalCode",
}


def listed(kind: Kind, records: Iterable[Body]) -> Iterator[LedgerRecord]:
    """The customers, vendors or items among records.

    Categories and bundles are no items that anything could be sold as; stubs of what is gone hold
    nothing to read.
    """
    for record in records:
        if kind is Kind.ITEM and record.get("Type") not in _ITEM_TYPES:
            continue
        if record.get("status") != "Deleted":
            yield one(kind, record)


def one(kind: Kind, record: Body) -> LedgerRecord:
    """A customer, vendor or item; `data` is the contract's, with `full_name` below a parent."""
    data = _item(record) if kind is Kind.ITEM else _party(kind, record)
    data["active"] = active = record.get("Active") is not False
    if ref(record, "ParentRef") is not None:
        # Its own name is what we write, and what names it in the CMMS; the full one tells it from
        # its namesakes below other parents.
        data["full_name"] = record.get("FullyQualifiedName")
    number = record.get("Sku") if kind is Kind.ITEM else data.get("account_number")
    return LedgerRecord(
        kind=kind.value,
        ref=str(record["Id"]),
        name=str(data["name"]),
        active=active,
        data={name: value for name, value in data.items() if value not in (None, "", {})},
        code=number or None,
        sync_token=str(record.get("SyncToken", "0")),
        fields=canonical.fields(kind, record),
        digest=digest(kind, record),
        marker=marked(record.get("Notes")),
    )


def gone(kind: Kind, records: Iterable[Body]) -> Iterator[tuple[str, str]]:
    """Kind and ref of those that are no more: merged into others, or deleted (Intuit: CDC)."""
    for record in records:
        if record.get("status") == "Deleted":
            yield kind.value, str(record["Id"])


def _party(kind: Kind, record: Body) -> dict[str, Any]:
    note = spilt.apart(kind, record.get("Notes"))
    data: dict[str, Any] = {
        "company_name": record.get("CompanyName"),
        "given_name": record.get("GivenName"),
        "family_name": record.get("FamilyName"),
        "email": _within(record, "PrimaryEmailAddr", "Address"),
        "phone": _within(record, "PrimaryPhone", "FreeFormNumber"),
        "mobile": _within(record, "Mobile", "FreeFormNumber"),
        "website": _within(record, "WebAddr", "URI"),
        "billing_address": _address(record.get("BillAddr")),
        "currency": _currency(record),
        "notes": "\n".join(note.words).strip(),
    }
    if kind is Kind.CUSTOMER:
        data["shipping_address"] = _address(record.get("ShipAddr"))
        data["tax_number"] = record.get("ResaleNum")
        if "Taxable" in record:
            data["tax_exempt"] = record["Taxable"] is False
    else:
        data["account_number"] = record.get("AcctNum")
    # What our own lines in the notes hold is what the CMMS said in full.
    told = {name: value for name, value in note.held.items() if name != "name"}
    return data | told | {"name": _name(record, note.held.get("name"))}


def _name(record: Body, in_the_cmms: str | None) -> str:
    """The display name; the CMMS's own where that was written as this one (a colon, a suffix)."""
    name = undeleted(str(record.get("DisplayName", "")))
    if in_the_cmms:
        written = clean(in_the_cmms)[:PARTY_NAME].rstrip()
        if name == written or name in (f"{written} (C)", f"{written} (V)"):
            return in_the_cmms
    return name


def _item(record: Body) -> dict[str, Any]:
    held = amount(record, "QtyOnHand")
    return {
        "name": undeleted(str(record.get("Name", ""))),
        "type": _ITEM_TYPES[str(record["Type"])].value,
        "sku": record.get("Sku"),
        "description": record.get("Description"),
        "purchase_description": record.get("PurchaseDesc"),
        "sales_price": _price(record, "UnitPrice"),
        "purchase_cost": _price(record, "PurchaseCost"),
        "income_account": ref(record, "IncomeAccountRef"),
        "expense_account": ref(record, "ExpenseAccountRef"),
        "asset_account": ref(record, "AssetAccountRef"),
        "quantity_on_hand": format(held.normalize(), "f") if "QtyOnHand" in record else None,
        "tax_code": _tax_code(record),
    }


def _tax_code(record: Body) -> str | None:
    """A code of its own, or the pseudo code that says whether it is taxable (US)."""
    if code := ref(record, "SalesTaxCodeRef"):
        return code
    taxable = record.get("Taxable")
    return None if taxable is None else ("TAX" if taxable else "NON")


def _price(record: Body, name: str) -> str | None:
    """A price; QuickBooks shows 0 where there is none."""
    price = amount(record, name)
    return format(price.normalize(), "f") if price else None


def _within(record: Body, name: str, inner: str) -> str | None:
    held = record.get(name)
    return held.get(inner) if isinstance(held, dict) else None


def _currency(record: Body) -> str | None:
    currency = ref(record, "CurrencyRef")
    return currency if currency in CURRENCIES else None


def _address(held: object) -> dict[str, str]:
    if not isinstance(held, Mapping):
        return {}
    whole = canonical.address(held)
    parts = {name: str(whole.get(field) or "").strip() for name, field in _ADDRESS.items()}
    parts["country"] = alpha_2(whole.get("Country")) or ""
    return {name: part for name, part in parts.items() if part}
