"""When a record of the books could be the one that a part means."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.texts import folded
from worker.providers.wire import Body
from worker.providers.xero.canonical import telephone
from worker.providers.xero.dates import day
from worker.providers.xero.fields import unfolded
from worker.providers.xero.read import is_gone
from worker.providers.xero.read_lists import is_active
from worker.providers.xero.shapes import SHAPES


def same_label(kind: Kind, sent: Mapping[str, Any], record: Body) -> bool:
    """Whether a record has the name, code or number that a part brings.

    The case makes no difference, in names accents neither; an archived contact is in nobody's way.
    """
    label = SHAPES[kind].label
    wanted = sent.get(label)
    if not wanted or (kind is Kind.PURCHASE_INVOICE and not _same_contact(sent, record)):
        return False  # a bill's number is the vendor's: another vendor's may be the same
    return is_active(record) and _plain(record.get(label)) == _plain(wanted)


def exact(kind: Kind, sent: Mapping[str, Any], record: Body) -> bool:
    """Whether nothing that identifies the record speaks against it."""
    match kind:
        case Kind.CUSTOMER | Kind.VENDOR:
            return is_active(record) and not _other_party(sent, record)
        case Kind.ITEM:
            # Stock that the books count by themselves is somebody's to confirm.
            stocked = record.get("IsTrackedAsInventory") is True
            return not stocked or bool(sent.get("InventoryAssetAccountCode"))
        case _:
            return _same_contact(sent, record) and day(sent, "Date") == day(record, "Date")


def described(record: Body, name: str) -> str:
    """A record in words that tell it from others: of a document whose it is, its day and total, and
    that it is voided or deleted."""
    party = (record.get("Contact") or {}).get("Name", "")
    dated = day(record, "Date")
    total = f"{record['Total']} {record.get('CurrencyCode', '')}" if "Total" in record else ""
    gone = str(record["Status"]).lower() if is_gone(record) else ""
    parts = (name, str(party), dated.isoformat() if dated else "", total.strip(), gone)
    return ", ".join(part for part in parts if part)


def _other_party(sent: Mapping[str, Any], record: Body) -> bool:
    """Two that both state an address or a number must agree on it."""
    ours, theirs = _identifying(sent), _identifying(record)
    return any(ours[name] != theirs[name] for name in ours if ours[name] and theirs[name])


def _identifying(contact: Mapping[str, Any]) -> dict[str, str]:
    flat = unfolded(contact)
    return {
        "email": folded(flat.get("EmailAddress") or ""),
        "phone": folded(telephone(flat.get("Phones.DEFAULT") or {})),
        "number": folded(flat.get("AccountNumber") or ""),
    }


def _same_contact(sent: Mapping[str, Any], record: Body) -> bool:
    held = record.get("Contact") or {}
    return (sent.get("Contact") or {}).get("ContactID") == held.get("ContactID")


def _plain(name: object) -> str:
    """As Xero compares names (Xero: optimised fields)."""
    parts = unicodedata.normalize("NFKD", folded(name))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
