"""From due links to complete requests: translation, checks, grouping. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from worker.policies import TakenNumber
from worker.providers import periods
from worker.providers.grouping import groups, part, touches
from worker.providers.lookup import Lookup
from worker.providers.port import Held, Operation, Part, Plan, Request, Work
from worker.providers.quickbooks import covered, shapes
from worker.providers.quickbooks.shapes import SHAPES, Removal, Shape
from worker.providers.quickbooks.threeway import FIELDS, merge
from worker.providers.refusals import Refusal
from worker.providers.threeway import Compared, Merged, since_linked
from worker.providers.wire import Body, text

_TWICE = "allowduplicatedocnum"
_MOST_BYTES = 800_000  # of the items of one request: bodies stay below 1 MB


@dataclass(frozen=True)
class _Sheet:
    """One translated link."""

    work: Work
    shape: Shape
    body: Body
    written: str  # the body as text
    touches: frozenset[str]
    asks: bool  # the books first, whether it may be sent
    option: str = ""  # what QuickBooks is allowed beyond its own warnings
    merged: Merged | None = None  # with what the books hold, where that is known

    @property
    def size(self) -> int:
        """In bytes, as it goes over the wire."""
        return len(self.written.encode())

    @property
    def verb(self) -> str:
        """The operation as a batch item calls it."""
        if self.work.operation is not Operation.REMOVE:
            return self.work.operation.value
        return "update" if self.shape.listed else self.shape.removal.value


@dataclass(frozen=True)
class Planner:
    """Plans for one company."""

    company_id: str
    batch: int
    today: date

    def plan(self, due: Sequence[Work], lookup: Lookup) -> Plan:
        """List entities singly, transactions in batches; what cannot be sent is held by itself."""
        held: list[Held] = []
        look: list[int] = []
        requests: list[Request] = []
        grouped: list[_Sheet] = []
        compared = Compared()
        for work in due:
            done = self._sheet(work, lookup.fresh())
            if isinstance(done, Held):
                held.append(done)
            elif done.asks:
                look.append(work.link_id)
            elif compared.settles(done.work, done.merged):
                continue
            elif done.shape.listed:
                requests.append(self._single(done))
            else:
                grouped.append(done)
        requests += [self._request(group) for group in groups(grouped, self.batch, _MOST_BYTES)]
        return compared.plan(requests, held, look)

    def _sheet(self, work: Work, lookup: Lookup) -> _Sheet | Held:
        try:
            shape = SHAPES[work.kind]
            body = _body(work, shape, lookup, self.today)
            work = since_linked(work, FIELDS, partial(self._said, shape, lookup.fresh()))
            merged = merge(work, body, lookup.chart.policies.conflict)
            asks = covered.asks(work, body, shapes.total(work.document))
            touched = touches(work, lookup.fresh(), lambda kind: kind.value)
        except Refusal as refusal:
            return Held(work.link_id, refusal.fault.causes, refusal.fault)
        if lookup.missing:
            return Held(work.link_id, frozenset(lookup.missing))
        if merged is not None:
            body = merged.send
        option = _TWICE if _may_be_twice(body, lookup) else ""
        body = _target(work) | body
        return _Sheet(work, shape, body, text(body), touched, asks, option, merged)

    def _said(self, shape: Shape, lookup: Lookup, work: Work) -> Body:
        return _body(work, shape, lookup, self.today)

    def _request(self, group: list[_Sheet]) -> Request:
        if len(group) == 1:
            return self._single(group[0])
        keyed = [(str(number), sheet) for number, sheet in enumerate(group, 1)]
        items = ",".join(_item(sheet, key) for key, sheet in keyed)
        return Request(
            method="POST",
            path=f"/v3/company/{self.company_id}/batch",
            body=f'{{"BatchItemRequest":[{items}]}}',
            endpoint="batch",
            parts=tuple(_part(sheet, key) for key, sheet in keyed),
            touches=frozenset[str]().union(*(sheet.touches for sheet in group)),
            batch=1,
        )

    def _single(self, sheet: _Sheet) -> Request:
        operation = f"?operation={sheet.verb}" if sheet.verb in tuple(Removal) else ""
        operation = f"?include={sheet.option}" if sheet.option else operation
        return Request(
            method="POST",
            path=f"/v3/company/{self.company_id}/{sheet.shape.path}{operation}",
            body=sheet.written,
            endpoint=sheet.shape.path,
            parts=(_part(sheet, "1"),),
            touches=sheet.touches,
        )


def _item(sheet: _Sheet, key: str) -> str:
    """One item of a batch, as JSON."""
    options = f'"optionsData":"{sheet.option}",' if sheet.option else ""
    said = f'"bId":"{key}","operation":"{sheet.verb}",{options}'
    return f'{{{said}"{sheet.shape.entity}":{sheet.written}}}'


def _may_be_twice(body: Body, lookup: Lookup) -> bool:
    """Whether a document's number may stand on another one as well."""
    allowed = lookup.chart.policies.taken_number is TakenNumber.ALLOW
    return allowed and "DocNumber" in body


def _body(work: Work, shape: Shape, lookup: Lookup, today: date) -> Body:
    """What is said of the record, without the words that find it."""
    match work.operation:
        case Operation.CREATE | Operation.UPDATE:
            return shapes.body(work, lookup, today)
        case Operation.REMOVE if shape.listed:
            return {"Active": False}
        case Operation.REMOVE | Operation.WITHDRAW:
            periods.removable(work, lookup, shapes.named(work.document))
            return {}


def _target(work: Work) -> Body:
    """The record that an update or a removal is about."""
    if work.operation is Operation.CREATE:
        return {}
    target: Body = {"Id": work.ref, "SyncToken": work.sync_token}
    sparse = work.operation is Operation.UPDATE or SHAPES[work.kind].listed
    return target | ({"sparse": True} if sparse else {})


def _part(sheet: _Sheet, key: str) -> Part:
    document = sheet.work.document
    return part(sheet.work, key, sheet.body, shapes.about(document), shapes.total(document))
