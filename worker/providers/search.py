"""What became of parts, told from what the books hold of them (design 5.4); the same for every
ledger, whose own part is to read records and to compare them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from schemas.kinds import Kind
from worker.providers.port import (
    Absent,
    Barred,
    Changed,
    Found,
    Named,
    Operation,
    Ours,
    Part,
    Removed,
    Several,
    Sought,
    Stranger,
    Untouched,
    Written,
)
from worker.providers.wire import Body


@dataclass(frozen=True)
class Candidate:
    """A record that a part could mean; `of`: what it is, where it is of another kind."""

    record: Body
    of: str = ""


class Records(Protocol):
    """How one ledger's records are read and compared; only `read` and `alike` talk to it."""

    def read(self, kind: Kind, sought: Sequence[Sought]) -> Mapping[str, Body]:
        """The records that parts are about, by ref, in as few reads as possible.

        What nothing can be done to any more may be left out: to an update it is no longer there.
        """
        ...

    def alike(self, kind: Kind, sought: Sequence[Sought]) -> Sequence[Candidate]:
        """What could be meant by parts, in as few reads as possible: more may be among them."""
        ...

    def ref(self, kind: Kind, record: Body) -> str: ...

    def token(self, record: Body) -> str: ...

    def is_current(self, part: Part, record: Body) -> bool:
        """Whether nobody has changed it since the state that a part builds on."""
        ...

    def digests(self, one: Sought, record: Body) -> Sequence[str]:
        """What the hash of the mapped fields was when it was left as we wrote it."""
        ...

    def written(self, kind: Kind, record: Body) -> Written: ...

    def removed(self, kind: Kind, record: Body) -> Removed: ...

    def is_removed(self, one: Sought, record: Body) -> bool:
        """Whether there is nothing left to do to take it out."""
        ...

    def holds(self, part: Part, record: Body) -> bool:
        """Whether every field that a part sends stands there as it is sent."""
        ...

    def differences(self, part: Part, record: Body) -> Mapping[str, Mapping[str, str]]:
        """The fields that do not: the contract's name -> {cmms, books}."""
        ...

    def brought(self, part: Part, record: Body) -> frozenset[str]:
        """The contract's fields that do."""
        ...

    def barred(self, part: Part, record: Body) -> Barred | None:
        """Why a part must not be sent as the record stands."""
        ...

    def is_marked(self, part: Part, record: Body) -> bool:
        """Whether it bears the mark of the part's record."""
        ...

    def is_anothers(self, part: Part, record: Body) -> bool:
        """Whether it bears the mark of another record of the CMMS."""
        ...

    def has_label(self, part: Part, record: Body) -> bool:
        """Whether it has the name or number that a part brings."""
        ...

    def renames(self, part: Part, record: Body) -> bool:
        """Whether a part gives it another name or number."""
        ...

    def is_made_by(self, one: Sought, record: Body) -> bool:
        """Whether a record without room for a mark is what the part made."""
        ...

    def stranger(self, part: Part, candidate: Candidate) -> Stranger: ...


@dataclass(frozen=True)
class Search:
    """One look-up of any number of parts; reads are shared between them."""

    records: Records

    def find(self, sought: Sequence[Sought]) -> Mapping[int, Found]:
        """What the books say of each part, by link id."""
        creates = [one for one in sought if one.part.operation is Operation.CREATE]
        others = [one for one in sought if one.part.operation is not Operation.CREATE]
        found, renamed = self._by_ref(others)
        clashing = {
            link: seen
            for link, seen in self._by_label(renamed).items()
            if isinstance(seen, Stranger)
        }
        return found | clashing | self._by_label(creates)

    def _by_ref(self, sought: Sequence[Sought]) -> tuple[dict[int, Found], list[Sought]]:
        """What was found, and updates that have not arrived and bring another name or number.

        Somebody else may have that one already.
        """
        found: dict[int, Found] = {}
        renamed: list[Sought] = []
        for kind, ones in _by_kind(sought):
            records = self.records.read(kind, ones)
            for one in ones:
                record = records.get(one.part.ref or "")
                seen = self._seen(one, record)
                found[one.part.link_id] = seen
                updates = one.part.operation is Operation.UPDATE and isinstance(seen, Untouched)
                if record and updates and self.records.renames(one.part, record):
                    renamed.append(one)
        return found, renamed

    def _seen(self, one: Sought, record: Body | None) -> Found:
        if record is None or not one.named:
            return self._target(one, record)
        written = self.records.written(one.part.kind, record)
        return Named(written, self.records.is_anothers(one.part, record))

    def _target(self, one: Sought, record: Body | None) -> Found:
        part, records = one.part, self.records
        goes = part.operation in (Operation.REMOVE, Operation.WITHDRAW)
        if record is None:
            # Merged or deleted in the books: a removal has nothing left to do.
            return Ours(Removed(part.ref or "")) if goes else Absent()
        if goes and records.is_removed(one, record):
            return Ours(records.removed(part.kind, record))
        brings = part.operation is not Operation.REMOVE
        brought = records.brought(part, record) if brings else frozenset[str]()
        held = replace(records.written(part.kind, record), brought=brought)
        if brings and records.holds(part, record):
            return Ours(held)
        if barred := records.barred(part, record):
            return barred
        token = records.token(record)
        # Without a digest we never wrote it (it came out of the books): there is nothing of ours
        # that others could have changed. But fields are compared with those that were read last.
        unwritten = one.digest is None and (held.record is None or part.sync_token is None)
        # That it is inactive is nothing that a removal minds.
        known = unwritten or one.digest in records.digests(one, record)
        if known or records.is_current(part, record):
            return Untouched(token)
        return Changed(records.differences(part, record) if brings else {}, token, held)

    def _by_label(self, sought: Sequence[Sought]) -> dict[int, Found]:
        return {
            one.part.link_id: self._judge(one, candidates)
            for kind, ones in _by_kind(sought)
            for candidates in (self.records.alike(kind, ones),)
            for one in ones
        }

    def _judge(self, one: Sought, candidates: Iterable[Candidate]) -> Found:
        part, records = one.part, self.records
        # Its own record is among them where another one wants the name that it gives up.
        others = [one for one in candidates if records.ref(part.kind, one.record) != part.ref]
        marked = {
            records.ref(part.kind, other.record): other.record
            for other in others
            if not other.of and records.is_marked(part, other.record)
        }
        if len(marked) > 1:
            return Several(tuple(sorted(marked)))
        for record in marked.values():
            held = records.written(part.kind, record)
            return Ours(held, matched=records.holds(part, record))
        same = (other for other in others if records.has_label(part, other.record))
        # A record of the same kind tells more than one of another kind with that name.
        for other in sorted(same, key=lambda other: bool(other.of)):
            if records.is_made_by(one, other.record):
                return Ours(records.written(part.kind, other.record))
            return records.stranger(part, other)
        return Absent()


def _by_kind(sought: Iterable[Sought]) -> Iterator[tuple[Kind, list[Sought]]]:
    groups: dict[Kind, list[Sought]] = {}
    for one in sought:
        groups.setdefault(one.part.kind, []).append(one)
    yield from groups.items()
