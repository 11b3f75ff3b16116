"""The mapped fields of customers, vendors and items as canonical text: what is sent and what
QuickBooks holds say the same where these texts are equal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from schemas.kinds import Kind
from worker.providers.comparison import projected, shown
from worker.providers.countries import alpha_2
from worker.providers.quickbooks.fields import MAPPED
from worker.providers.quickbooks.names import clean, undeleted
from worker.providers.quickbooks.spilt import smoothed
from worker.providers.wire import Body, parsed, text

LISTED = frozenset({Kind.CUSTOMER, Kind.VENDOR, Kind.ITEM})

_NAMES = frozenset({"DisplayName", "Name", "GivenName", "FamilyName"})
_ADDRESSES = frozenset({"BillAddr", "ShipAddr"})
_PRICES = frozenset({"UnitPrice", "PurchaseCost"})
_MASKED = frozenset({"TaxIdentifier", "PrimaryTaxIdentifier"})
_SHOWN_OF_MASKED = 4  # the last characters of a tax number, which answers show


def fields(kind: Kind, record: Body) -> dict[str, str]:
    """A record's mapped fields, those that hold something."""
    held = {name: canonical(kind, name, record.get(name)) for name in compared(kind)}
    # A record need not say that it is active; an inactive one is held under another name.
    held["Active"] = _flag(record.get("Active") is not False)
    for name in ("DisplayName", "Name"):
        if name in held:
            held[name] = canonical(kind, name, undeleted(str(record.get(name, ""))))
    return {name: value for name, value in held.items() if value}


def canonical(kind: Kind, name: str, value: Any) -> str:  # noqa: ANN401 - JSON is what it is
    """One field as text; empty where it holds nothing.

    Blanks, figures, the order of our own lines in notes, and the many names of a country make no
    difference.
    """
    if name == "Active":
        return _flag(bool(value))
    if isinstance(value, bool):
        return _flag(value) if value else ""  # QuickBooks leaves out what is false
    if name in _MASKED:
        plain = str(value or "").strip()
        return text(plain[-_SHOWN_OF_MASKED:]) if plain else ""
    spec = MAPPED[kind].get(name)
    held = projected(_smoothed(kind, name, value), spec)
    return "" if held is None else text(held)


def made_otherwise(kind: Kind, sent: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, str]:
    """The fields that QuickBooks holds otherwise than they were sent, with what was sent."""
    texts = {name: canonical(kind, name, sent[name]) for name in compared(kind) if name in sent}
    return {name: text for name, text in texts.items() if text != held.get(name, "")}


def readable(value: str) -> str:
    """A canonical text as people read it."""
    held = parsed(f'{{"it":{value}}}') if value else None
    return shown(held["it"]) if held else ""


def compared(kind: Kind) -> list[str]:
    """The fields that are compared: those that we map, and tax numbers as far as they are shown."""
    masked = [] if kind is Kind.ITEM else sorted(_MASKED)
    return [*MAPPED[kind], *masked]


def _flag(value: bool) -> str:  # noqa: FBT001 - a field's value
    return "true" if value else "false"


def _smoothed(kind: Kind, name: str, value: Any) -> object:  # noqa: ANN401
    """A value as our translation would have written it."""
    match value:
        case str():
            return _smoothed_text(kind, name, value)
        case Mapping() if name == "PrimaryEmailAddr":
            parts = str(value.get("Address") or "").split(",")
            return {"Address": ",".join(part.strip() for part in parts)}
        case Mapping() if name in _ADDRESSES:
            return address(value)
        case int() | float():
            return Decimal(str(value))
        case _:
            return value


def _smoothed_text(kind: Kind, name: str, value: str) -> object:
    if name in _PRICES:  # as a part's body holds them
        return Decimal(value or 0)
    if name in _NAMES:
        return clean(value)
    return smoothed(kind, value) if name == "Notes" else value


def address(held: Mapping[str, Any]) -> dict[str, Any]:
    """An address with its country's code; the fourth and fifth line stand on the third."""
    lines = [str(held.get(f"Line{number}") or "").strip() for number in (3, 4, 5)]
    return {
        **held,
        "Line3": ", ".join(line for line in lines if line),
        "Country": alpha_2(held.get("Country")) or "",
    }
