"""From due links to complete requests: translation, checks, grouping. Pure.

Creates are PUT, changes are POST, each with up to fifty elements of one collection; items are
deleted and payments taken out one by one. Xero refuses no stale write: whatever is there already
is looked up before it is changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from schemas.kinds import Kind
from worker.providers.grouping import groups, part, touches
from worker.providers.lookup import Lookup
from worker.providers.port import Held, Operation, Part, Plan, Request, Work
from worker.providers.refusals import Refusal
from worker.providers.threeway import Compared, Merged, since_linked
from worker.providers.wire import Body, text
from worker.providers.xero import bodies, shapes
from worker.providers.xero.fields import folded
from worker.providers.xero.merging import FIELDS, merge
from worker.providers.xero.shapes import SHAPES, Shape

_MOST_BYTES = 3_000_000  # of the elements of one request: Xero takes 3.5 MB


@dataclass(frozen=True)
class _Sheet:
    """One translated link."""

    work: Work
    shape: Shape
    body: Body  # with its id where it has one; each field under the name that it is agreed on by
    written: str  # the same as Xero takes it
    touches: frozenset[str]
    merged: Merged | None = None  # with what the books hold, where that is known

    @property
    def size(self) -> int:
        """In bytes, as it goes over the wire."""
        return len(self.written.encode())

    @property
    def asks(self) -> bool:
        """Whether the books are looked at before anything of it is sent."""
        silent = self.merged is not None and not self.merged.send
        return self.work.unasked and self.work.operation is not Operation.CREATE and not silent

    @property
    def goes_alone(self) -> bool:
        taken_out = self.work.operation in (Operation.REMOVE, Operation.WITHDRAW)
        return taken_out and self.work.kind in (Kind.ITEM, Kind.PAYMENT)

    @property
    def group(self) -> tuple[str, str, str]:
        """What may go into one request: sales invoices and bills are looked up apart."""
        method = "PUT" if self.work.operation is Operation.CREATE else "POST"
        return method, self.shape.path, self.shape.type


@dataclass(frozen=True)
class Planner:
    """Plans for one organisation."""

    batch: int

    def plan(self, due: Sequence[Work], lookup: Lookup) -> Plan:
        """As few requests as take them all; what cannot be sent is held by itself."""
        held: list[Held] = []
        look: list[int] = []
        sent: list[_Sheet] = []
        compared = Compared()
        for work in due:
            done = self._sheet(_as_made(work), lookup.fresh())
            if isinstance(done, Held):
                held.append(done)
            elif done.asks:
                look.append(work.link_id)
            elif not compared.settles(done.work, done.merged):
                sent.append(done)
        return compared.plan(self._requests(sent), held, look)

    def _sheet(self, work: Work, lookup: Lookup) -> _Sheet | Held:
        try:
            body = bodies.body(work, lookup)
            work = since_linked(work, FIELDS, partial(bodies.body, lookup=lookup.fresh()))
            merged = merge(work, body, lookup.chart.policies.conflict)
            touched = touches(work, lookup.fresh(), _noun)
        except Refusal as refusal:
            return Held(work.link_id, refusal.fault.causes, refusal.fault)
        if lookup.missing:
            return Held(work.link_id, frozenset(lookup.missing))
        if merged is not None:
            body = bodies.completed(merged.send, body, work.held or {})
        shape = SHAPES[work.kind]
        target = {} if work.operation is Operation.CREATE else {shape.id: work.ref}
        body = target | body
        element = folded(bodies.sendable(work, body))
        return _Sheet(work, shape, body, text(element), touched, merged)

    def _requests(self, sheets: Sequence[_Sheet]) -> Iterator[Request]:
        together: dict[tuple[str, str, str], list[_Sheet]] = {}
        for sheet in sheets:
            if sheet.goes_alone:
                yield _alone(sheet)
            else:
                together.setdefault(sheet.group, []).append(sheet)
        for (method, _, _), ones in together.items():
            for apart in _once_each(ones):
                for group in groups(apart, self.batch, _MOST_BYTES):
                    yield _request(method, group)


def _as_made(work: Work) -> Work:
    """A payment cannot be edited: it is taken out, and made anew (Xero: payments)."""
    edits = work.kind is Kind.PAYMENT and work.operation is Operation.UPDATE
    return replace(work, operation=Operation.WITHDRAW) if edits else work


def _once_each(sheets: Iterable[_Sheet]) -> Iterator[list[_Sheet]]:
    """No record twice in a request: one contact may be a customer and a vendor of ours. Nor two new
    ones with one key, as the answer's elements could not be told apart."""
    rounds: list[dict[str, _Sheet]] = []
    for sheet in sheets:
        record = sheet.work.ref or f"new:{sheet.body[sheet.shape.key]}"
        free = next((one for one in rounds if record not in one), None)
        if free is None:
            rounds.append(free := {})
        free[record] = sheet
    for one in rounds:
        yield list(one.values())


def _request(method: str, group: Sequence[_Sheet]) -> Request:
    shape = group[0].shape
    elements = ",".join(sheet.written for sheet in group)
    return Request(
        method=method,
        path=f"{shape.path}{shape.query}",
        body=f'{{"{shape.path}":[{elements}]}}',
        endpoint=shape.path.lower(),
        parts=tuple(_part(sheet, str(number)) for number, sheet in enumerate(group, 1)),
        touches=frozenset[str]().union(*(sheet.touches for sheet in group)),
        batch=int(len(group) > 1),
    )


def _alone(sheet: _Sheet) -> Request:
    """Of what is taken out by its address, nothing but the address is said twice."""
    erased = sheet.work.kind is Kind.ITEM
    return Request(
        method="DELETE" if erased else "POST",
        path=f"{sheet.shape.path}/{sheet.work.ref}",
        body="" if erased else text({"Status": "DELETED"}),
        endpoint=sheet.shape.path.lower(),
        parts=(_part(sheet, "1"),),
        touches=sheet.touches,
    )


def _part(sheet: _Sheet, key: str) -> Part:
    document = sheet.work.document
    return part(sheet.work, key, sheet.body, shapes.about(document), shapes.total(document))


def _noun(kind: Kind) -> str:
    """Customers and vendors are one list."""
    return "contact" if kind in (Kind.CUSTOMER, Kind.VENDOR) else kind.value
