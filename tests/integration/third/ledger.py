"""The third ledger behind the port: all that a provider has to bring for the flow to work."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from schemas.catalogue import RECORDS, dump
from schemas.kinds import Kind
from tests.integration.third.book import Book, Said, Sheet
from worker.providers import authorizer, port
from worker.providers.grouping import part, party_of
from worker.providers.lookup import Account, Chart, Lookup, Tax
from worker.providers.port import LedgerRecord, Operation, Page, Resource
from worker.providers.threeway import Compared, Comparison, Dialect, since_linked
from worker.providers.webhooks import Notice
from worker.store.connections import Connection
from worker.sync.services import Ledger

LIMITS = port.Limits(
    batch=3, concurrency=1, per_second=1000, per_minute=10_000, batches_per_minute=1000,
    replay_window=300, key_lifetime=1200, timeout=2,
)  # fmt: skip
LISTS = {
    Resource.CUSTOMERS: Kind.CUSTOMER,
    Resource.VENDORS: Kind.VENDOR,
    Resource.ITEMS: Kind.ITEM,
}
TRAITS = port.Traits(
    looked_up=frozenset({Kind.PAYMENT}),
    keyed=frozenset({Operation.CREATE}),
    final=frozenset(Kind) - set(LISTS.values()),
    feeds={Resource.CUSTOMERS: 3600},
)
ACCOUNTS = {"a1": ("400", "revenue"), "a2": ("500", "expense"), "a3": ("100", "asset")}
"""Ref -> number and class of what every book begins with."""
_BOOKED = {
    Kind.ITEM: "income", Kind.INVOICE: "sales", Kind.PURCHASE_INVOICE: "purchase",
    Kind.EXPENSE: "journal_debit", Kind.PAYMENT: "payment",
}  # fmt: skip
_PAGE = 2  # sheets, so that every list has some


def _canonical(kind: Kind, name: str, value: object) -> str:
    return "" if value is None else json.dumps(value, sort_keys=True)


_WORDS = Dialect(_canonical, lambda text: text.strip('"'), lambda name: name)


def _said(work: port.Work, lookup: Lookup) -> Said:
    """What is written on a sheet: the CMMS's words, with refs for what they name."""
    document: Any = work.document
    said = {n: held for n, held in dump(document).items() if n not in ("id", "version")}
    if work.kind in LISTS.values():
        empty = dict.fromkeys(RECORDS[work.kind].model_fields.keys() - {"id", "version"})
        return empty | said | {"external_refs": None, "active": document.active}
    named = {kind: lookup.target(kind, one) for kind, one in sorted(document.references())}
    owes = (
        named[Kind.INVOICE].party if work.kind is Kind.PAYMENT else named[party_of(work.kind)].ref
    )
    booked = lookup.account(said.get("account"), _BOOKED[work.kind]).ref
    pays = {"pays": named[Kind.INVOICE].ref} if work.kind is Kind.PAYMENT else {}
    return said | pays | {"party": owes, "booked": booked, "amount": str(_amount(document))}


def _amount(document: Any) -> Decimal:  # noqa: ANN401  # of any kind of document
    if hasattr(document, "amount"):
        return Decimal(document.amount)
    return sum((line.net(document.currency) for line in document.lines), Decimal(0))


def _changes(work: port.Work, lookup: Lookup, compared: Compared) -> Said | None:
    """What is sent for a link; None where nothing has to be. Nothing said takes it out."""
    if work.operation is Operation.REMOVE:
        return {"active": False} if work.kind in LISTS.values() else {}
    said = _said(work, lookup)
    if lookup.missing or work.operation is Operation.CREATE or work.held is None:
        return said
    work = since_linked(work, _WORDS, lambda then: _said(then, lookup))
    merged = Comparison(work, _WORDS, lookup.chart.policies.conflict).merged(said)
    return None if compared.settles(work, merged) else merged.send


def _request(group: Sequence[tuple[port.Work, Said]]) -> port.Request:
    orders = [
        {"kind": w.kind, "ref": w.ref, "turn": w.sync_token, "mark": w.record_id, "said": s or None}
        for w, s in group
    ]
    parts = [
        part(work, str(place), said, {}, getattr(work.document, "total", None))
        for place, (work, said) in enumerate(group)
    ]
    return port.Request("WRITE", "sheets", json.dumps(orders), "sheets", tuple(parts))


