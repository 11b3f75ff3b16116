"""What a book and the flow say to each other: orders, and sheets in the words of the port."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from schemas.catalogue import RECORDS, dump
from schemas.kinds import Kind
from schemas.payment import Payment
from tests.integration.third.book import Book, Said, Sheet, total
from worker.providers.lookup import Lookup
from worker.providers.port import (
    Held,
    InvoiceSeen,
    LedgerRecord,
    Operation,
    Part,
    PaymentSeen,
    Record,
    Removed,
    Request,
    Resource,
    Work,
    Written,
)
from worker.providers.threeway import Compared, Comparison, since

LISTS = {
    Resource.CUSTOMERS: Kind.CUSTOMER,
    Resource.VENDORS: Kind.VENDOR,
    Resource.ITEMS: Kind.ITEM,
}
LISTED = frozenset(LISTS.values())
_BOOKED = {
    Kind.ITEM: "income",
    Kind.INVOICE: "sales",
    Kind.PURCHASE_INVOICE: "purchase",
    Kind.EXPENSE: "journal_debit",
    Kind.PAYMENT: "payment",
}
_NOT_SAID = frozenset({"id", "version", "external_refs"})


def said_of(work: Work, lookup: Lookup) -> Said:
    """What is written on a sheet: the CMMS's words, with refs for what they name."""
    document = work.document
    names = RECORDS[work.kind].model_fields.keys() - _NOT_SAID
    said: Said = dict.fromkeys(names) if work.kind in LISTED else {}
    said |= {name: held for name, held in dump(document).items() if name not in _NOT_SAID}
    if work.kind in LISTED:
        return said | {"active": document.active}  # type: ignore[union-attr]
    said["names"] = {f"{k}:{i}": lookup.ref(k, i) for k, i in sorted(document.references())}
    said["booked"] = lookup.account(said.get("account"), _BOOKED[work.kind]).ref
    said["amount"] = str(amount(document))
    if isinstance(document, Payment):
        invoice = lookup.target(Kind.INVOICE, document.invoice_id)
        said |= {"pays": invoice.ref, "party": invoice.party}
    else:
        said["party"] = next(
            ref for name, ref in said["names"].items() if not name.startswith("item")
        )
    return said


def amount(document: Record) -> Decimal:
    """What a document comes to by itself."""
    lines = getattr(document, "lines", None)
    if lines is None:
        return Decimal(document.amount)  # type: ignore[union-attr]
    return sum((line.net(document.currency) for line in lines), Decimal(0))  # type: ignore[union-attr]


class _Words:
    """The Dialect: fields are called what the contract calls them."""

    def canonical(self, kind: Kind, name: str, value: object) -> str:
        return "" if value is None else json.dumps(value, sort_keys=True)

    def readable(self, text: str) -> str:
        return text.strip('"')

    def called(self, name: str) -> str:
        return name


_WORDS = _Words()


def planned(work: Work, lookup: Lookup, compared: Compared) -> Said | Held | None:
    """What is sent for a link; None where nothing has to be. Nothing said takes it out."""
    if work.operation is Operation.REMOVE:
        return {"active": False} if work.kind in LISTED else {}
    said = said_of(work, lookup)
    if lookup.missing:
        return Held(work.link_id, frozenset(lookup.missing))
    if work.operation is Operation.CREATE or work.held is None:
        return said
    if work.linked is not None:
        then = Work(work.link_id, work.kind, work.record_id, work.operation, work.linked)
        work = since(work, said_of(then, lookup), _WORDS)
    merged = Comparison(work, _WORDS, lookup.chart.policies.conflict).merged(said)
    return None if compared.settles(work, merged) else merged.send


def request(group: Sequence[tuple[Work, Said]]) -> Request:
    orders = [
        {
            "kind": work.kind,
            "ref": work.ref,
            "turn": work.sync_token,
            "mark": work.record_id,
            "said": said or None,
        }
        for work, said in group
    ]
    parts = [
        Part(
            work.link_id,
            work.kind,
            work.record_id,
            work.operation,
            str(number),
            said,
            work.ref,
            work.sync_token,
            getattr(work.document, "total", None),
        )
        for number, (work, said) in enumerate(group)
    ]
    touched = frozenset(f"{work.kind}:{work.ref or work.record_id}" for work, _ in group)
    touched |= {f"party:{said.get('party')}" for _, said in group if said.get("party")}
    return Request("WRITE", "sheets", json.dumps(orders), "sheets", tuple(parts), touched)


# What the book says, in our words


def digest(sheet: Sheet) -> str:
    return hashlib.sha256(json.dumps(sheet.said, sort_keys=True).encode()).hexdigest()


def listed(sheet: Sheet) -> LedgerRecord:
    data = {name: held for name, held in sheet.said.items() if held is not None}
    return LedgerRecord(
        kind=sheet.kind,
        ref=sheet.ref,
        name=sheet.said["name"],
        active=sheet.said["active"],
        data=data,
        sync_token=str(sheet.turn),
        fields={name: _WORDS.canonical(sheet.kind, name, held) for name, held in data.items()},
        digest=digest(sheet),
        marker=(sheet.kind, sheet.mark) if sheet.mark else None,
    )


def written(book: Book, sheet: Sheet) -> Written:
    said, is_listed = sheet.said, sheet.kind in LISTED
    day = said.get("issue_date") or said.get("date")
    return Written(
        sheet.ref,
        str(sheet.turn),
        number=said.get("number"),
        total=None if is_listed else total(sheet),
        balance=book.balance(sheet) if sheet.kind is Kind.INVOICE else None,
        digest=digest(sheet),
        record=listed(sheet) if is_listed else None,
        dated=date.fromisoformat(day) if day else None,
        party=said.get("party"),
        applied_to=said.get("pays"),
    )


def is_out(sheet: Sheet) -> bool:
    return sheet.torn or sheet.said.get("active") is False


def removed(sheet: Sheet) -> Removed:
    record = listed(sheet) if sheet.kind in LISTED else None
    return Removed(sheet.ref, str(sheet.turn), digest(sheet), record, {"active": "false"})


def invoice_seen(book: Book, sheet: Sheet) -> InvoiceSeen:
    left, whole = book.balance(sheet), total(sheet)
    status = "paid" if not left else "open" if left == whole else "partially_paid"
    if sheet.torn:
        left, status = Decimal(0), "voided"
    return InvoiceSeen(sheet.ref, whole, left, status, str(sheet.turn), sheet.said["party"])


def payment_seen(sheet: Sheet) -> PaymentSeen:
    return PaymentSeen(
        sheet.ref,
        date.fromisoformat(sheet.said["date"]),
        total(sheet),
        sheet.said["currency"],
        {} if sheet.torn else {sheet.said["pays"]: total(sheet)},
        customer=sheet.said["party"],
        marker=(Kind.PAYMENT, sheet.mark) if sheet.mark else None,
        digest=digest(sheet),
        reversed=sheet.torn,
    )
