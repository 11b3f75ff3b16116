"""What the service hands to the accounting API, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulators.xero.wire import Json


@dataclass(frozen=True)
class Call:
    """One authorised call below /api.xro/2.0; `app` is the client id that makes it."""

    method: str
    path: str  # "/Invoices/INV-1"
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    app: str


@dataclass(frozen=True)
class Reply:
    """One answer: `body` goes out as JSON (wire.dump), else `text` as it is."""

    status: int
    body: Json | None = None
    text: str = ""
    content_type: str = "application/json; charset=utf-8"
    written: tuple[tuple[str, str], ...] = ()  # (kind, id) of what was created or changed
