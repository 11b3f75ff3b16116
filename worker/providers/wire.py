"""JSON as ledgers take and give it: decimals exact, never through binary floats."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

Body = dict[str, Any]
"""A record on its way to a ledger, or from it: numbers are Decimal."""


def text(value: object) -> str:
    """JSON text; the json module itself would write a Decimal through float, or not at all."""
    match value:
        case Decimal():
            return format(value, "f")
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = (f"{text(str(name))}:{text(held)}" for name, held in value.items())
            return "{" + ",".join(pairs) + "}"
        case Sequence():
            return "[" + ",".join(map(text, value)) + "]"
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def ready(value: Any) -> Any:  # noqa: ANN401 - JSON is what it is
    """The same for a JSON column: decimals as strings, read as numbers by `comparison`."""
    match value:
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {name: ready(held) for name, held in value.items()}
        case list() | tuple():
            return [ready(held) for held in value]
        case _:
            return value


def parsed(content: str) -> Body | None:
    """The JSON object in a text; None if it is none (a cut answer, an error page)."""
    try:
        value = json.loads(content, parse_float=Decimal, parse_int=Decimal)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def rows(value: object) -> list[Body]:
    """The objects in a JSON array; anything else holds none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def ref(record: Mapping[str, Any], name: str) -> str | None:
    """The id that a reference field holds."""
    held = record.get(name)
    return str(held["value"]) if isinstance(held, dict) and "value" in held else None


def amount(record: Mapping[str, Any], name: str) -> Decimal:
    """A number of a record; an absent one is 0: ledgers leave out what has no value."""
    held = record.get(name)
    return held if isinstance(held, Decimal) else Decimal(0)