def _listed(sheet: Sheet) -> LedgerRecord | None:
    """A customer, vendor or item in our words; None for a document."""
    if sheet.kind not in LISTS.values():
        return None
    data = {name: held for name, held in sheet.said.items() if held is not None}
    fields = {name: _canonical(sheet.kind, name, held) for name, held in data.items()}
    mark = (sheet.kind, sheet.mark) if sheet.mark else None
    return LedgerRecord(
        sheet.kind, sheet.ref, sheet.said["name"], sheet.said["active"], data,
        sync_token=str(sheet.turn), fields=fields, digest=sheet.digest, marker=mark,
    )  # fmt: skip


def _removed(sheet: Sheet) -> port.Removed:
    token = str(sheet.turn)
    return port.Removed(sheet.ref, token, sheet.digest, _listed(sheet), {"active": "false"})


def _paid(sheet: Sheet) -> port.PaymentSeen:
    said, mark = sheet.said, (Kind.PAYMENT, sheet.mark) if sheet.mark else None
    applied = {} if sheet.torn else {said["pays"]: sheet.total}
    return port.PaymentSeen(
        sheet.ref, date.fromisoformat(said["date"]), sheet.total, said["currency"], applied,
        customer=said["party"], marker=mark, digest=sheet.digest, reversed=sheet.torn,
    )  # fmt: skip


def _account(ref: str) -> LedgerRecord:
    code, sort = ACCOUNTS[ref]
    data = {"ref": ref, "code": code, "currency": "USD", "active": True}
    data |= {"name": sort, "full_name": sort, "type": sort, "classification": sort}
    return LedgerRecord("account", ref, sort, True, data, code)


class Third:
    """The Books of one company."""

    limits, day_left, minute_left = LIMITS, None, None

    def __init__(self, book: Book, company: str) -> None:
        self.calls = 0
        self._book = book
        self._company = company

    def plan(self, due: Sequence[port.Work], lookup: Lookup) -> port.Plan:
        compared = Compared()
        held: list[port.Held] = []
        going: list[tuple[port.Work, Said]] = []
        for work in due:
            fresh = lookup.fresh()
            said = _changes(work, fresh, compared)
            if fresh.missing:
                held.append(port.Held(work.link_id, frozenset(fresh.missing)))
            elif said is not None:
                going.append((work, said))
        groups = (going[at : at + LIMITS.batch] for at in range(0, len(going), LIMITS.batch))
        return compared.plan(map(_request, groups), held, ())

    def send(self, submission: port.Submission, still: Callable[[], None]) -> port.Answer:
        still()
        self.calls += 1
        answers = self._book.write(submission.key, submission.body)
        pairs = zip(submission.parts, answers, strict=True)
        return port.Answer(200, {part.key: self._outcome(part, sheet) for part, sheet in pairs})

    def _outcome(self, part: port.Part, sheet: Sheet | None) -> port.Outcome:
        if sheet is None:
            return port.Stale()
        return _removed(sheet) if part.operation is Operation.REMOVE else self._written(sheet)

    def _written(self, sheet: Sheet) -> port.Written:
        said, record = sheet.said, _listed(sheet)
        day = said.get("issue_date") or said.get("date")
        return port.Written(
            sheet.ref, str(sheet.turn), said.get("number"),
            total=None if record else sheet.total,
            balance=self._book.balance(sheet) if sheet.kind is Kind.INVOICE else None,
            digest=sheet.digest, record=record, dated=date.fromisoformat(day) if day else None,
            party=said.get("party"), applied_to=said.get("pays"),
        )  # fmt: skip

    def find(self, sought: Sequence[port.Sought]) -> Mapping[int, port.Found]:
        self.calls += 1
        return {one.part.link_id: self._found(one) for one in sought}

    def _found(self, one: port.Sought) -> port.Found:
        part = one.part
        if part.ref is None:
            marked = [sheet for sheet in self._book.marked(part.record_id) if not sheet.is_out]
            return port.Ours(self._written(marked[0])) if marked else port.Absent()
        sheet = self._book.sheets[part.ref]
        if sheet.is_out and part.operation is Operation.REMOVE:
            return port.Ours(_removed(sheet))
        news = {n: held for n, held in part.body.items() if sheet.said.get(n) != held}
        if not news and part.operation is Operation.UPDATE:
            return port.Ours(self._written(sheet))
        if one.digest in (None, sheet.digest):
            return port.Untouched(str(sheet.turn))
        shown = {n: {"cmms": str(h), "books": str(sheet.said.get(n))} for n, h in news.items()}
        return port.Changed(shown, str(sheet.turn), self._written(sheet))

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        self.calls += 1
        if resource is Resource.ACCOUNTS:
            return Page(tuple(map(_account, ACCOUNTS)))
        if resource is Resource.TAXES:
            tax = {"ref": "t1", "name": "None", "kind": "code", "active": True}
            return Page((LedgerRecord("tax_code", "t1", "None", True, tax),))
        if resource is Resource.PAYMENTS:
            return self._payments(cursor)
        at = int(position or 0)
        rest = self._book.of(LISTS[resource], since=cursor)[at:]
        records = tuple(one for one in map(_listed, rest[:_PAGE]) if one)
        return Page(records, position=str(at + _PAGE) if len(rest) > _PAGE else None)

    def _payments(self, cursor: str | None) -> Page:
        paid = self._book.of(Kind.PAYMENT, since=cursor)
        refs = {one.ref for one in self._book.of(Kind.INVOICE, since=cursor)}
        refs |= {one.said["pays"] for one in paid}
        return Page(payments=tuple(map(_paid, paid)), invoices=tuple(map(self._seen, sorted(refs))))

    def _seen(self, ref: str) -> port.InvoiceSeen:
        sheet = self._book.sheets[ref]
        left = Decimal(0) if sheet.torn else self._book.balance(sheet)
        some = "partially_paid" if left < sheet.total else "open"
        status = "voided" if sheet.torn else some if left else "paid"
        party = sheet.said["party"]
        return port.InvoiceSeen(ref, sheet.total, left, status, str(sheet.turn), party)

    def test(self) -> port.Company:
        self.calls += 1
        return port.Company(self._company, f"Company {self._company}", "USD", "US")

    def preferences(self, known: Mapping[str, object]) -> port.Company:
        return self.test()


