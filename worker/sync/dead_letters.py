"""Dead letters as people see them: listed, shown whole, exported; and discarded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.errors import Misuse
from worker.store import acts, dead_letters, letter_search
from worker.store.acts import Act, Noted
from worker.store.dead_letters import Kept, Verdict
from worker.store.letter_search import Filter, Listed
from worker.store.session import Session
from worker.sync.judgement import DEFECT
from worker.sync.replays import Decision, candidates
from worker.sync.services import Services

_PAGE = 500


@dataclass(frozen=True)
class Made:
    """What a decision makes of a letter, and what it is called as an act."""

    state: str
    verb: str


DISCARDED, REPLAYED = Made("discarded", "discard"), Made("replayed", "replay")


@dataclass(frozen=True)
class Whole:
    """A letter with all that was done about it, and the id of the event that corrects it."""

    letter: Kept
    acts: tuple[Noted, ...]
    corrected_by: str | None


@dataclass(frozen=True)
class Found:
    """Letters without their bodies, the newest first, out of `total` that fit the filter."""

    letters: Sequence[Listed]
    total: int


def find(services: Services, wanted: Filter, most: int | None) -> Found:
    """Letters that fit the filter, `most` at most."""
    with services.database.begin() as session:
        letters = letter_search.listed(session, wanted, most)
        full = most is not None and len(letters) == most
        return Found(letters, letter_search.count(session, wanted) if full else len(letters))


def get(services: Services, letter_id: int) -> Whole:
    """Raises: Misuse if there is no such letter."""
    found = next(whole(services, Filter(state=None, ids=(letter_id,))), None)
    if found is None:
        raise _unknown([letter_id])
    return found


def whole(services: Services, wanted: Filter, limit: int | None = None) -> Iterator[Whole]:
    """Letters with bodies and acts, the oldest first, read a page at a time."""
    after, left = 0, limit
    while left is None or left > 0:
        with services.database.begin() as session:
            page = letter_search.page(session, wanted, after, min(_PAGE, left or _PAGE))
            ids = [one.id for one in page]
            letters = dead_letters.load(session, ids)
            done = acts.of_each(session, [f"dead_letter:{id_}" for id_ in ids])
            corrected = letter_search.corrections(session, ids)
        for letter in letters:
            deeds = tuple(done.get(f"dead_letter:{letter.id}", ()))
            yield Whole(letter, deeds, corrected.get(letter.id))
        if not page:
            return
        after = page[-1].id
        left = None if left is None else left - len(page)


def check_known(services: Services, ids: Sequence[int]) -> list[Listed]:
    """The named letters that were decided already. Raises: Misuse if one of `ids` is none."""
    if not ids:
        return []
    found = find(services, Filter(state=None, ids=tuple(ids)), None).letters
    if missing := sorted(set(ids) - {one.id for one in found}):
        raise _unknown(missing)
    return [one for one in found if one.state != "open"]


def discard(
    services: Services, wanted: Filter, decision: Decision, limit: int | None = None
) -> Iterator[list[int]]:
    """Nothing more happens with them; they stay readable. Yields what is committed."""
    for page in candidates(services, wanted, limit, _PAGE):
        with services.database.begin() as session:
            letters = dead_letters.claim(session, [one.id for one in page])
            _decide(session, letters, decision, DISCARDED)
        yield [one.id for one in letters]


def would_discard(services: Services, wanted: Filter, limit: int | None = None) -> list[int]:
    """The letters that `discard` would take: the oldest first, as it does."""
    pages = candidates(services, wanted, limit, _PAGE)
    return [one.id for page in pages for one in page]


def decide_about(session: Session, links: Sequence[int], decision: Decision, made: Made) -> None:
    """What a person decided about these links is decided about the defects that they had. The
    connection is locked."""
    if links:
        letters = dead_letters.claim_about(session, links, DEFECT)
        _decide(session, letters, decision, made)


def _decide(session: Session, letters: Sequence[Kept], decision: Decision, made: Made) -> None:
    verdicts = [Verdict(one.id, made.state) for one in letters]
    dead_letters.decide(session, verdicts, who=decision.who, note=decision.note)
    acts.note(session, *(_act(one, decision, made.verb) for one in letters))


def _act(letter: Kept, decision: Decision, verb: str) -> Act:
    return Act(
        decision.who,
        verb,
        f"dead_letter:{letter.id}",
        note=decision.note,
        connection_id=letter.connection_id,
        tenant_id=letter.tenant_id,
    )


def _unknown(ids: Sequence[int]) -> Misuse:
    named = ", ".join(map(str, ids))
    text = f"there is no dead letter {named}; `books dead-letters list` shows the open ones"
    return Misuse("unknown_dead_letter", text)
