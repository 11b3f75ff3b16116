"""The mapped fields of customers, vendors and items as canonical text: what is sent and what Xero
holds say the same where these texts are equal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from schemas.kinds import Kind
from worker.providers.comparison import projected, shown
from worker.providers.countries import alpha_2
from worker.providers.wire import Body, parsed, text
from worker.providers.xero.fields import MAPPED, unfolded
from worker.providers.xero.names import clean

LISTED = frozenset({Kind.CUSTOMER, Kind.VENDOR, Kind.ITEM})

STATUS = "ContactStatus"
_NAMES = frozenset({"Name", "FirstName", "LastName"})
_PRICE = ".UnitPrice"


def fields(kind: Kind, record: Body) -> dict[str, str]:
    """A record's mapped fields, those that hold something."""
    flat = unfolded(record)
    held = {name: canonical(kind, name, flat.get(name)) for name in MAPPED[kind]}
    return {name: value for name, value in held.items() if value}


def canonical(kind: Kind, name: str, value: Any) -> str:  # noqa: ANN401 - JSON is what it is
    """One field as text; empty where it holds nothing.

    Blanks, figures, how a telephone number is split, and the many names of a country make no
    difference.
    """
    if name == STATUS:
        return "false" if value not in (None, "ACTIVE") else "true"
    held = projected(_smoothed(name, value), MAPPED[kind].get(name))
    return "" if held is None else text(held)


def made_otherwise(kind: Kind, sent: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, str]:
    """The fields that Xero holds otherwise than they were sent, with what was sent."""
    flat = unfolded(sent)
    texts = {name: canonical(kind, name, flat[name]) for name in MAPPED[kind] if name in flat}
    return {name: text for name, text in texts.items() if text != held.get(name, "")}


def readable(value: str) -> str:
    """A canonical text as people read it."""
    held = parsed(f'{{"it":{value}}}') if value else None
    return shown(held["it"]) if held else ""


def valued(value: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """What a canonical text stands for, to be sent once more as the books have it."""
    held = parsed(f'{{"it":{value}}}')
    return held["it"] if held else None


def telephone(held: Mapping[str, Any]) -> str:
    """A telephone number in one piece."""
    parts = (held.get(f"Phone{part}") for part in ("CountryCode", "AreaCode", "Number"))
    return " ".join(str(part).strip() for part in parts if part)


def address(held: Mapping[str, Any]) -> dict[str, Any]:
    """An address with its country's code; the fourth line stands on the third."""
    lines = [str(held.get(f"AddressLine{number}") or "").strip() for number in (3, 4)]
    return {
        **held,
        "AddressLine3": ", ".join(line for line in lines if line),
        "AddressLine4": "",
        "Country": alpha_2(held.get("Country")) or "",
    }


def _smoothed(name: str, value: Any) -> object:  # noqa: ANN401
    """A value as our translation would have written it."""
    match value:
        case str() if name.endswith(_PRICE):
            return Decimal(value or 0)  # as a part's body holds it
        case str() if name in _NAMES:
            return clean(value)
        case Mapping() if name.startswith("Phones."):
            return {"PhoneNumber": telephone(value)}
        case Mapping() if name.startswith("Addresses."):
            return address(value)
        case _:
            return value
