"""Payments that were taken in the CMMS (Xero: payments): each pays one invoice, all of it.

Nothing of a payment can be left unapplied, and none can be edited.
"""

from decimal import Decimal

from schemas.kinds import Kind
from schemas.money import cents
from schemas.payment import Payment
from worker.providers import periods
from worker.providers.lookup import Cause, Lookup, Target
from worker.providers.port import Operation, Work
from worker.providers.refusals import refuse
from worker.providers.wire import Body
from worker.providers.xero import checks, names


def payment(work: Work, document: Payment, lookup: Lookup) -> Body:
    """The whole payment as it is made."""
    record = f"payment {document.id}"
    invoice = lookup.target(Kind.INVOICE, document.invoice_id)
    if invoice.currency not in (None, document.currency):
        raise refuse("currency_mismatch", {"currency": document.currency, "record": record})
    dated = periods.period(work, document.date, lookup, record)
    amount = cents(document.amount)  # Xero keeps two decimals of every currency
    if amount == 0:
        raise refuse("value_refused", {"field": "amount", "record": record})
    _fits(work, invoice, amount)
    words = [document.reference or "", document.method or "", dated.note]
    return {
        "Invoice": {"InvoiceID": invoice.ref},
        "Account": {"AccountID": checks.payment_account(document.account, lookup)},
        "Date": dated.day.isoformat(),
        "Amount": amount,
        "Reference": names.payment_reference(words, work.record_id),
    }


def _fits(work: Work, invoice: Target, amount: Decimal) -> None:
    """What could not be made anew is not taken out. Raises Refusal."""
    if work.operation is not Operation.WITHDRAW or invoice.balance is None:
        return
    own = work.applied or Decimal(0) if work.applied_to == invoice.ref else Decimal(0)
    if amount > invoice.balance + own:
        raise refuse("not_applied", {"record": work.record_id}, {Cause("balance", invoice.ref)})
