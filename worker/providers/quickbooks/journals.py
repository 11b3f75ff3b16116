"""Expenses as journal entries (Intuit: JournalEntry): one debit line, one credit line."""

import hashlib
from decimal import Decimal

from schemas.expense import Against, AgainstKind, Expense
from schemas.kinds import Kind
from schemas.money import cents
from worker.providers import periods
from worker.providers.lookup import Account, Cause, Lookup
from worker.providers.marker import noted, signature
from worker.providers.port import Work
from worker.providers.quickbooks import checks, names
from worker.providers.refusals import refuse
from worker.providers.texts import cut
from worker.providers.wire import Body

_PRIVATE_NOTE = 4000
_DESCRIPTION = 4000


def journal(work: Work, document: Expense, lookup: Lookup) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken: with both lines."""
    record = document.description or document.id
    vendor = lookup.target(Kind.VENDOR, document.vendor_id)
    money = checks.money(document.currency, vendor.currency, record, lookup)
    dated = periods.period(work, document.date, lookup, record)
    debit = _account(document.debit_account, "journal_debit", lookup)
    credit = _account(document.credit_account, "journal_credit", lookup)
    amount = cents(document.amount)  # QuickBooks keeps two decimals of every currency
    if amount == 0:
        raise refuse("value_refused", {"field": "amount", "record": record})
    said = _said(document, lookup)
    body: Body = {
        "TxnDate": dated.day.isoformat(),
        "DocNumber": number(document),
        "PrivateNote": noted(
            [said, f"Reference: {document.reference}" if document.reference else "", dated.note],
            signature(Kind.EXPENSE, work.record_id, lookup.chart),
            _PRIVATE_NOTE,
        ),
        "Line": [
            _line("Debit", debit, amount, said, vendor.ref),
            _line("Credit", credit, amount, said, vendor.ref),
        ],
    }
    return body | money


def number(document: Expense) -> str:
    """The record's id where it fits into a DocNumber, else a stable hash of it.

    Never its reference, which is in the note: two receipts may have one number, and QuickBooks
    can be told to refuse the second (6140).
    """
    fits = len(document.id) <= names.DOC_NUMBER and document.id.isprintable()
    if fits and document.id == document.id.strip():
        return document.id
    return "EXP-" + hashlib.sha256(document.id.encode()).hexdigest()[:16].upper()


def _account(named: str | None, mapped: str, lookup: Lookup) -> Account:
    account = lookup.account(named, mapped)
    if account.type == "Accounts Receivable":
        # Such a line must name a customer (Intuit: JournalEntry), and an expense has none.
        cause = Cause("account", named) if named else Cause("mapping", mapped)
        use = {
            "account": account.name,
            "use": "an expense",
            "needed": "an account without customers",
        }
        raise refuse("account_type_wrong", use, {cause})
    return account


def _line(posting: str, account: Account, amount: Decimal, said: str, vendor: str) -> Body:
    return {
        "Description": cut(said, _DESCRIPTION),
        "Amount": amount,
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": {
            "PostingType": posting,
            "AccountRef": {"value": account.ref},
            # Required on lines of Accounts Payable; on the others it shows whom the money went to.
            "Entity": {"Type": "Vendor", "EntityRef": {"value": vendor}},
        },
    }


def _said(document: Expense, lookup: Lookup) -> str:
    spent_on = f"for {_named(document.against, lookup)}" if document.against else ""
    return " ".join(part for part in (document.description, spent_on) if part) or "Expense"


def _named(against: Against, lookup: Lookup) -> str:
    """An invoice goes by its number; of work orders and jobs nothing but the id is known."""
    if against.kind is AgainstKind.INVOICE:
        return f"invoice {lookup.label(Kind.INVOICE, against.id)}"
    return f"{against.kind.replace('_', ' ')} {against.id}"
