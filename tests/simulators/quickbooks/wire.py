"""JSON with exact decimals, and the XML that comes when nobody asked for JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

Json = Any  # whatever JSON can hold


def load(body: bytes) -> Json:
    """Parse, keeping decimals exact. Raises ValueError (UnicodeDecodeError is one)."""
    return json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse)


def dump(value: Json) -> bytes:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode(
        errors="replace"
    )


def to_xml(body: dict[str, Json]) -> bytes:
    """A JSON answer in the service's XML: its default for callers that do not accept JSON."""
    inner = "".join(_element(name, value) for name, value in body.items() if name != "time")
    opening = f'<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="{body["time"]}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}{inner}</IntuitResponse>'.encode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value)} is no JSON")


def _element(name: str, value: Json) -> str:
    match value:
        case list():
            return "".join(_element(name, row) for row in value)
        case dict():
            inner = "".join(_element(key, part) for key, part in value.items())
        case bool():
            inner = str(value).lower()
        case _:
            inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is not JSON")
