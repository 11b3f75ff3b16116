"""What became of parts: look-ups in as few reads as possible, compared by us (design 5.4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from schemas.kinds import Kind
from worker.providers.marker import marker, markers
from worker.providers.port import (
    Absent,
    Barred,
    Changed,
    Found,
    Named,
    Operation,
    Ours,
    Removed,
    Several,
    Sought,
    Stranger,
    Untouched,
)
from worker.providers.quickbooks import answers, covered
from worker.providers.quickbooks.canonical import LISTED
from worker.providers.quickbooks.client import Client
from worker.providers.quickbooks.identity import described, exact, same_label
from worker.providers.quickbooks.matching import (
    brought,
    differences,
    digest,
    digest_if_active,
    matches,
)
from worker.providers.quickbooks.queries import (
    EVERYTHING,
    MOST_ROWS,
    can_be_named,
    named,
    one_of,
    quoted,
    select,
)
from worker.providers.quickbooks.read import invoice_seen, is_voided
from worker.providers.quickbooks.read_lists import listed
from worker.providers.quickbooks.shapes import SHAPES, Removal, Shape
from worker.providers.wire import Body

# Customers, vendors and employees share one space of names (Intuit: 6240).
_NAME_SPACES: Mapping[str, tuple[str, ...]] = {
    "Customer": ("Customer", "Vendor", "Employee"),
    "Vendor": ("Customer", "Vendor", "Employee"),
}
_SKEW = timedelta(minutes=5)  # between QuickBooks' clock and the database's


class Search:
    """One look-up of any number of parts; reads are shared between them."""

    def __init__(self, client: Client, environment: str) -> None:
        self._client = client
        self._environment = environment

    def find(self, sought: Sequence[Sought]) -> Mapping[int, Found]:
        """What the books say of each part, by link id."""
        creates = [one for one in sought if one.part.operation is Operation.CREATE]
        others = [one for one in sought if one.part.operation is not Operation.CREATE]
        found, renamed = self._by_id(others)
        clashing = {
            link: seen
            for link, seen in self._by_label(renamed).items()
            if isinstance(seen, Stranger)
        }
        return found | clashing | self._by_label(creates)

    # By id

    def _by_id(self, sought: Sequence[Sought]) -> tuple[dict[int, Found], list[Sought]]:
        """What was found, and updates that have not arrived and bring another name or number.

        Somebody else may have that one already.
        """
        found: dict[int, Found] = {}
        renamed: list[Sought] = []
        for shape, ones in _by_shape(sought):
            extra = [EVERYTHING] if shape.listed else []
            refs = [one.part.ref or "" for one in ones]
            records = {
                str(record["Id"]): record
                for condition in one_of("Id", refs)
                for record in self._all(shape.entity, [condition, *extra])
            }
            for one in ones:
                record = records.get(one.part.ref or "")
                seen = self._seen(one, shape, record)
                found[one.part.link_id] = seen
                if record and isinstance(seen, Untouched) and _renames(one, shape, record):
                    renamed.append(one)
        return found, renamed

    def _seen(self, one: Sought, shape: Shape, record: Body | None) -> Found:
        if record is None or not one.named:
            return self._target(one, shape, record)
        others = markers(_note(shape, record)) - {marker(one.part.kind, one.part.record_id)}
        return Named(answers.written(one.part.kind, record, self._environment), bool(others))

    def _target(self, one: Sought, shape: Shape, record: Body | None) -> Found:
        part = one.part
        removing = part.operation is Operation.REMOVE
        if record is None:
            # Merged or deleted in the books: a removal has nothing left to do.
            return Ours(Removed(part.ref or "")) if removing else Absent()
        if removing and _is_removed(shape, record):
            return Ours(answers.removed(part.kind, record))
        as_it_is = answers.written(part.kind, record, self._environment)
        held = replace(as_it_is, brought=frozenset() if removing else brought(part.body, record))
        if not removing and matches(part.body, record):
            return Ours(held)
        if fault := covered.barred(part, record):
            return Barred(fault, invoice_seen(record))
        token = str(record.get("SyncToken"))
        # Without a digest we never wrote it (it came out of the books): there is nothing of ours
        # that others could have changed. That it is inactive is nothing that a removal minds.
        known = one.digest in (None, *_digests(one, shape, record))
        if known or token == part.sync_token:
            return Untouched(token)
        return Changed({} if removing else differences(part.body, record), token, held)

    # By name or number

    def _by_label(self, sought: Sequence[Sought]) -> dict[int, Found]:
        found: dict[int, Found] = {}
        for shape, ones in _by_shape(sought):
            candidates = [
                (entity, record)
                for entity in _NAME_SPACES.get(shape.entity, (shape.entity,))
                for condition in _conditions(shape, ones)
                for record in self._all(entity, condition)
            ]
            for one in ones:
                found[one.part.link_id] = self._judge(one, shape, candidates)
        return found

    def _judge(self, one: Sought, shape: Shape, candidates: Sequence[tuple[str, Body]]) -> Found:
        part = one.part
        mark = marker(part.kind, part.record_id)
        # Its own record is among them where another one wants the name that it gives up.
        candidates = [pair for pair in candidates if str(pair[1].get("Id")) != part.ref]
        marked = {
            str(record["Id"]): record
            for entity, record in candidates
            if entity == shape.entity and mark in markers(_note(shape, record))
        }
        if len(marked) > 1:
            return Several(tuple(sorted(marked)))
        for record in marked.values():
            held = answers.written(part.kind, record, self._environment)
            return Ours(held, matched=matches(part.body, record))
        same = [
            (entity, record)
            for entity, record in candidates
            if same_label(shape, part.body, record)
        ]
        # A record of the same kind tells more than one of another kind with that name.
        for entity, record in sorted(same, key=lambda pair: pair[0] != shape.entity):
            if shape.note is None and _made_by(one, record):
                return Ours(answers.written(part.kind, record, self._environment))
            return _stranger(part.kind, part.body, shape, entity, record)
        return Absent()

    def _all(self, entity: str, conditions: Sequence[str]) -> Iterator[Body]:
        start = 1
        while True:
            page = self._client.query(select(entity, *conditions, start=start))
            yield from page
            if len(page) < MOST_ROWS:
                return
            start += MOST_ROWS


def _conditions(shape: Shape, sought: Sequence[Sought]) -> Iterator[list[str]]:
    """The queries that find them all, each as its conditions."""
    extra = [EVERYTHING] if shape.listed else []
    labels = [_label(shape, one) for one in sought]
    for condition in named(shape.label, [label for label in labels if can_be_named(label)]):
        yield [condition, *extra]
    nameless = [one for one in sought if not can_be_named(_label(shape, one))]
    if shape.listed:
        if nameless:
            yield [*_created(nameless), *extra]
        return
    # QuickBooks numbers these by itself, or their numbers cannot be asked for: they are told by
    # their markers, or compared, among those of the day.
    for condition in one_of("TxnDate", [str(one.part.body["TxnDate"]) for one in nameless]):
        yield [condition]


def _label(shape: Shape, one: Sought) -> str:
    return str(one.part.body.get(shape.label) or "")


def _created(sought: Sequence[Sought]) -> list[str]:
    """What was sent with a name that no query can hold was not made before it was sent.

    Whoever else has such a name is found among all records of the list only: a call for each
    1,000 of them (Intuit: data queries), once for all such names of a look-up.
    """
    since = [one.since for one in sought if one.since is not None]
    if len(since) < len(sought):
        return []
    return [f"MetaData.CreateTime >= {quoted((min(since) - _SKEW).isoformat())}"]


def _made_by(one: Sought, record: Body) -> bool:
    """Whether a record without room for a marker is what the part made: all equal, and no older."""
    if one.since is None or not matches(one.part.body, record):
        return False
    made = (record.get("MetaData") or {}).get("CreateTime")
    return made is not None and datetime.fromisoformat(made) >= one.since - _SKEW


def _stranger(
    kind: Kind, sent: Mapping[str, Any], shape: Shape, entity: str, record: Body
) -> Stranger:
    same_kind = entity == shape.entity
    return Stranger(
        ref=str(record["Id"]),
        kind=kind.value if same_kind else entity.lower(),
        name=str(record.get(shape.label, "")),
        same_kind=same_kind,
        exact=same_kind and exact(kind, sent, record),
        marked=bool(markers(_note(shape, record))),
        shown=described(record, str(record.get(shape.label, ""))),
        sync_token=str(record.get("SyncToken")),
        record=next(listed(kind, [record]), None) if same_kind and kind in LISTED else None,
    )


def _digests(one: Sought, shape: Shape, record: Body) -> tuple[str, ...]:
    """What the record's hash was when it was left as we wrote it."""
    kind, removing = one.part.kind, one.part.operation is Operation.REMOVE
    either = shape.listed and (removing or one.revives)
    active = (digest_if_active(kind, record),) if either else ()
    return (digest(kind, record), *active)


def _is_removed(shape: Shape, record: Body) -> bool:
    if shape.removal is Removal.INACTIVE:
        return record.get("Active") is False
    return shape.removal is Removal.VOID and is_voided(record)


def _note(shape: Shape, record: Body) -> str | None:
    return record.get(shape.note) if shape.note else None


def _by_shape(sought: Iterable[Sought]) -> Iterator[tuple[Shape, list[Sought]]]:
    groups: dict[Kind, list[Sought]] = {}
    for one in sought:
        groups.setdefault(one.part.kind, []).append(one)
    for kind, ones in groups.items():
        yield SHAPES[kind], ones


def _renames(one: Sought, shape: Shape, record: Body) -> bool:
    if one.part.operation is not Operation.UPDATE or not one.part.body.get(shape.label):
        return False
    return not same_label(shape, one.part.body, record)
