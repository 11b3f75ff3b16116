"""A client of the accounting API without a server: calls it in the same process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from tests.simulators.xero.api import answer
from tests.simulators.xero.calls import Call
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.wire import dump

Json = Any
APP = "8F1C0E5B7A4D4F0E9B6A2C3D4E5F6071"
HEADERS = {"accept": "application/json", "content-type": "application/json"}


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    content_type: str

    @property
    def json(self) -> Json:
        return json.loads(self.text)

    @property
    def messages(self) -> list[str]:
        """What validation says, of all refused elements; or what the whole request is told."""
        body = self.json
        elements = body.get("Elements") or [
            row for value in body.values() if isinstance(value, list) for row in value
        ]
        found = [m["Message"] for row in elements for m in row.get("ValidationErrors", ())]
        return found or [body["Message"]]


@dataclass
class Api:
    """One organisation as an app sees it; `lines` is what passed, for the checker."""

    organisation: Organisation
    app: str = APP
    lines: list[str] = field(default_factory=list)

    def send(
        self,
        method: str,
        path: str,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> Answer:
        sent = b"" if body is None else json.dumps(body).encode()
        asked = HEADERS | {"xero-tenant-id": self.organisation.tenant_id} | dict(headers or {})
        call = Call(method, path, query, asked, sent, self.app)
        with self.organisation.lock:
            reply = answer(self.organisation, call)
        text = reply.text if reply.body is None else dump(reply.body).decode()
        given = Answer(reply.status, text, reply.content_type)
        self._record(call, given)
        return given

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: str) -> Answer:
        return self.send("GET", path, None, headers, **query)

    def put(self, path: str, body: Json, **query: str) -> Answer:
        return self.send("PUT", path, body, None, **query)

    def post(self, path: str, body: Json, **query: str) -> Answer:
        return self.send("POST", path, body, None, **query)

    def made(self, plural: str, body: Json, **query: str) -> Json:
        """What was created; a refusal is an error."""
        given = self.put(f"/{plural}", body, **query)
        assert given.status == 200, given.text
        return given.json[plural][0]

    def listed(self, plural: str, headers: Mapping[str, str] | None = None, **query: str) -> Json:
        given = self.get(f"/{plural}", headers, **query)
        assert given.status == 200, given.text
        return given.json[plural]

    def _record(self, call: Call, given: Answer) -> None:
        moment = datetime.now(UTC).isoformat()
        address = f"https://api.xero.com/api.xro/2.0{quote(call.path)}"
        limits = {f"X-{name}Limit-Remaining": "50" for name in ("Day", "Min", "AppMin")}
        key = {} if call.method == "GET" else {"Idempotency-Key": f"key-{len(self.lines)}"}
        line = {
            "at": moment,
            "ended_at": moment,
            "provider": "xero",
            "method": call.method,
            "url": f"{address}?{urlencode(call.query)}" if call.query else address,
            "request_headers": {"Authorization": "Bearer ***"} | dict(call.headers) | key,
            "request_body": call.body.decode() or None,
            "status": given.status,
            "response_headers": {"Content-Type": given.content_type} | limits,
            "response_body": given.text or None,
        }
        self.lines.append(json.dumps(line))


def sale(contact: str, **changes: Json) -> Json:
    """An approved sales invoice over 100.00 without tax; None removes a field."""
    body = {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact},
        "Date": "2026-11-02",
        "DueDate": "2026-12-02",
        "LineAmountTypes": "NoTax",
        "Status": "AUTHORISED",
        "LineItems": [line("100")],
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def bill(contact: str, **changes: Json) -> Json:
    """An approved bill over 100.00 without tax."""
    lines = [line("100", AccountCode="433")]
    return sale(contact, **({"Type": "ACCPAY", "LineItems": lines} | changes))


def line(price: str, **more: Json) -> Json:
    fixed = {"Description": "Work", "Quantity": 1, "UnitAmount": float(price), "AccountCode": "200"}
    return {name: value for name, value in (fixed | more).items() if value is not None}


def payment(invoice: Json, amount: float, **changes: Json) -> Json:
    body = {
        "Invoice": {"InvoiceID": invoice["InvoiceID"]},
        "Account": {"Code": "090"},
        "Date": "2026-11-10",
        "Amount": amount,
    }
    return body | changes


def journal(*amounts: float, **changes: Json) -> Json:
    lines = [{"LineAmount": amount, "AccountCode": "433"} for amount in amounts]
    body = {"Narration": "Parts used", "Date": "2026-11-02", "JournalLines": lines}
    return body | {"Status": "POSTED"} | changes
