"""A person merges two records of a list: one Id disappears, its documents move."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.errors import business, not_found
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.wire import Json

POINTERS = {  # how the fields end that name a record of this kind
    "Customer": "CustomerRef",
    "Vendor": "VendorRef",
    "Item": "ItemRef",
    "Account": "AccountRef",
}
ALIKE = {  # what two records must have in common
    "Customer": ("CurrencyRef",),
    "Vendor": ("CurrencyRef",),
    "Item": ("Type",),
    "Account": ("AccountType", "CurrencyRef"),
}
SUMS = ("Balance", "BalanceWithJobs", "QtyOnHand", "CurrentBalance")


def merge(company: Company, kind: str, gone_id: str, kept_id: str) -> Body:
    """Merge `gone_id` into `kept_id`; returns what is kept.

    Raises LookupError for a kind that cannot be merged, Refused: 610, 6000.
    """
    if kind not in POINTERS:
        raise LookupError(f"{kind} cannot be merged")
    gone, kept = company.find(kind, gone_id), company.find(kind, kept_id)
    if gone is None or kept is None:
        raise not_found()
    if gone is kept or any(gone.get(name) != kept.get(name) for name in ALIKE[kind]):
        raise business("Only two records of the same type and currency can be merged")
    # Change data capture shows no trace of it, as deleted records would leave.
    company.forget(kind, gone)
    for name in SUMS:
        if name in kept:
            kept[name] = Decimal(kept[name]) + Decimal(gone.get(name, 0))
    for other, records in company.records.items():
        for body in list(records.values()):
            moved = _moved(body, kind, other, gone_id, kept)
            if moved != body:
                company.replace(other, body, moved)
    company.touch(kind, company.records[kind][kept_id], "merged", gone_id)
    return company.records[kind][kept_id]


def _moved(value: Json, kind: str, within: str, gone: str, kept: Body) -> Json:
    """A copy that points at the kept record wherever it pointed at the gone one."""
    if isinstance(value, list):
        return [_moved(part, kind, within, gone, kept) for part in value]
    if not isinstance(value, dict):
        return value
    entity = value.get("Type") == kind and "EntityRef" in value
    return {
        name: _pointer(part, kept)
        if _points(name, kind, within, entity=entity) and _value(part) == gone
        else _moved(part, kind, within, gone, kept)
        for name, part in value.items()
    }


def _points(name: str, kind: str, within: str, *, entity: bool) -> bool:
    parent = name == "ParentRef" and within == kind
    return name.endswith(POINTERS[kind]) or parent or (entity and name == "EntityRef")


def _value(ref: Json) -> Json:
    return ref.get("value") if isinstance(ref, dict) else None


def _pointer(ref: Body, kept: Body) -> Body:
    shown = kept.get("DisplayName") or kept.get("FullyQualifiedName") or kept["Name"]
    return ref | {"value": kept["Id"]} | ({"name": shown} if "name" in ref else {})
