"""Both sides compared: what is linked to nothing on either, and what the rules make of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.kinds import Kind
from worker.policies import NewParties, Policies
from worker.store import matches
from worker.store.connections import Connection
from worker.store.matches import Free, Loose
from worker.store.session import Session
from worker.sync.likeness import Face
from worker.sync.match import Candidate, Matches, Ours, Theirs, match
from worker.terms import Cause

_SHOWN = 5  # candidates in a sentence


def cause(kind: Kind, record_id: str) -> Cause:
    """What a record waits for whose counterpart is not decided."""
    return Cause("match", f"{kind}/{record_id}")


@dataclass(frozen=True)
class Situation:
    """What is linked to nothing on both sides, and what the rules make of it."""

    kind: Kind
    documents: Mapping[str, Loose]
    records: Mapping[str, Free]
    matches: Matches

    @property
    def discovered(self) -> list[str]:
        """What the CMMS has nothing like: but for what was never used as one of this kind, which it
        hears of once it is."""
        return sorted(ref for ref in self.matches.unknown if not self.records[ref].unused)

    def candidates(self, record_id: str) -> str:
        """What a record may be, for people: “Harbor Hotel” (58): same e-mail ..."""
        found = self.matches.open.get(record_id, ())
        shown = [self._shown(one) for one in found[:_SHOWN]]
        return "; ".join([*shown, *(["others"] if len(found) > _SHOWN else [])])

    def _shown(self, one: Candidate) -> str:
        return f"“{self.records[one.id].face['name']}” ({one.id}): {one.why}"


def look(
    session: Session, connection: Connection, kind: Kind, seen: Iterable[Free] | None = None
) -> Situation:
    """Compare both sides as they stand now, or with what was `seen` in the books; changes
    nothing."""
    free = matches.free(session, connection.id, kind) if seen is None else seen
    records = {one.ref: one for one in free}
    loose = matches.loose(session, connection.id, kind, connection.provider)
    documents = {one.record_id: one for one in loose}
    found = match([_ours(one) for one in loose], [_theirs(one) for one in records.values()])
    return Situation(kind, documents, records, found)


def _ours(one: Loose) -> Ours:
    creating = one.state == "sent"
    return Ours(one.record_id, Face.read(one.face), one.said, creating, one.overtaken)


def _theirs(one: Free) -> Theirs:
    # A mark of another kind is somebody's too; no record has the empty id.
    marker = (one.mine or "") if one.marked else None
    return Theirs(one.ref, Face.read(one.face), one.active, marker)


def confirms(connection: Connection) -> bool:
    """Whether nothing new is created before a person says so."""
    return Policies.read(connection.settings).new_parties is NewParties.HOLD


def undecided(session: Session, connection: Connection, causes: Iterable[Cause]) -> set[Cause]:
    """Those of these `match` causes that are not decided as both sides stand now."""
    wanted = set(causes)
    kinds = {Kind(one.id.partition("/")[0]) for one in wanted}
    found: set[Cause] = set()
    for kind in kinds:
        situation = look(session, connection, kind)
        alone = situation.matches.alone if confirms(connection) else set()
        still = situation.matches.open.keys() | situation.matches.held | alone
        found |= {cause(kind, record_id) for record_id in still}
    return wanted & found
