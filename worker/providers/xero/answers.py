"""From Xero's answers to a write to outcomes in our words, and records as the flow knows them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from schemas.kinds import Kind
from worker.providers.port import (
    Fault,
    LedgerRecord,
    Operation,
    Outcome,
    Part,
    Removed,
    Unknown,
    Written,
)
from worker.providers.refusals import refuse
from worker.providers.reply import Reply
from worker.providers.wire import Body, amount, rows
from worker.providers.xero import shapes
from worker.providers.xero.canonical import LISTED, made_otherwise
from worker.providers.xero.dates import day
from worker.providers.xero.elements import NO_ID, elements, id_of
from worker.providers.xero.faults import Error, losses, meant, messages, worst
from worker.providers.xero.matching import digest
from worker.providers.xero.read_lists import listed
from worker.providers.xero.refused import fault, not_found, refused, refused_whole
from worker.providers.xero.shapes import SHAPES
from worker.providers.xero.token import token

_FAILED = "ERROR"  # StatusAttributeString of an element (Xero: summarizeErrors)
# The answer to a write about one record has no such attribute: its errors say it.
_UNSAID = ""
_OF_A_LINE = {"account": "of one of its lines"}


def outcomes(parts: tuple[Part, ...], reply: Reply) -> Mapping[str, Outcome]:
    """An outcome for every part; what the answer does not speak of is unknown."""
    if reply.status == 404:
        return {part.key: not_found(part) for part in parts}
    if reply.status == 204:
        return {part.key: Removed(part.ref or "") for part in parts}
    told = elements(parts, reply.body)
    if reply.status == 400 and not told:
        return refused_whole(parts, reply)
    return {part.key: _outcome(part, told.get(part.key)) for part in parts}


def written(kind: Kind, record: Body) -> Written:
    """A record as the books hold it."""
    ref = str(record[SHAPES[kind].id])
    numbered = kind in (Kind.INVOICE, Kind.PURCHASE_INVOICE)
    return Written(
        ref=ref,
        sync_token=token(record),
        number=record.get("InvoiceNumber") if numbered else None,
        total=total(kind, record),
        balance=_balance(kind, record),
        digest=digest(kind, record),
        url=shapes.url(kind, ref),
        dated=day(record, "Date"),
        party=_id(record, "Contact"),
        applied_to=_id(record, "Invoice"),
        record=_listed(kind, record),
        lacks=_lost_account(kind, record),
    )


def removed(kind: Kind, record: Body) -> Removed:
    """A record that was voided, deleted or archived; of a deleted item nothing is left."""
    held = _listed(kind, record)
    status = SHAPES[kind].status
    return Removed(
        ref=str(record[SHAPES[kind].id]),
        sync_token=token(record),
        digest=digest(kind, record),
        record=held,
        agreed={status: held.fields[status]} if held and status in held.fields else {},
        brought=frozenset({"active"}),
    )


def total(kind: Kind, record: Body) -> Decimal | None:
    """The document's total; of a journal, which has none, its debits."""
    match kind:
        case Kind.EXPENSE:
            lines = [amount(line, "LineAmount") for line in rows(record.get("JournalLines"))]
            return sum((line for line in lines if line > 0), Decimal(0))
        case Kind.PAYMENT:
            return amount(record, "Amount")
        case Kind.INVOICE | Kind.PURCHASE_INVOICE:
            return amount(record, "Total")
        case _:
            return None


def _balance(kind: Kind, record: Body) -> Decimal | None:
    """What is still open of a document; a payment leaves nothing open (Xero: payments)."""
    match kind:
        case Kind.INVOICE | Kind.PURCHASE_INVOICE:
            return amount(record, "AmountDue")
        case Kind.PAYMENT:
            return Decimal(0)
        case _:
            return None


def _lost_account(kind: Kind, record: Body) -> Fault | None:
    """A line of a journal may stand there without the account that it was sent with (Xero: manual
    journals)."""
    lines = rows(record.get("JournalLines"))
    whole = all(line.get("AccountID") or line.get("AccountCode") for line in lines)
    return (
        None if whole or kind is not Kind.EXPENSE else refuse("account_missing", _OF_A_LINE).fault
    )


def _id(record: Body, field: str) -> str | None:
    """The id of what a record refers to."""
    held = record.get(field)
    ref = held.get(f"{field}ID") if isinstance(held, dict) else None
    return str(ref) if ref else None


def _listed(kind: Kind, record: Body) -> LedgerRecord | None:
    return next(listed(kind, [record]), None) if kind in LISTED else None


def _outcome(part: Part, element: Body | None) -> Outcome:
    if element is None:
        return Unknown("the answer does not speak of it")
    if error := _error(part, element):
        return refused(part, error)  # its fields are what was sent, not what the books hold
    if part.operation in (Operation.REMOVE, Operation.WITHDRAW):
        return removed(part.kind, element)
    held = written(part.kind, element)
    if lost := worst(losses(element)):
        return replace(held, lacks=fault(part, lost.rule.code, lost))
    if held.record is None:
        return held
    return replace(held, sent=made_otherwise(part.kind, part.body, held.record.fields))


def _error(part: Part, element: Body) -> Error | None:
    status = str(element.get("StatusAttributeString") or _UNSAID).upper()
    found = worst(messages(element)) if status in (_FAILED, _UNSAID) else None
    failed = status == _FAILED or id_of(part, element) == NO_ID
    return meant(f"refused without a word: {status}") if failed and found is None else found
