"""From QuickBooks' answers to a write to outcomes in our words."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from schemas.kinds import Kind
from worker.failures import CODES
from worker.providers.outcomes import Unruled
from worker.providers.port import (
    Clash,
    Fault,
    Operation,
    Outcome,
    Part,
    Refused,
    Removed,
    Stale,
    Unknown,
    Written,
)
from worker.providers.quickbooks import shapes
from worker.providers.quickbooks.blame import causes, in_words
from worker.providers.quickbooks.canonical import LISTED, made_otherwise
from worker.providers.quickbooks.client import connection_trouble
from worker.providers.quickbooks.faults import Error, Reading, Rule, errors, rule
from worker.providers.quickbooks.fields import NAMES
from worker.providers.quickbooks.matching import digest
from worker.providers.quickbooks.read_lists import listed
from worker.providers.quickbooks.shapes import SHAPES
from worker.providers.reply import Reply, said
from worker.providers.wire import Body, amount, rows
from worker.providers.wire import ref as reference


def outcomes(parts: tuple[Part, ...], reply: Reply, environment: str) -> Mapping[str, Outcome]:
    """An outcome for every part; what the answer does not speak of is unknown.

    Raises: TokenExpired, Disconnected, Throttled, where all items of a batch say so.
    """
    if errors(reply.body):
        # The request as a whole was refused, a batch before any of its items was looked at.
        return {part.key: _outcome(part, reply.body, environment) for part in parts}
    if "BatchItemResponse" in reply.body:
        items = {str(item.get("bId")): item for item in rows(reply.body["BatchItemResponse"])}
        _raise_if_nothing_was_taken([items.get(part.key, {}) for part in parts], reply)
        return {part.key: _outcome(part, items.get(part.key, {}), environment) for part in parts}
    return {part.key: _outcome(part, reply.body, environment) for part in parts}


def _raise_if_nothing_was_taken(items: Iterable[Body], reply: Reply) -> None:
    """A batch whose items all failed for the connection's sake concerns the connection.

    All that were sent: what the answer leaves out may have been taken.

    Raises: TokenExpired, Disconnected, Throttled.
    """
    ruled = [rule(found)[0] if (found := errors(item)) else None for item in items]
    concerned = [one for one in ruled if one and one.reading <= Reading.THROTTLED]
    if concerned and len(concerned) == len(ruled):
        raise connection_trouble(concerned[0], said(reply), reply.correlation_id)


def written(kind: Kind, record: Body, environment: str) -> Written:
    """A record as the books hold it."""
    ref = str(record["Id"])
    return Written(
        ref=ref,
        sync_token=str(record.get("SyncToken", "0")),
        number=record.get("DocNumber"),
        total=total(kind, record),
        balance=_balance(kind, record),
        digest=digest(kind, record),
        url=shapes.url(kind, ref, environment),
        dated=_day(record),
        party=reference(record, "CustomerRef") or reference(record, "VendorRef"),
        applied_to=_paid_invoice(record) if kind is Kind.PAYMENT else None,
        record=next(listed(kind, [record]), None) if kind in LISTED else None,
    )


def _day(record: Body) -> date | None:
    day = record.get("TxnDate")
    return date.fromisoformat(day) if isinstance(day, str) else None


def removed(kind: Kind, record: Body) -> Removed:
    """A record that was voided or made inactive; of a deleted one only the id is left."""
    token = record.get("SyncToken")
    deleted = record.get("status") == "Deleted"
    held = next(listed(kind, [record]), None) if kind in LISTED else None
    return Removed(
        ref=str(record["Id"]),
        sync_token=None if token is None else str(token),
        digest="" if deleted else digest(kind, record),
        record=held,
        agreed={"Active": held.fields["Active"]} if held else {},
        brought=frozenset({"active"}),
    )


def total(kind: Kind, record: Body) -> Decimal | None:
    """The document's total; a journal entry's TotalAmt holds 0, so its debits are added up."""
    if kind is Kind.EXPENSE:
        details = [
            (line.get("JournalEntryLineDetail") or {}, line) for line in rows(record.get("Line"))
        ]
        debits = [line for detail, line in details if detail.get("PostingType") == "Debit"]
        return sum((amount(line, "Amount") for line in debits), Decimal(0))
    return amount(record, "TotalAmt") if kind in _BALANCES else None


# What is still open of a document; of a payment: what it is not applied to.
_BALANCES = {
    Kind.INVOICE: "Balance",
    Kind.PURCHASE_INVOICE: "Balance",
    Kind.PAYMENT: "UnappliedAmt",
}


def _balance(kind: Kind, record: Body) -> Decimal | None:
    return amount(record, _BALANCES[kind]) if kind in _BALANCES else None


def _paid_invoice(record: Body) -> str | None:
    """The invoice that a payment is applied to; ours have one."""
    for line in rows(record.get("Line")):
        for link in rows(line.get("LinkedTxn")):
            if link.get("TxnType") == "Invoice":
                return str(link["TxnId"])
    return None


def _outcome(part: Part, said: Body, environment: str) -> Outcome:
    found = errors(said)
    if found:
        return _refused(part, *rule(found))
    record = said.get(SHAPES[part.kind].entity)
    if not isinstance(record, dict) or "Id" not in record:
        return Unknown("the answer does not speak of it")
    if part.operation is Operation.REMOVE:
        return removed(part.kind, record)
    held = written(part.kind, record, environment)
    if held.record is None:
        return held
    return replace(held, sent=made_otherwise(part.kind, part.body, held.record.fields))


def _refused(part: Part, meant: Rule, error: Error) -> Outcome:
    fault = _fault(part, _code(part, meant, error), error)
    if not meant.ruled and fault.code == meant.code:
        fault = replace(fault, unruled=Unruled(error.code, str(error)))
    match meant.reading:
        case Reading.UNTOLD:
            return Unknown(str(error))
        case Reading.STALE:
            return Stale(str(error))
        case Reading.CLASH:
            return Clash(fault)
        case Reading.GONE:
            return _gone(part, error, fault)
        case reading if reading <= Reading.UNAVAILABLE:
            # Beside items that were taken: the next call will say it of all.
            return Refused(_fault(part, "books_unavailable", error))
        case _:
            return Refused(fault, certain=meant.reading is Reading.CERTAIN)


def _code(part: Part, meant: Rule, error: Error) -> str:
    """Our code; a payment that only the catch-all speaks of is more than its invoice has open."""
    applies = part.kind is Kind.PAYMENT and bool(part.body.get("Line"))
    if applies and error.code == "6000" and meant.code == "books_refused":
        return "not_applied"
    return meant.code


def _gone(part: Part, error: Error, fault: Fault) -> Outcome:
    """The record itself is gone, or one that it names: 610 says either in the same words."""
    of_target = error.code == "610" and error.element in ("", "Id")
    match part.operation:
        case Operation.REMOVE:
            # Nothing may be left to be done, or all of it: look, for a record that is taken for
            # removed by mistake stays in the books.
            return Clash(fault)
        case Operation.UPDATE if of_target and part.kind in LISTED:
            return Stale(str(error))  # perhaps only inactive by now: it is looked at
        case Operation.UPDATE if of_target:
            return Refused(_fault(part, "gone_in_books", error))
        case _:
            return Refused(fault)


def _fault(part: Part, code: str, error: Error) -> Fault:
    category = CODES[code].category
    blamed = causes(part, code, error)
    names = {**_names(part, error), **in_words(blamed)}
    return Fault(code, category, names, str(error), blamed)


def _names(part: Part, error: Error) -> Mapping[str, str]:
    label = part.body.get(SHAPES[part.kind].label)
    field = error.element.split(".")[0]
    known = {
        "record": label or part.record_id,
        "name": part.body.get("DisplayName") or part.body.get("Name"),
        "number": part.body.get("DocNumber"),
        "date": part.body.get("TxnDate") or part.body.get("InvStartDate"),
        "field": NAMES.get(field, field),
    }
    return {name: str(value) for name, value in known.items() if value}
