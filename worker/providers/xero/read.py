"""Xero's records in our words: accounts, tax rates, payments, invoices and bills."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from schemas.kinds import Kind
from worker.providers.marker import marked
from worker.providers.port import InvoiceSeen, LedgerRecord, PaymentSeen
from worker.providers.wire import Body, amount
from worker.providers.xero.dates import day
from worker.providers.xero.matching import digest
from worker.providers.xero.token import token

TAKES_PAYMENTS = "PAYMENTS"
"""Part of the subtype of an account that is no bank, yet takes payments. The rest of it is what
Xero itself uses the account for (DEBTORS, GST ...): no line may go there."""

GONE = frozenset({"VOIDED", "DELETED"})
_RECEIVED = "ACCRECPAYMENT"  # others pay bills, or give money back


def account(record: Body) -> LedgerRecord:
    """An account; `data` is the contract's, with the subtype as `TAKES_PAYMENTS` says."""
    ref, name, code = str(record["AccountID"]), str(record["Name"]), record.get("Code") or None
    active = record.get("Status") == "ACTIVE"
    takes = TAKES_PAYMENTS if record.get("EnablePaymentsToAccount") is True else ""
    data = {
        "ref": ref,
        "code": code,
        "name": name,
        "full_name": name,
        "type": record.get("Type") or "",
        "subtype": " ".join(filter(None, (record.get("SystemAccount"), takes))),
        "classification": str(record.get("Class") or "").capitalize(),
        "currency": record.get("CurrencyCode") or None,
        "active": active,
    }
    return LedgerRecord("account", ref, name, active, data, code=code)


def tax_rate(record: Body) -> LedgerRecord:
    """A tax rate, which lines name by its type: a code in our words.

    Sales stand on accounts of revenue, purchases on those of expenses and assets.
    """
    ref, name = str(record["TaxType"]), str(record["Name"])
    active = record.get("Status") == "ACTIVE"
    rate = format(amount(record, "EffectiveRate").normalize(), "f")
    data = {
        "ref": ref,
        "name": name,
        "rate": rate,
        "kind": "code",
        "active": active,
        "sales": record.get("CanApplyToRevenue") is True,
        "purchases": any(record.get(f"CanApplyTo{on}") is True for on in ("Expenses", "Assets")),
        "purchase_rate": rate,
    }
    return LedgerRecord("tax_code", ref, name, active, data)


def payments_seen(records: Iterable[Body]) -> Iterator[PaymentSeen]:
    """The payments of customers' money among all; what pays bills is told by the bills."""
    for record in records:
        if record.get("PaymentType", _RECEIVED) == _RECEIVED and paid_document(record):
            yield payment_seen(record)


def payment_seen(record: Body) -> PaymentSeen:
    """A payment, all of it on one invoice; a deleted one applies nothing any more."""
    invoice, gone = record.get("Invoice") or {}, is_gone(record)
    paid = amount(record, "Amount")
    return PaymentSeen(
        ref=str(record["PaymentID"]),
        date=day(record, "Date"),
        amount=paid,
        currency=str(invoice.get("CurrencyCode") or ""),
        applied={} if gone else {paid_document(record): paid},
        customer=(invoice.get("Contact") or {}).get("ContactID"),
        reference=record.get("Reference") or None,
        marker=marked(record.get("Reference")),
        digest=digest(Kind.PAYMENT, record),
        reversed=gone,
    )


def paid_document(record: Body) -> str:
    """The id of the invoice or bill that a payment pays; empty: it pays none."""
    return str((record.get("Invoice") or {}).get("InvoiceID") or "")


def document_seen(record: Body) -> InvoiceSeen:
    """How an invoice or bill stands; a voided one owes nothing, too, so that comes first."""
    total, balance = amount(record, "Total"), amount(record, "AmountDue")
    if is_gone(record):
        status, balance = "voided", Decimal(0)
    elif balance == 0 and total != 0:
        status = "paid"
    else:
        status = "partially_paid" if balance < total else "open"
    party = (record.get("Contact") or {}).get("ContactID")
    return InvoiceSeen(str(record["InvoiceID"]), total, balance, status, token(record), party)


def is_bill(record: Body) -> bool:
    return record.get("Type") == "ACCPAY"


def is_sale(record: Body) -> bool:
    return record.get("Type") == "ACCREC"


def is_gone(record: Body) -> bool:
    """A document that is voided or deleted stays in lists; nothing brings it back."""
    return record.get("Status") in GONE