class _Door:
    """The Authorizer: whoever says the name of a company has the key to its book."""

    login_url, scope = "https://third.invalid/consent", "books"

    def begin(self, app: authorizer.Application, state: str, redirect_url: str) -> authorizer.Begun:
        return authorizer.Begun(f"{self.login_url}?state={state}")

    def exchange(
        self, app: authorizer.Application, code: str, redirect_url: str, kept: str | None
    ) -> authorizer.Tokens:
        return self.refresh(app, code)

    def refresh(self, app: authorizer.Application, refresh_token: str) -> authorizer.Tokens:
        return authorizer.Tokens(refresh_token, refresh_token, timedelta(hours=1))

    def revoke(self, app: authorizer.Application, ending: authorizer.Ending) -> None:
        return


class _Uses:
    """Money arrives in assets, sales in revenue; all else goes to expenses."""

    def fits(self, key: str, account: Account) -> bool:
        return account.classification == self.wanted(key)

    def wanted(self, key: str) -> str:
        return {"payment": "asset", "sales": "revenue", "income": "revenue"}.get(key, "expense")

    def is_open(self, chart: Chart, tax: Tax) -> bool:
        return False


class _Silence:
    """No webhooks."""

    def signed_with(
        self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]
    ) -> frozenset[str]:
        return frozenset()

    def read(self, body: bytes) -> list[Notice]:
        return []


def third(shelf: Mapping[str, Book]) -> Ledger:
    """The ledger as bootstrap would register it, over the books of all companies."""

    def opened(connection: Connection, token: str) -> Third:
        return Third(shelf[token], token)

    return Ledger(
        "third", _Door(), authorizer.NamedInRedirect("company"), LIMITS, TRAITS, _Uses(),
        _Silence(), re.compile("c[0-9]+"), public_apps=False, open=opened, close=lambda: None,
    )  # fmt: skip
