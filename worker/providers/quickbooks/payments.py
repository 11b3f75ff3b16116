"""Payments that were taken in the CMMS (Intuit: Payment), applied to their invoice."""

from decimal import Decimal

from schemas.kinds import Kind
from schemas.money import cents
from schemas.payment import Payment
from worker.providers import periods
from worker.providers.lookup import PLACEHOLDER, Account, Cause, Lookup, Target
from worker.providers.marker import noted, signature
from worker.providers.port import Operation, Work
from worker.providers.quickbooks import checks
from worker.providers.refusals import refuse
from worker.providers.wire import Body

_PRIVATE_NOTE = 4000
_REFERENCE = 21  # Intuit does not say; longer ones stand in the note as well
_ZERO = Decimal(0)


def payment(work: Work, document: Payment, lookup: Lookup) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken: with all lines."""
    record = f"payment {document.id}"
    invoice = lookup.target(Kind.INVOICE, document.invoice_id)
    money = checks.money(document.currency, invoice.currency, record, lookup)
    dated = periods.period(work, document.date, lookup, record)
    amount = cents(document.amount)  # QuickBooks keeps two decimals of every currency
    if amount == 0:
        raise refuse("value_refused", {"field": "amount", "record": record})
    body: Body = {
        "CustomerRef": {"value": _customer(invoice, record)},
        "TotalAmt": amount,
        "TxnDate": dated.day.isoformat(),
        "DepositToAccountRef": {"value": _account(document, lookup).ref},
        "PrivateNote": _note(work, document, dated.note, lookup),
    }
    reference = (document.reference or "")[:_REFERENCE]
    lines = _lines(invoice, min(amount, _open(work, invoice, amount)))
    # An update says what is gone: no line leaves nothing applied (Intuit: Payment).
    updating = work.operation is Operation.UPDATE
    body |= {"PaymentRefNum": reference} if reference or updating else {}
    body |= {"Line": lines} if lines or updating else {}
    return body | money


def _customer(invoice: Target, record: str) -> str:
    """Whose payment it is: the invoice's customer as the books have it (620 otherwise)."""
    if invoice.party is None and invoice.ref != PLACEHOLDER:
        raise refuse("not_applied", {"record": record})
    return invoice.party or PLACEHOLDER


def _open(work: Work, invoice: Target, amount: Decimal) -> Decimal:
    """What of the invoice this payment may pay; what exceeds it stays unapplied.

    It is known as of the last pull and our own writes since: QuickBooks refuses more than there is.
    """
    if invoice.balance is None:
        return amount
    ours = (work.applied or _ZERO) if work.applied_to == invoice.ref else _ZERO
    return max(invoice.balance + ours, _ZERO)


def _lines(invoice: Target, applied: Decimal) -> list[Body]:
    link = {"TxnId": invoice.ref, "TxnType": "Invoice"}
    return [{"Amount": applied, "LinkedTxn": [link]}] if applied else []


def _account(document: Payment, lookup: Lookup) -> Account:
    """Where the money arrives: a bank or Undeposited Funds (6430 otherwise)."""
    account = lookup.account(document.account, "payment")
    takes_deposits = account.type == "Bank" or account.subtype == "UndepositedFunds"
    if account.ref != PLACEHOLDER and not takes_deposits:
        named = document.account
        cause = Cause("account", named) if named else Cause("mapping", "payment")
        use = {
            "account": account.name,
            "use": "payments of invoices",
            "needed": "a bank account or Undeposited Funds",
        }
        raise refuse("account_type_wrong", use, {cause})
    return account


def _note(work: Work, document: Payment, dated: str, lookup: Lookup) -> str:
    reference = document.reference or ""
    lines = [
        f"Paid by {document.method}" if document.method else "",
        f"Reference: {reference}" if len(reference) > _REFERENCE else "",
        dated,
    ]
    return noted(lines, signature(Kind.PAYMENT, work.record_id, lookup.chart), _PRIVATE_NOTE)
