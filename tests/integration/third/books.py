"""One company's book behind the port."""

from collections.abc import Callable, Mapping, Sequence

from schemas.kinds import Kind
from tests.integration.third.book import Book, Said, Sheet
from tests.integration.third.wording import (
    LISTS,
    digest,
    invoice_seen,
    is_out,
    listed,
    payment_seen,
    planned,
    removed,
    request,
    written,
)
from worker.providers.lookup import Lookup
from worker.providers.port import (
    Absent,
    Answer,
    Changed,
    Company,
    Found,
    Held,
    LedgerRecord,
    Limits,
    Operation,
    Ours,
    Outcome,
    Page,
    Part,
    Plan,
    Resource,
    Several,
    Sought,
    Stale,
    Submission,
    Traits,
    Untouched,
    Work,
)
from worker.providers.threeway import Compared

LIMITS = Limits(
    batch=3,
    concurrency=2,
    per_second=1000,
    per_minute=10_000,
    batches_per_minute=1000,
    replay_window=300,
    key_lifetime=1200,
    timeout=2,
)
TRAITS = Traits(
    looked_up=frozenset({Kind.PAYMENT}),
    keyed=frozenset({Operation.CREATE}),
    final=frozenset(Kind) - {Kind.CUSTOMER, Kind.VENDOR, Kind.ITEM},
    costs=dict.fromkeys(Resource, 1),
    feeds={Resource.CUSTOMERS: 3600},
)
ACCOUNTS = {"a1": ("400", "revenue"), "a2": ("500", "expense"), "a3": ("100", "asset")}
"""Ref -> number and class of what every book begins with."""

_PAGE = 2  # sheets, so that every list has some


class Third:
    """The Books of one company."""

    day_left = None

    def __init__(self, book: Book, company: str) -> None:
        self.limits = LIMITS
        self.calls = 0
        self._book = book
        self._company = company

    def plan(self, due: Sequence[Work], lookup: Lookup) -> Plan:
        held: list[Held] = []
        going: list[tuple[Work, Said]] = []
        compared = Compared()
        for work in due:
            match planned(work, lookup.fresh(), compared):
                case Held() as one:
                    held.append(one)
                case dict() as said:
                    going.append((work, said))
        groups = [going[at : at + LIMITS.batch] for at in range(0, len(going), LIMITS.batch)]
        return Plan(
            tuple(map(request, groups)),
            tuple(held),
            same=tuple(compared.same),
            both=tuple(compared.both),
            agreed=tuple(compared.agreed),
        )

    def send(self, submission: Submission, still: Callable[[], None]) -> Answer:
        still()
        self.calls += 1
        answers = self._book.write(submission.key, submission.body)
        pairs = zip(submission.parts, answers, strict=True)
        return Answer(200, {part.key: self._outcome(part, sheet) for part, sheet in pairs})

    def _outcome(self, part: Part, sheet: Sheet | None) -> Outcome:
        if sheet is None:
            return Stale()
        removing = part.operation is Operation.REMOVE
        return removed(sheet) if removing else written(self._book, sheet)

    def find(self, sought: Sequence[Sought]) -> Mapping[int, Found]:
        self.calls += 1
        return {one.part.link_id: self._found(one) for one in sought}

    def _found(self, one: Sought) -> Found:
        part = one.part
        return self._marked(part) if part.ref is None else self._kept(one, part.ref)

    def _marked(self, part: Part) -> Found:
        kept = [one for one in self._book.marked(part.record_id) if one.kind is part.kind]
        kept = [one for one in kept if not is_out(one)]
        if len(kept) > 1:
            return Several(tuple(one.ref for one in kept))
        return Ours(written(self._book, kept[0])) if kept else Absent()

    def _kept(self, one: Sought, ref: str) -> Found:
        part, sheet = one.part, self._book.sheets[ref]
        if part.operation is Operation.REMOVE and is_out(sheet):
            return Ours(removed(sheet))
        if sheet.torn:
            return Absent()
        news = {n: held for n, held in part.body.items() if sheet.said.get(n) != held}
        if not news and part.operation is Operation.UPDATE:
            return Ours(written(self._book, sheet))
        if one.digest in (None, digest(sheet)):
            return Untouched(str(sheet.turn))
        shown = {n: {"cmms": str(h), "books": str(sheet.said.get(n))} for n, h in news.items()}
        return Changed(shown, str(sheet.turn), written(self._book, sheet))

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        self.calls += 1
        match resource:
            case Resource.ACCOUNTS:
                return Page(tuple(_account(ref) for ref in ACCOUNTS))
            case Resource.TAXES:
                return Page((LedgerRecord("tax_code", "t1", "None", True, _TAX),))
            case Resource.PAYMENTS:
                return self._payments(cursor)
            case Resource.CUSTOMERS | Resource.VENDORS | Resource.ITEMS:
                at = int(position or 0)
                rest = self._book.of(LISTS[resource], since=cursor)[at:]
                following = str(at + _PAGE) if len(rest) > _PAGE else None
                return Page(tuple(map(listed, rest[:_PAGE])), position=following)
            case _:
                return Page()

    def _payments(self, cursor: str | None) -> Page:
        paid = self._book.of(Kind.PAYMENT, since=cursor)
        invoices = {one.ref: one for one in self._book.of(Kind.INVOICE, since=cursor)}
        invoices |= {one.said["pays"]: self._book.sheets[one.said["pays"]] for one in paid}
        seen = tuple(invoice_seen(self._book, one) for one in invoices.values())
        return Page(payments=tuple(map(payment_seen, paid)), invoices=seen)

    def test(self) -> Company:
        self.calls += 1
        return Company(self._company, self._book.name, "USD", "US", data={"name": self._book.name})

    def preferences(self, known: Mapping[str, object]) -> Company:
        return self.test()


_TAX = {
    "ref": "t1",
    "name": "None",
    "kind": "code",
    "active": True,
    "sales": True,
    "purchases": True,
}


def _account(ref: str) -> LedgerRecord:
    code, sort = ACCOUNTS[ref]
    name = f"{sort} {code}"
    data = {
        "ref": ref,
        "code": code,
        "name": name,
        "full_name": name,
        "type": sort,
        "classification": sort,
        "currency": "USD",
        "active": True,
    }
    return LedgerRecord("account", ref, name, True, data, code)
