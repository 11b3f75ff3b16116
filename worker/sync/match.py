"""Which record of the books is which record of the CMMS, one to one; pure.

Every rule looks at whole sets, never at an order: what is decided about some does not depend on
who came first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeVar

from worker.matchkeys import code_key, email_key
from worker.sync.likeness import Face, Likeness, Strength, likeness

# An address or a number that more than these have on one side tells nobody from anybody: it is a
# placeholder such as "n/a", or the one address of a whole group.
COMMON = 5
_MARKED = Likeness(Strength.EXACT, "it bears the mark of this record")


@dataclass(frozen=True)
class Theirs:
    """A record of the books that nothing is linked to. `marker` names the CMMS record whose mark it
    bears."""

    ref: str
    face: Face
    active: bool = True
    marker: str | None = None


@dataclass(frozen=True)
class Ours:
    """A record of the CMMS that is linked to nothing.

    `said` is the ref that the CMMS or a person names. `creating`: its creation is under way, and
    may be in the books already; `overtaken`: under another name, perhaps.
    """

    record_id: str
    face: Face
    said: str | None = None
    creating: bool = False
    overtaken: bool = False


@dataclass(frozen=True)
class Candidate:
    """What one record may be, on the other side (`id`: a ref or a record id), and why."""

    id: str
    why: str


@dataclass(frozen=True)
class Matches:
    """What is decided; every record of either side is in at most one of its parts.

    `exact`: record id -> ref. `open`: record id -> candidates, the best first: one is likely,
    several are ambiguous. `held`: nothing is decided before a creation is known to be in the books
    or not. `alone`: nothing like them in the books. `unknown` are the refs that nothing in the
    CMMS is like; `suggested` those that one record alone may be, by ref.
    """

    exact: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    held: Set[str] = frozenset()
    alone: Set[str] = frozenset()
    unknown: Set[str] = frozenset()
    suggested: Mapping[str, Candidate] = field(default_factory=dict)


def match(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> Matches:
    """Compare what is linked to nothing on both sides, of one kind and connection."""
    common = _common([one.face for one in ours]) | _common([one.face for one in theirs])
    said = {one.said for one in ours if one.said}
    free = {one.record_id: _told(one, common) for one in ours if not one.said}
    records = {one.ref: _told(one, common) for one in theirs if one.ref not in said}
    graph = _graph(free, records)
    creating = {one.record_id for one in free.values() if one.creating}
    reserved = {ref for record_id in creating for ref in graph.of(record_id)}
    held = {one for one in free.keys() - creating if reserved & graph.of(one).keys()}
    decided = free.keys() - creating - held
    exact = {one: ref for one, ref in _exact(graph, free.keys()).items() if one in decided}
    taken = reserved | set(exact.values())
    rest = sorted(decided - exact.keys())
    waiting = {record_id: found for record_id in rest if (found := graph.best(record_id, taken))}
    perhaps = {ref for record_id in (*waiting, *held) for ref in graph.of(record_id)}
    vague = any(one.overtaken for one in free.values())
    seen = {ref for ref, one in records.items() if one.active and not (vague and not one.marker)}
    return Matches(
        exact=exact,
        open=waiting,
        held=frozenset(held),
        alone=frozenset(rest) - waiting.keys(),
        unknown=frozenset(seen - taken - perhaps),
        suggested=_suggested(waiting, held, graph),
    )


_Side = TypeVar("_Side", Ours, Theirs)


def _common(faces: Iterable[Face]) -> frozenset[tuple[str, str]]:
    """Addresses and numbers that too many of one side have."""
    counts = Counter(key for face in faces for key in face.keys if key[0] != "name")
    return frozenset(key for key, count in counts.items() if count > COMMON)


def _told(one: _Side, common: frozenset[tuple[str, str]]) -> _Side:
    """Without the address and the number that tell nothing."""
    if not one.face.keys & common:
        return one
    face = one.face
    return replace(
        one,
        face=replace(
            face,
            email=None if ("email", email_key(face.email)) in common else face.email,
            number=None if ("code", code_key(face.number)) in common else face.number,
        ),
    )


@dataclass
class _Graph:
    """Who may be whom: both ways, with the likeness of each pair."""

    records: dict[str, dict[str, Likeness]] = field(default_factory=lambda: defaultdict(dict))
    documents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, record_id: str, ref: str, how: Likeness) -> None:
        self.records[record_id][ref] = how
        self.documents[ref].add(record_id)

    def of(self, record_id: str) -> Mapping[str, Likeness]:
        return self.records.get(record_id, {})

    def exact(self, record_id: str) -> set[str]:
        found = self.of(record_id).items()
        return {ref for ref, how in found if how.strength is Strength.EXACT}

    def best(self, record_id: str, taken: set[str]) -> list[Candidate]:
        """What is left of a record's candidates, the surest first."""
        left = [(ref, how) for ref, how in self.of(record_id).items() if ref not in taken]
        ordered = sorted(left, key=lambda pair: (-pair[1].strength, pair[1].why, pair[0]))
        return [Candidate(ref, how.why) for ref, how in ordered]


def _graph(documents: Mapping[str, Ours], records: Mapping[str, Theirs]) -> _Graph:
    """All pairs that may be one: by mark, or by a key that both have.

    What bears a mark is nobody else's; what is inactive is found by its mark alone.
    """
    graph = _Graph()
    by_key: dict[tuple[str, str], list[Ours]] = defaultdict(list)
    for one in documents.values():
        for key in one.face.keys:
            by_key[key].append(one)
    for ref, record in records.items():
        if record.marker is not None:
            if record.marker in documents:
                graph.add(record.marker, ref, _MARKED)
        elif record.active:
            alike = {one.record_id: one for key in record.face.keys for one in by_key[key]}
            for record_id, one in alike.items():
                if how := likeness(one.face, record.face):
                    graph.add(record_id, ref, how)
    marked = {r.marker for r in records.values() if r.marker}
    return _only_marked(graph, marked & documents.keys(), records)


def _only_marked(graph: _Graph, marked: set[str], records: Mapping[str, Theirs]) -> _Graph:
    """Whose mark is in the books is looked for nowhere else."""
    found = _Graph()
    for record_id, candidates in graph.records.items():
        for ref, how in candidates.items():
            if record_id not in marked or records[ref].marker == record_id:
                found.add(record_id, ref, how)
    return found


def _exact(graph: _Graph, among: Iterable[str]) -> dict[str, str]:
    """Pairs of which neither has a second exact counterpart."""
    exact = {record_id: graph.exact(record_id) for record_id in sorted(among)}
    claims = Counter(ref for refs in exact.values() for ref in refs)
    alone = {record_id: next(iter(refs)) for record_id, refs in exact.items() if len(refs) == 1}
    return {record_id: ref for record_id, ref in alone.items() if claims[ref] == 1}


def _suggested(
    waiting: Mapping[str, Sequence[Candidate]], held: Iterable[str], graph: _Graph
) -> dict[str, Candidate]:
    """The records of the books that are likely: one candidate on either side."""
    claims = Counter(one.id for candidates in waiting.values() for one in candidates)
    claims.update(ref for record_id in held for ref in graph.of(record_id))
    pairs = [(record_id, found[0]) for record_id, found in waiting.items() if len(found) == 1]
    return {
        one.id: Candidate(record_id, one.why) for record_id, one in pairs if claims[one.id] == 1
    }
