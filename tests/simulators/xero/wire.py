"""JSON with exact decimals and Xero's dates, and the XML that comes when nobody asked for JSON."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

Json = Any  # whatever JSON can hold; inside the simulator also Decimal, date and datetime


def load(body: bytes) -> Json:
    """Parse, keeping decimals exact. Raises ValueError (UnicodeDecodeError is one)."""
    return json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse)


def dump(value: Json) -> bytes:
    """As it goes out; dates in Xero's form, decimals as numbers."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def date_text(value: date) -> str:
    """`/Date(ms+0000)/`: of a day its midnight UTC."""
    return f"/Date({_milliseconds(value)}+0000)/"


def envelope_time(moment: datetime) -> str:
    """The form without an offset, as in DateTimeUTC."""
    return f"/Date({_milliseconds(moment)})/"


def to_xml(body: dict[str, Json]) -> str:
    """A JSON answer in the service's XML: its default for callers that do not accept JSON."""
    inner = "".join(_element(name, value) for name, value in body.items())
    return f"<Response>{inner}</Response>"


def _milliseconds(value: date) -> int:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return round(value.timestamp() * 1000)


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return date_text(value)
    raise TypeError(f"{type(value)} is no JSON")


def _element(name: str, value: Json) -> str:
    match value:
        case list():
            singular = re.sub("(ie)?s$", lambda end: "y" if end[1] else "", name)
            inner = "".join(_element(singular, row) for row in value)
        case dict():
            inner = "".join(_element(key, part) for key, part in value.items())
        case bool():
            inner = str(value).lower()
        case datetime():
            inner = value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        case date():
            inner = f"{value.isoformat()}T00:00:00"
        case None:
            inner = ""
        case _:
            inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is not JSON")
