"""What payments forbid to do to an invoice or a bill: with money on it, it is not voided, and its
amounts stay (Xero: invoice status, updating part-paid invoices). And what the bank forbids to do to
a payment."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from schemas.kinds import Kind
from schemas.money import cents
from worker.providers.comparison import agrees
from worker.providers.lookup import Cause
from worker.providers.port import Fault, Operation, Part
from worker.providers.refusals import refuse
from worker.providers.wire import Body, amount, rows
from worker.providers.xero.matching import matches

_PAID = {Kind.INVOICE: "invoice_paid", Kind.PURCHASE_INVOICE: "bill_paid"}
# What may change even so; where it is another's, its payments go along.
_FREE = frozenset({"Reference", "DueDate", "InvoiceNumber", "Contact", "Url", "LineItems"})
_FREE_OF_LINE = frozenset({"Description", "AccountCode", "AccountID", "Tracking", "LineItemID"})


def barred(part: Part, record: Body) -> Fault | None:
    """Why a part must not be sent, as its record stands in the books."""
    if part.kind is Kind.PAYMENT:
        return _matched(part, record)
    paid = amount(record, "AmountPaid") + amount(record, "AmountCredited")
    if part.kind not in _PAID or paid <= 0:
        return None
    number = str(record.get("InvoiceNumber") or part.record_id)
    if part.operation is Operation.REMOVE:
        return _fault(_PAID[part.kind], part, {"number": number})
    if _is_as_it_stands(part.body, record):
        return None
    total = part.expected_total
    if total is not None and total < paid:
        return _fault("total_below_paid", part, {"number": number} | _figures(total, paid))
    return _fault("amounts_paid", part, {"number": number})


def _matched(part: Part, record: Body) -> Fault | None:
    """A payment that the bank has confirmed, or that went in a batch, is taken apart by people."""
    if record.get("IsReconciled") is not True and not record.get("BatchPaymentID"):
        return None
    return refuse("locked_in_books", {"record": f"Payment {part.record_id}"}).fault


def _is_as_it_stands(sent: Mapping[str, Any], record: Body) -> bool:
    """Whether nothing would change that payments hold fast."""
    if not matches({name: value for name, value in sent.items() if name not in _FREE}, record):
        return False
    if "LineItems" not in sent:
        return True
    ours, theirs = rows(sent["LineItems"]), rows(record.get("LineItems"))
    return len(ours) == len(theirs) and all(map(_is_same_line, ours, theirs))


def _is_same_line(sent: Body, held: Body) -> bool:
    return all(
        agrees(value, held.get(name)) for name, value in sent.items() if name not in _FREE_OF_LINE
    )


def _fault(code: str, part: Part, names: Mapping[str, str]) -> Fault:
    """It goes on by itself once fewer payments stand in the way."""
    cause = Cause("payments", part.record_id)
    return refuse(code, {"record": part.record_id, **names}, {cause}).fault


def _figures(total: Decimal, paid: Decimal) -> dict[str, str]:
    return {"total": format(cents(total), "f"), "paid": format(cents(paid), "f")}
