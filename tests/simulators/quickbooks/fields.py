"""What may stand in a request: names, types, lengths and places, from `fields.txt`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from tests.simulators.quickbooks.errors import Refused, required
from tests.simulators.quickbooks.wire import Json

Body = dict[str, Json]

_FIELD = re.compile(
    r"(?P<name>\w+)(?::(?P<type>\w+))?(?P<many>\[\])?(?:/(?P<length>\d+))?(?P<ro>\*)?"
)
_SCALARS = frozenset({None, "b", "n", "i"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MONEY = frozenset(
    (
        "Amount",
        "Balance",
        "BalanceWithJobs",
        "CurrentBalance",
        "CurrentBalanceWithSubAccounts",
        "Deposit",
        "DiscountAmt",
        "HomeBalance",
        "HomeTotalAmt",
        "NetAmountTaxable",
        "OpeningBalance",
        "RemainingCredit",
        "TaxAmount",
        "TaxInclusiveAmt",
        "TotalAmt",
        "TotalTax",
        "UnappliedAmt",
    )
)
_PRICES = frozenset({"UnitPrice", "PurchaseCost"})
_NAMES = frozenset({"DisplayName", "GivenName", "MiddleName", "FamilyName"})
_CONTROL = frozenset("\t\n\r")
MOST_PRICE = Decimal(99_999_999_999)


@dataclass(frozen=True)
class Field:
    name: str
    type: str | None
    many: bool
    length: int | None
    read_only: bool


def _load() -> tuple[dict[str, dict[str, Field]], dict[str, frozenset[str]]]:
    text = Path(__file__).with_name("fields.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    kinds: dict[str, dict[str, Field]] = {}
    enums: dict[str, frozenset[str]] = {}
    for line in re.split(r"\n(?! )", "\n".join(lines)):
        name, _, rest = line.partition(":")
        if name.startswith("enum "):
            enums[name[5:]] = frozenset(rest.strip().split("|"))
        else:
            found = [match for word in rest.split() if (match := _FIELD.fullmatch(word))]
            kinds[name] = {
                m["name"]: Field(
                    m["name"],
                    m["type"],
                    bool(m["many"]),
                    int(m["length"]) if m["length"] else None,
                    bool(m["ro"]),
                )
                for m in found
            }
    kinds["ref"] = {
        name: Field(name, None, many=False, length=None, read_only=False)
        for name in ("value", "name", "type")
    }
    return kinds, enums


KINDS, ENUMS = _load()


def clean(kind: str, body: Body) -> Body:
    """A checked copy of what was sent, without nulls and without what is read-only.

    Raises Refused: 2010 unknown property, 2050 length, 2040 characters, 2060 to 2170 bad values.
    """
    table = KINDS[kind]
    checked: Body = {}
    for name, value in body.items():
        field = table.get(name)
        if field is None:
            raise _unknown(kind, name, table)
        # Read-only values are ignored, unknown names are not (Intuit: entity pages).
        if value is None or field.read_only:
            continue
        if field.many:
            checked[name] = [_value(kind, field, part) for part in _list(name, value)]
        else:
            checked[name] = _value(kind, field, value)
    if kind == "ref" and not checked.get("value"):
        raise required("value")
    return checked


def _list(name: str, value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise Refused("2090", f"{name} must be a list", name)
    return value


def _value(kind: str, field: Field, value: Json) -> Json:
    if field.type in KINDS:
        if not isinstance(value, dict):
            raise Refused("2090", f"{field.name} must be an object", field.name)
        return clean(field.type or "", value)
    if field.type in _SCALARS:
        return _scalar(kind, field, value)
    if field.type in ("d", "t"):
        return _moment(field, value)
    if field.type in ENUMS and str(value) not in ENUMS[field.type]:
        raise Refused("2170", f"Invalid Enumeration : {value}", field.name)
    return value


def _scalar(kind: str, field: Field, value: Json) -> Json:
    if field.type == "b" and isinstance(value, bool):
        return value
    if field.type in ("n", "i") and isinstance(value, int | Decimal):
        return _number(field, value)
    if field.type is None and isinstance(value, str):
        return _text(kind, field, value)
    raise Refused("2090", f"{field.name} has the wrong type: {str(value)[:40]}", field.name)


def _number(field: Field, value: int | Decimal) -> int | Decimal:
    if isinstance(value, bool):
        raise Refused("2090", f"{field.name} must be a number", field.name)
    exact = Decimal(value)
    if abs(exact) > MOST_PRICE or (field.type == "i" and exact != int(exact)):
        raise Refused("2070", f"Invalid Number : {value}", field.name)
    places = 2 if field.name in _MONEY else 5 if field.name in _PRICES else None
    if places is not None and round(exact, places) != exact:
        detail = f"{field.name} has more than {places} decimal places: {value}"
        raise Refused("2110", detail, field.name)
    return value


def _text(kind: str, field: Field, value: str) -> str:
    if field.length is not None and len(value) > field.length:
        detail = f"{field.name} : {len(value)} characters, at most {field.length} are supported"
        raise Refused("2050", detail, field.name)
    if refused_characters(kind, field.name) & set(value):
        raise Refused("2040", f"{field.name} holds characters that are not allowed", field.name)
    if kind == "EmailAddress" and field.name == "Address":
        _emails(value)
    return value


def refused_characters(kind: str, name: str) -> frozenset[str]:
    """Which characters a name may not hold (Intuit: 2040)."""
    if (kind, name) == ("Account", "Name"):
        return _CONTROL | {":", '"'}
    if (kind, name) == ("Account", "AcctNum"):
        return frozenset(":")
    if name in _NAMES or (kind, name) == ("Item", "Name"):
        return _CONTROL | {":"}
    return frozenset()


def _emails(value: str) -> None:
    for address in value.split(","):
        if "@" not in address or "." not in address or " " in address.strip():
            raise Refused("2210", "Email Address does not conform to its format", "Address")


def _moment(field: Field, value: Json) -> str:
    text = str(value)
    if not _is_moment(field, text):
        raise Refused("2060", f"Invalid Date : {text}", field.name)
    return text


def _is_moment(field: Field, text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return field.type == "t" or bool(_DATE.fullmatch(text))


def _unknown(kind: str, name: str, table: dict[str, Field]) -> Refused:
    known = ", ".join(f'"{key}"' for key in list(table)[:60])
    detail = (
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{kind}), '
        f"not marked as ignorable ({len(table)} known properties: {known} [truncated]])\n"
        " specified is unsupported or invalid"
    )
    return Refused("2010", detail)
