"""What payments forbid to do to an invoice or a bill: QuickBooks would leave them without it.

Voiding an invoice returns its payments to their customer's account, unapplied (Intuit: void); what
becomes of them where a total falls below them is not documented.
"""

from collections.abc import Mapping
from decimal import Decimal

from schemas.kinds import Kind
from schemas.money import cents
from worker.providers.lookup import Cause
from worker.providers.port import Fault, Operation, Part, Work
from worker.providers.quickbooks.matching import matches
from worker.providers.refusals import Refusal, refuse
from worker.providers.wire import Body, amount, ref, rows

_AMOUNTS = ("Line", "TxnTaxDetail", "GlobalTaxCalculation")
# By kind: the party's field, and what it is called that it is paid, or paid by another one.
_PARTIES = {
    Kind.INVOICE: ("CustomerRef", "invoice_paid", "customer_paid"),
    Kind.PURCHASE_INVOICE: ("VendorRef", "bill_paid", "vendor_paid"),
}


def asks(work: Work, body: Body, total: Decimal | None) -> bool:
    """Whether the books are asked first what is paid of an invoice or bill: where it goes, becomes
    another party's, or may come to less than before. `total` is what the CMMS says.

    What the last pull told is no answer: payments of ours may have come and gone since.
    """
    if not work.unasked or work.kind not in _PARTIES:
        return False
    match work.operation:
        case Operation.CREATE:
            return False
        case Operation.REMOVE | Operation.WITHDRAW:
            return True
        case Operation.UPDATE:
            moved = work.party != ref(body, _PARTIES[work.kind][0])
            return moved or total is None or work.total is None or total < work.total


def barred(part: Part, record: Body) -> Fault | None:
    """Why a part must not be sent, as its invoice stands in the books."""
    paid = amount(record, "TotalAmt") - amount(record, "Balance")
    if part.kind not in _PARTIES or paid <= 0:
        return None
    party, is_paid, by_another = _PARTIES[part.kind]
    says = {"record": part.record_id, "number": str(record.get("DocNumber") or part.record_id)}
    if part.operation is Operation.REMOVE:
        return _refusal(is_paid, says).fault
    if ref(part.body, party) != ref(record, party):
        return _refusal(by_another, says).fault
    least = _least(part, record)
    if least >= paid:
        return None
    return _refusal("total_below_paid", says | _figures(least, paid)).fault


def _least(part: Part, record: Body) -> Decimal:
    """What it comes to at least, once the part is written."""
    stated = {name: part.body[name] for name in _AMOUNTS if name in part.body}
    if matches(stated, record):
        return amount(record, "TotalAmt")
    if part.expected_total is not None:
        return part.expected_total
    # Tax comes on top of it: how much is QuickBooks' to say.
    amounts = (Decimal(str(line.get("Amount", 0))) for line in rows(part.body.get("Line")))
    return sum(amounts, Decimal(0))


def _refusal(code: str, names: Mapping[str, str]) -> Refusal:
    """It goes on by itself once fewer payments stand in the way."""
    return refuse(code, names, {Cause("payments", names["record"])})


def _figures(total: Decimal, paid: Decimal) -> dict[str, str]:
    return {"total": format(cents(total), "f"), "paid": format(cents(paid), "f")}
