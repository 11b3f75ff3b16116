"""Events and their data as the CMMS sends them; name only what matters to the test."""

import json
from typing import Any

from schemas.envelope import STRUCTURED, Event, parse

Data = dict[str, Any]


def customer_data(**changes: object) -> Data:
    return {"id": "C-1", "version": 1, "name": "Alder Court Residents", **changes}


def item_data(**changes: object) -> Data:
    return {"id": "T-1", "version": 1, "name": "Ball valve", "type": "inventory", **changes}


def line_data(**changes: object) -> Data:
    return {"description": "Labour", "quantity": "2", "unit_price": "98.00", **changes}


def invoice_data(*lines: Data, **changes: object) -> Data:
    return {
        "id": "I-1",
        "version": 1,
        "number": "2026-1001",
        "customer_id": "C-1",
        "issue_date": "2026-10-05",
        "currency": "USD",
        "lines": list(lines) or [line_data()],
        **changes,
    }


def bill_data(*lines: Data, **changes: object) -> Data:
    return {
        "id": "B-1",
        "version": 1,
        "number": "V-77",
        "vendor_id": "V-1",
        "issue_date": "2026-10-05",
        "currency": "USD",
        "lines": list(lines) or [{"item_id": "T-1", "unit_cost": "7.85"}],
        **changes,
    }


def expense_data(**changes: object) -> Data:
    return {
        "id": "E-1",
        "date": "2026-10-05",
        "amount": "18.50",
        "currency": "USD",
        "vendor_id": "V-1",
        **changes,
    }


def payment_data(**changes: object) -> Data:
    return {
        "id": "P-1",
        "invoice_id": "I-1",
        "date": "2026-10-05",
        "amount": "50.00",
        "currency": "USD",
        **changes,
    }


def envelope(type_: str = "customer.created", data: object = None, **changes: object) -> Data:
    """A structured envelope; a change to None takes the attribute away."""
    attributes = {
        "specversion": "1.0",
        "id": "evt-1",
        "source": "/cmms/parties",
        "type": type_,
        "time": "2026-10-05T09:30:00.000Z",
        "tenantid": "alder",
        "data": customer_data() if data is None else data,
    }
    return {name: value for name, value in (attributes | changes).items() if value is not None}


def body(type_: str = "customer.created", data: object = None, **changes: object) -> bytes:
    return json.dumps(envelope(type_, data, **changes)).encode()


def parsed(
    message: bytes,
    *,
    content_type: str | None = STRUCTURED,
    headers: Data | None = None,
    routing_key: str | None = None,
) -> Event:
    return parse(message, content_type, headers or {}, routing_key)


def parsed_data(type_: str, data: object) -> Any:  # noqa: ANN401
    """What the data of one event became; `Any`, as the test knows which model it is."""
    return parsed(body(type_, data)).data
