"""Expenses as manual journals (Xero: manual journals): one debit line, one credit line.

A journal has neither contact nor currency: whom the money went to stands in its words.
"""

from schemas.expense import Against, AgainstKind, Expense
from schemas.kinds import Kind
from schemas.money import cents
from worker.providers import periods
from worker.providers.lookup import Lookup
from worker.providers.port import Operation, Work
from worker.providers.refusals import refuse
from worker.providers.texts import cut
from worker.providers.wire import Body
from worker.providers.xero import checks, names
from worker.providers.xero.invoices import source


def journal(work: Work, document: Expense, lookup: Lookup) -> Body:
    """The fields of a create, or of an update without its id: with both lines."""
    record = document.description or document.id
    checks.home_currency(document.currency, record, lookup)
    dated = periods.period(work, document.date, lookup, record)
    debit = _account(document.debit_account, "journal_debit", lookup)
    credit = _account(document.credit_account, "journal_credit", lookup)
    amount = cents(document.amount)  # Xero keeps two decimals of every currency
    if amount == 0:
        raise refuse("value_refused", {"field": "amount", "record": record})
    said = cut(_said(document, lookup), names.DESCRIPTION)
    body: Body = {
        "Narration": narration(work, document, lookup, dated.note),
        "Date": dated.day.isoformat(),
        "LineAmountTypes": "NoTax",
        "JournalLines": [
            {"LineAmount": amount, "AccountCode": debit, "Description": said},
            {"LineAmount": -amount, "AccountCode": credit, "Description": said},
        ],
        **source(work.kind, work.record_id, lookup),
    }
    return body | ({"Status": "POSTED"} if work.operation is Operation.CREATE else {})


def narration(work: Work, document: Expense, lookup: Lookup, note: str = "") -> str:
    """What the journal says of itself, to people and to look-ups."""
    reference = f"Reference: {document.reference}" if document.reference else ""
    return names.narration([_said(document, lookup), reference, note], work.record_id)


def _account(named: str | None, mapped: str, lookup: Lookup) -> str:
    return checks.line_account(named, mapped, "an expense", lookup)


def _said(document: Expense, lookup: Lookup) -> str:
    vendor = lookup.label(Kind.VENDOR, document.vendor_id)
    spent_on = f"for {_named(document.against, lookup)}" if document.against else ""
    words = [document.description or "Expense", spent_on, f"({vendor})"]
    return " ".join(filter(None, words))


def _named(against: Against, lookup: Lookup) -> str:
    """An invoice goes by its number; of work orders and jobs nothing but the id is known."""
    if against.kind is AgainstKind.INVOICE:
        return f"invoice {lookup.label(Kind.INVOICE, against.id)}"
    return f"{against.kind.replace('_', ' ')} {against.id}"
