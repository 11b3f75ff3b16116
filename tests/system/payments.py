"""Money that a customer pays directly into the books, as a bookkeeper enters it there."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from events.publisher import Publisher
from tests.system.books_of import Row
from tests.system.connecting import Connected
from tests.system.listening import Listener
from tests.system.processes import System

_PULL_SECONDS = 30.0
_INVOICE = """
    SELECT paid_amount, balance, payment_status FROM sync_status
    WHERE connection_id = %(connection)s AND kind = 'invoice' AND record_id = %(record)s
"""


@dataclass(frozen=True)
class Paid:
    """One payment: the invoice as it was before, and what was paid of it."""

    invoice: Row
    amount: Decimal

    @property
    def balance(self) -> Decimal:
        assert self.invoice.total is not None
        return self.invoice.total - self.amount

    @property
    def status(self) -> str:
        return "partially_paid" if self.balance else "paid"


def open_invoices(rows: Sequence[Row]) -> list[Row]:
    """Invoices of the CMMS that nobody has paid anything of, by number."""
    unpaid = [row for row in rows if row.record_id and row.status == "open"]
    return sorted(unpaid, key=lambda row: row.number or "")


def enter(connected: Connected, invoice: Row, amount: Decimal, method: str) -> Paid:
    """Receive a payment for an invoice in the ledger's own screens."""
    _ENTER[connected.ledger.provider](connected, invoice, amount, f"{method}-{invoice.number}")
    return Paid(invoice, amount)


def _enter_quickbooks(connected: Connected, invoice: Row, amount: Decimal, reference: str) -> None:
    path = f"companies/{connected.company_id}/entities/Invoice"
    found = connected.ledger.control("GET", path)
    customer = next(one["CustomerRef"]["value"] for one in found if one["Id"] == invoice.ref)
    link = {"TxnId": invoice.ref, "TxnType": "Invoice"}
    body = {
        "CustomerRef": {"value": customer},
        "TotalAmt": float(amount),
        "TxnDate": datetime.now(UTC).date().isoformat(),
        "PaymentRefNum": reference[:21],
        "Line": [{"Amount": float(amount), "LinkedTxn": [link]}],
    }
    connected.ledger.enter(connected.company_id, "Payment", body)


def _enter_xero(connected: Connected, invoice: Row, amount: Decimal, reference: str) -> None:
    body = {
        "Amount": float(amount),
        "Date": datetime.now(UTC).date().isoformat(),
        "Reference": reference,
    }
    connected.ledger.control("POST", f"companies/{connected.company_id}/pay/{invoice.ref}", body)


_ENTER = {"quickbooks": _enter_quickbooks, "xero": _enter_xero}


def ask_for_pull(system: System, tenant: str) -> None:
    """What a CMMS service does to have payments now and not at the next half hour."""
    with Publisher(system.services.broker) as publisher:
        publisher.publish(
            "sync.requested", source="/cmms/demo", tenant=tenant, data={"resource": "payments"}
        )


def wait_for(system: System, connected: Connected, heard: Listener, paid: Sequence[Paid]) -> None:
    """Wait until the CMMS knows of all these payments, or for 30 s."""
    end = time.monotonic() + _PULL_SECONDS
    while faults(system, connected, heard, paid) and time.monotonic() < end:
        time.sleep(0.2)


def faults(
    system: System, connected: Connected, heard: Listener, paid: Sequence[Paid]
) -> list[str]:
    """What the CMMS does not know, or knows wrongly, of these payments."""
    told = {one["data"]["invoice_id"]: one for one in heard_of(heard, connected)}
    found = []
    for one in paid:
        record = one.invoice.record_id or ""
        values = {"connection": connected.id, "record": record}
        row = system.rows(_INVOICE, **values)[0]
        known = (row["paid_amount"], row["balance"], row["payment_status"])
        if known != (one.amount, one.balance, one.status):
            said = ", ".join(str(value) for value in known)
            found.append(f"{record} was paid {one.amount}, its link says: {said}")
        if not _tells(told.get(record), one):
            found.append(f"no accounting.payment.received tells of {one.amount} for {record}")
    return found


def heard_of(heard: Listener, connected: Connected) -> list[dict[str, Any]]:
    """The status events of one ledger that tell of payments."""
    received = heard.of_type("accounting.payment.received")
    return [one for one in received if one["data"]["provider"] == connected.ledger.provider]


def _tells(event: dict[str, Any] | None, paid: Paid) -> bool:
    if event is None:
        return False
    data = event["data"]
    said = (Decimal(data["applied"]), Decimal(data["balance"]), data["status"])
    return said == (paid.amount, paid.balance, paid.status)
