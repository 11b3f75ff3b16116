"""When a record of the books could be the one that a part means."""

from collections.abc import Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.quickbooks.shapes import Shape
from worker.providers.texts import folded
from worker.providers.wire import Body, ref

# What identifies a record beside its name or number: two that both state one must agree on it.
_IDENTIFYING: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.CUSTOMER: (("PrimaryEmailAddr", "Address"), ("PrimaryPhone", "FreeFormNumber")),
    Kind.VENDOR: (
        ("PrimaryEmailAddr", "Address"),
        ("PrimaryPhone", "FreeFormNumber"),
        ("AcctNum",),
    ),
    Kind.ITEM: (("Type",), ("Sku",)),
    Kind.INVOICE: (("CustomerRef", "value"), ("TxnDate",)),
    Kind.PURCHASE_INVOICE: (("VendorRef", "value"), ("TxnDate",)),
    Kind.EXPENSE: (("TxnDate",),),
}


def same_label(shape: Shape, sent: Mapping[str, Any], record: Body) -> bool:
    """Whether a record has the name or number that a part brings; QuickBooks ignores the case."""
    if shape.entity == "Item" and ref(record, "ParentRef") is not None:
        return False  # unique among siblings only: below a parent it stands in nobody's way
    if shape.entity == "Bill" and ref(record, "VendorRef") != ref(sent, "VendorRef"):
        return False  # the number is the vendor's: another vendor's may be the same
    wanted = sent.get(shape.label)
    return wanted is not None and folded(record.get(shape.label)) == folded(wanted)


def exact(kind: Kind, sent: Mapping[str, Any], record: Body) -> bool:
    """Whether nothing that identifies the record speaks against it."""
    if record.get("Active") is False or ref(record, "ParentRef") is not None:
        return False
    pairs = ((_held(sent, path), _held(record, path)) for path in _IDENTIFYING[kind])
    return all(folded(ours) == folded(theirs) for ours, theirs in pairs if ours and theirs)


def described(record: Body, name: str) -> str:
    """A record in words that tell it from others: of a document whose it is, its day and total."""
    party = record.get("CustomerRef") or record.get("VendorRef") or {}
    currency = ref(record, "CurrencyRef") or ""
    total = f"{record['TotalAmt']} {currency}".strip() if "TotalAmt" in record else ""
    return ", ".join(
        part for part in (name, str(party.get("name", "")), record.get("TxnDate"), total) if part
    )


def _held(record: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)
