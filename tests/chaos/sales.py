"""The events of a small company: customers, services, invoices and bills with their sums."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.system.streams import Line

_SOURCE = "/cmms/chaos"
_FIRST_DAY = date(2026, 9, 1)
CUSTOMERS, ITEMS, VENDORS = 25, 10, 5


@dataclass(frozen=True)
class Sale:
    """An invoice as the CMMS knows it, or a bill."""

    id: str
    total: Decimal
    line: Line
    kind: str = "invoice"


def event(tenant: str, type_: str, data: Mapping[str, Any]) -> Line:
    """One event in structured mode, as any AMQP client would write it."""
    envelope = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": _SOURCE,
        "type": type_,
        "time": datetime.now(UTC).isoformat(),
        "tenantid": tenant,
        "subject": data["id"],
        "data": data,
    }
    return Line(json.dumps(envelope).encode(), envelope, type_)


def parties(tenant: str) -> list[Line]:
    """The customers and services that all invoices name."""
    return [customer(tenant, number) for number in range(CUSTOMERS)] + [
        event(tenant, "item.created", _service(number)) for number in range(ITEMS)
    ]


def customer(tenant: str, number: int, name: str = "Customer") -> Line:
    data = {"id": f"CUS-{name}-{number}", "version": 1, "name": f"{name} {number}"}
    return event(tenant, "customer.created", data | {"currency": "USD"})


def invoices(tenant: str, series: str, count: int, seed: int) -> list[Sale]:
    """`count` invoices of one series, the same ones for the same seed; ids are unique by series."""
    dice = random.Random(f"{series}/{seed}")
    return [invoice(tenant, f"{series}-{number:04}", dice) for number in range(count)]


def invoice(tenant: str, record_id: str, dice: random.Random, version: int = 1) -> Sale:
    """One to four lines of services, untaxed, with cents that add up to something odd."""
    lines = [_line(str(number), dice) for number in range(1, dice.randint(2, 5))]
    amounts = [Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in lines]
    total = sum(amounts, Decimal(0))
    day = _FIRST_DAY + timedelta(days=dice.randrange(60))
    data = {
        "id": record_id,
        "version": version,
        "number": record_id,
        "customer_id": f"CUS-Customer-{dice.randrange(CUSTOMERS)}",
        "issue_date": day.isoformat(),
        "due_date": (day + timedelta(days=30)).isoformat(),
        "currency": "USD",
        "lines": lines,
        "total": str(total),
    }
    verb = "created" if version == 1 else "updated"
    return Sale(record_id, total, event(tenant, f"invoice.{verb}", data))


def again(sale: Sale, version: int, **changes: Any) -> Line:  # noqa: ANN401 - of any field
    """The same record once more, with something changed."""
    envelope = sale.line.envelope
    data = envelope["data"] | {"version": version} | changes
    return event(sale.line.tenant, f"{sale.kind}.updated", data)


def vendors(tenant: str) -> list[Line]:
    """Whom all bills are owed to."""
    numbers = range(VENDORS)
    parties = [{"id": f"VEN-{n}", "version": 1, "name": f"Vendor {n}"} for n in numbers]
    return [event(tenant, "vendor.created", data) for data in parties]


def bills(tenant: str, series: str, count: int, seed: int) -> list[Sale]:
    """`count` bills of one series; their numbers are the vendor's own, which need not differ."""
    dice = random.Random(f"{series}/{seed}")
    return [_bill(tenant, f"{series}-{number:04}", dice) for number in range(count)]


def _bill(tenant: str, record_id: str, dice: random.Random) -> Sale:
    """One line without item and tax."""
    total = f"{dice.randint(1, 900)}.{dice.randrange(100):02}"
    data = {
        "id": record_id,
        "version": 1,
        "number": record_id,
        "vendor_id": f"VEN-{dice.randrange(VENDORS)}",
        "issue_date": (_FIRST_DAY + timedelta(days=dice.randrange(60))).isoformat(),
        "currency": "USD",
        "amounts": "no_tax",
        "lines": [{"description": "Freight", "amount": total}],
        "total": total,
    }
    line = event(tenant, "purchase_invoice.created", data)
    return Sale(record_id, Decimal(total), line, "purchase_invoice")


def lines_of(sales: Sequence[Sale]) -> list[Line]:
    return [sale.line for sale in sales]


def _service(number: int) -> dict[str, Any]:
    name = f"Service {number}"
    price = f"{40 + 7 * number}.{number}5"
    details = {"type": "service", "sales_price": price, "description": f"{name}, an hour"}
    return {"id": f"ITM-{number}", "version": 1, "name": name, **details}


def _line(line_id: str, dice: random.Random) -> dict[str, str]:
    return {
        "id": line_id,
        "item_id": f"ITM-{dice.randrange(ITEMS)}",
        "description": f"Work, part {line_id}",
        "quantity": str(dice.randint(1, 9)),
        "unit_price": f"{dice.randint(1, 250)}.{dice.randrange(100):02}",
        "tax_code": "NON",
    }
