"""What may stand in a request: names, types, lengths and places, from `fields.txt`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from tests.simulators.xero.errors import Refused, simulator
from tests.simulators.xero.organisation import Body
from tests.simulators.xero.wire import Json

_FIELD = re.compile(
    r"(?P<name>\w+)(?::(?P<type>\w+))?(?P<many>\[\])?(?:/(?P<length>\d+))?(?P<mark>[*-]?)"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CURRENCY = re.compile(r"[A-Z]{3}")
LARGEST = Decimal(10_000_000_000)  # LineAmount: 13 characters with the cents


@dataclass(frozen=True)
class Field:
    type: str
    many: bool
    length: int | None
    mark: str  # "*" set by Xero alone, "-" not simulated


def _load() -> tuple[dict[str, dict[str, Field]], dict[str, frozenset[str]]]:
    text = Path(__file__).with_name("fields.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    kinds: dict[str, dict[str, Field]] = {}
    enums: dict[str, frozenset[str]] = {}
    for line in re.split(r"\n(?! )", "\n".join(lines)):
        name, sign, rest = re.split(r"([:=])", line, maxsplit=1)
        if sign == "=":
            enums[name] = frozenset(rest.split())
        else:
            kinds[name] = dict(map(_field, rest.split()))
    return kinds, enums


def _field(word: str) -> tuple[str, Field]:
    found = _FIELD.fullmatch(word)
    if not found:
        raise ValueError(word)
    length = int(found["length"]) if found["length"] else None
    return found["name"], Field(found["type"] or "", bool(found["many"]), length, found["mark"])


KINDS, ENUMS = _load()


def read(kind: str, body: Json) -> tuple[Body, list[str]]:
    """A request's element with dates and ids as such, and what is too long in it.

    Raises Refused for what cannot be read at all, and for what Xero would pass over silently.
    """
    too_long: list[str] = []
    return _object(kind, body, kind, too_long), too_long


def _object(kind: str, body: Json, path: str, too_long: list[str]) -> Body:
    if not isinstance(body, dict):
        raise Refused(f"Cannot deserialize the value at '{path}' into type '{kind}'")
    fields = KINDS[kind]
    result: Body = {}
    for name, value in body.items():
        at = f"{path}.{name}"
        field = fields.get(name)
        if field is None:
            raise Refused(simulator(f"{at} is no field of Xero's; it would be ignored"))
        _check_mark(field, value, at)
        if field.many:
            if not isinstance(value, list):
                raise Refused(f"Cannot deserialize the value at '{at}' into a list")
            result[name] = [
                _value(field, row, f"{at}[{n}]", too_long) for n, row in enumerate(value)
            ]
        else:
            result[name] = _value(field, value, at, too_long)
    return result


def _check_mark(field: Field, value: Json, at: str) -> None:
    if field.mark == "*":
        raise Refused(simulator(f"{at} is set by Xero alone; it would be ignored"))
    if field.mark == "-" and value != []:
        raise Refused(simulator(f"{at} is not simulated"))
    if value is None:
        raise Refused(simulator(f"{at} is null, which changes nothing"))


def _value(field: Field, value: Json, at: str, too_long: list[str]) -> Json:
    if field.type in KINDS:
        return _object(field.type, value, at, too_long)
    match field.type[:1] if field.type[1:].isdigit() else field.type, value:
        case "n", int() | Decimal() if not isinstance(value, bool):
            result: Json = _number(value, int(field.type[1:]), at)
        case "d", str():
            result = _day(value, at)
        case "g", str() if _GUID.fullmatch(value):
            result = str(UUID(value))
        case "" | "any", str():
            result = _text(field, value, at, too_long)
        case _ if _is_plain(field.type, value):
            result = value
        case _:
            kind = field.type or "string"
            raise Refused(f"Error converting value {value!r} to type '{kind}'. Path '{at}'")
    return result


def _is_plain(kind: str, value: Json) -> bool:
    """Whether it is kept as it came."""
    match value:
        case bool():
            return kind == "b"
        case int():
            return kind == "i"
        case str() if kind == "currency":
            return bool(_CURRENCY.fullmatch(value))
        case str():
            return value in ENUMS.get(kind, ())
    return False


def _text(field: Field, value: str, at: str, too_long: list[str]) -> str:
    if field.length and len(value) > field.length:
        too_long.append(f"{at} exceeds its maximum length of {field.length}")
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in value):
        raise Refused(f"Invalid character in '{at}'")
    return value


def _number(value: int | Decimal, places: int, at: str) -> Decimal:
    number = Decimal(value)
    exponent = number.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > places:
        raise Refused(simulator(f"{at} {value} has more than {places} decimal places"))
    if abs(number) >= LARGEST:
        raise Refused(f"Error converting value {value} to type 'Decimal'. Path '{at}'")
    return number


def _day(value: str, at: str) -> date:
    if not _DATE.fullmatch(value):
        raise Refused(simulator(f"{at} {value}: write dates as YYYY-MM-DD"))
    try:
        return date.fromisoformat(value)
    except ValueError:
        text = f"Error converting value {value!r} to type 'DateTime'. Path '{at}'"
        raise Refused(text) from None
