"""Builders of CMMS records, and of events as they are delivered: name only what matters."""

from collections.abc import Mapping
from datetime import UTC, datetime

from events.delivery import Delivery
from events.message import Message, compose

SOURCE = "/cmms/test"
DAY = "2026-10-01"


def a_customer(id: str = "CUS-1", **fields: object) -> dict[str, object]:  # noqa: A002
    return {"id": id, "name": f"Harbor Hotel {id}", "email": "ap@harbor.example"} | fields


def a_vendor(id: str = "VEN-1", **fields: object) -> dict[str, object]:  # noqa: A002
    return {"id": id, "name": f"Northside Bearings {id}"} | fields


def an_item(id: str = "ITM-1", **fields: object) -> dict[str, object]:  # noqa: A002
    """A service, which needs no stock."""
    named = {"id": id, "name": f"Technician hour {id}", "type": "service"}
    return named | {"sales_price": "95.00"} | fields


def a_stock_item(id: str = "ITM-S", **fields: object) -> dict[str, object]:  # noqa: A002
    """Kept in stock; the day of the count is the test's to name."""
    return an_item(id, type="inventory", purchase_cost="31.20", quantity_on_hand="12") | fields


def an_invoice(id: str = "INV-1", **fields: object) -> dict[str, object]:  # noqa: A002
    """One line of 100.00 for CUS-1 and ITM-1, without tax; its number follows from the id."""
    line = {"item_id": "ITM-1", "unit_price": "100.00", "tax_code": "NON"}
    given = {
        "id": id,
        "number": f"N-{id}",
        "customer_id": "CUS-1",
        "issue_date": DAY,
        "currency": "USD",
        "lines": [line],
        "total": "100.00",
    }
    return given | fields


def a_bill(id: str = "BILL-1", **fields: object) -> dict[str, object]:  # noqa: A002
    """One line of 60.00 owed to VEN-1, without item and tax; its number follows from the id."""
    given = {
        "id": id,
        "number": f"V-{id}",
        "vendor_id": "VEN-1",
        "issue_date": DAY,
        "currency": "USD",
        "amounts": "no_tax",
        "lines": [{"description": "Freight", "amount": "60.00"}],
        "total": "60.00",
    }
    return given | fields


def a_payment(id: str = "PAY-1", **fields: object) -> dict[str, object]:  # noqa: A002
    """60.00 on INV-1."""
    given = {"id": id, "invoice_id": "INV-1", "date": DAY, "amount": "60.00", "currency": "USD"}
    return given | fields


def an_expense(id: str = "EXP-1", **fields: object) -> dict[str, object]:  # noqa: A002
    given = {"id": id, "date": DAY, "amount": "31.20", "currency": "USD", "vendor_id": "VEN-1"}
    return given | fields


def event(
    type_: str,
    data: Mapping[str, object],
    *,
    tenant: str = "tenant-1",
    id: str | None = None,  # noqa: A002
    time: datetime | None = None,
) -> Delivery:
    """An event of the contract, as RabbitMQ delivers it."""
    moment = time or datetime.now(UTC)
    return delivered(compose(type_, source=SOURCE, tenant=tenant, data=data, id=id, time=moment))


def delivered(message: Message) -> Delivery:
    """A message on its first delivery."""
    return Delivery(
        body=message.body,
        routing_key=message.routing_key,
        content_type=message.content_type,
        headers=message.headers,
        message_id=message.message_id,
        redelivered=False,
        delivery_count=0,
        tag=1,
    )


def junk(
    body: bytes, *, routing_key: str = "customer.created", content_type: str | None = None
) -> Delivery:
    """A message that need be no event at all."""
    return delivered(Message(body, routing_key, content_type))
