"""Look-ups in QuickBooks: what could be meant, in as few reads as possible, compared by us."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from schemas.kinds import Kind
from worker.providers.marker import marker, markers
from worker.providers.port import (
    Barred,
    Operation,
    Part,
    Removed,
    Sought,
    Stranger,
    Written,
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
from worker.providers.search import Candidate
from worker.providers.wire import Body

# Customers, vendors and employees share one space of names (Intuit: 6240).
_NAME_SPACES: Mapping[str, tuple[str, ...]] = {
    "Customer": ("Customer", "Vendor", "Employee"),
    "Vendor": ("Customer", "Vendor", "Employee"),
}
_SKEW = timedelta(minutes=5)  # between QuickBooks' clock and the database's


class CompanyRecords:
    """One company's records, as look-ups read and compare them (the Records of QuickBooks)."""

    def __init__(self, client: Client, environment: str) -> None:
        self._client = client
        self._environment = environment

    def read(self, kind: Kind, sought: Sequence[Sought]) -> Mapping[str, Body]:
        shape = SHAPES[kind]
        extra = [EVERYTHING] if shape.listed else []
        return {
            str(record["Id"]): record
            for condition in one_of("Id", [one.part.ref or "" for one in sought])
            for record in self._all(shape.entity, [condition, *extra])
        }

    def alike(self, kind: Kind, sought: Sequence[Sought]) -> Sequence[Candidate]:
        shape = SHAPES[kind]
        return [
            Candidate(record, "" if entity == shape.entity else entity.lower())
            for entity in _NAME_SPACES.get(shape.entity, (shape.entity,))
            for condition in _conditions(shape, sought)
            for record in self._all(entity, condition)
        ]

    def ref(self, kind: Kind, record: Body) -> str:
        return str(record["Id"])

    def token(self, record: Body) -> str:
        return str(record.get("SyncToken"))

    def is_current(self, part: Part, record: Body) -> bool:
        return self.token(record) == part.sync_token

    def digests(self, one: Sought, record: Body) -> Sequence[str]:
        kind, removing = one.part.kind, one.part.operation is Operation.REMOVE
        either = SHAPES[kind].listed and (removing or one.revives)
        active = (digest_if_active(kind, record),) if either else ()
        return (digest(kind, record), *active)

    def written(self, kind: Kind, record: Body) -> Written:
        return answers.written(kind, record, self._environment)

    def removed(self, kind: Kind, record: Body) -> Removed:
        return answers.removed(kind, record)

    def is_removed(self, one: Sought, record: Body) -> bool:
        removal = SHAPES[one.part.kind].removal
        if removal is Removal.INACTIVE:
            return record.get("Active") is False
        return removal is Removal.VOID and is_voided(record)

    def holds(self, part: Part, record: Body) -> bool:
        return matches(part.body, record)

    def differences(self, part: Part, record: Body) -> Mapping[str, Mapping[str, str]]:
        return differences(part.body, record)

    def brought(self, part: Part, record: Body) -> frozenset[str]:
        return brought(part.body, record)

    def barred(self, part: Part, record: Body) -> Barred | None:
        fault = covered.barred(part, record)
        return None if fault is None else Barred(fault, invoice_seen(record))

    def is_marked(self, part: Part, record: Body) -> bool:
        return marker(part.kind, part.record_id) in _marks(part, record)

    def is_anothers(self, part: Part, record: Body) -> bool:
        return bool(_marks(part, record) - {marker(part.kind, part.record_id)})

    def has_label(self, part: Part, record: Body) -> bool:
        return same_label(SHAPES[part.kind], part.body, record)

    def renames(self, part: Part, record: Body) -> bool:
        return bool(part.body.get(SHAPES[part.kind].label)) and not self.has_label(part, record)

    def is_made_by(self, one: Sought, record: Body) -> bool:
        """All equal, and no older."""
        if SHAPES[one.part.kind].note or one.since is None or not self.holds(one.part, record):
            return False
        made = (record.get("MetaData") or {}).get("CreateTime")
        return made is not None and datetime.fromisoformat(made) >= one.since - _SKEW

    def stranger(self, part: Part, candidate: Candidate) -> Stranger:
        kind, record, same_kind = part.kind, candidate.record, not candidate.of
        name = str(record.get(SHAPES[kind].label, ""))
        return Stranger(
            ref=self.ref(kind, record),
            kind=candidate.of or kind.value,
            name=name,
            same_kind=same_kind,
            exact=same_kind and exact(kind, part.body, record),
            marked=bool(_marks(part, record)),
            shown=described(record, name),
            sync_token=self.token(record),
            record=next(listed(kind, [record]), None) if same_kind and kind in LISTED else None,
        )

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


def _marks(part: Part, record: Body) -> set[str]:
    note = SHAPES[part.kind].note
    return markers(record.get(note)) if note else set()
