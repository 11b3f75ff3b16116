"""What a dead letter would do if it were replayed: decided by the functions that intake uses, over
what the tables hold, without trying."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from events.delivery import restored
from schemas.envelope import Category, Event, InvalidEvent, parse
from worker.store import foresight, letter_search
from worker.store.dead_letters import Kept
from worker.store.foresight import Head, Key
from worker.store.inbox import Snapshot
from worker.store.session import Session
from worker.sync.snapshots import opening_of, snapshot_of

# What the flow writes itself; every other category is intake's, and holds a message.
DEFECT, DOUBLED = "defect", "two_in_the_books"
_AGAIN = {
    "killed_process": "; it ended intake before, which only intake itself can try again",
    "refused_by_database": "; the database refused it before, which only intake can try again",
}


class Outcome(StrEnum):
    """What comes of a replay; the words are those that people see."""

    CREATE = "create"
    UPDATE = "update"
    REQUEST = "request"  # a pull or a test is asked for once more
    DUE = "due again"  # the record of a defect
    SUPERSEDED = "nothing, because superseded"
    STILL_INVALID = "still invalid"
    UNKNOWN_TYPE = "unknown type still"
    NOT_REPLAYABLE = "not replayable"
    DECIDED = "decided already"
    BUSY = "somebody else is at it"


REPLAYED = (Outcome.CREATE, Outcome.UPDATE, Outcome.REQUEST, Outcome.DUE)


@dataclass(frozen=True)
class Judgement:
    """What would come of it, and why; `fellow` is another letter of the same replay that makes it
    superfluous, which only counts once intake has taken that one."""

    outcome: Outcome
    why: str
    fellow: int | None = None

    @property
    def is_moot(self) -> bool:
        """Whether the tables say that nothing is left to be done."""
        return self.outcome is Outcome.SUPERSEDED and self.fellow is None


@dataclass(frozen=True)
class Fellow:
    """The newest state of a record among the letters that are replayed together."""

    snapshot: Snapshot
    letter_id: int


@dataclass
class Seen:
    """What the letters of this replay would bring, by the letter that was first."""

    events: dict[tuple[str, str], int] = field(default_factory=dict)
    newest: dict[Key, Fellow] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    accepted: set[tuple[str, str]]
    corrections: dict[int, str]
    heads: dict[Key, Head]
    links: dict[int, str]
    submissions: dict[int, str]


def judge(session: Session, letters: Sequence[Kept], seen: Seen) -> list[Judgement]:
    """One judgement for each letter, in order; `seen` goes on from page to page."""
    read = {one.id: _read(one) for one in letters if is_message(one)}
    events = [event for event in read.values() if isinstance(event, Event)]
    names = [(one.source, one.id) for one in events]
    names += [(one.source, one.event_id) for one in letters if one.source and one.event_id]
    known = _Known(
        accepted=foresight.accepted(session, names),
        corrections=letter_search.corrections(session, [one.id for one in letters]),
        heads=foresight.heads(session, [snapshot_of(one).key for one in events if one.kind]),
        links=foresight.link_states(session, [one.link_id for one in letters if one.link_id]),
        submissions=foresight.submission_states(session, [*filter(None, map(_number, letters))]),
    )
    return [_judged(one, read.get(one.id), known, seen) for one in letters]


def is_message(letter: Kept) -> bool:
    """Whether it holds a message of the CMMS, and not a note of our own."""
    return letter.category not in (DEFECT, DOUBLED) and letter.link_id is None


def _read(letter: Kept) -> Event | InvalidEvent:
    try:
        headers = restored(letter.headers or {})
        return parse(letter.body, letter.content_type, headers, letter.routing_key)
    except InvalidEvent as invalid:
        return invalid


def _judged(
    letter: Kept, read: Event | InvalidEvent | None, known: _Known, seen: Seen
) -> Judgement:
    match read:
        case None:
            return _of_note(letter, known)
        case InvalidEvent():
            return _of_invalid(letter, read, known)
        case Event():
            found = _of_event(read, known, seen)
            _note(letter, read, seen)
            doubt = _AGAIN.get(letter.category, "") if found.outcome in REPLAYED else ""
            return Judgement(found.outcome, found.why + doubt, found.fellow)


def _of_invalid(letter: Kept, read: InvalidEvent, known: _Known) -> Judgement:
    if (letter.source, letter.event_id) in known.accepted:
        why = f"another event with the id {letter.event_id} was accepted meanwhile"
        return Judgement(Outcome.SUPERSEDED, why)
    unknown = read.category in (Category.UNKNOWN_TYPE, Category.UNKNOWN_VERSION)
    outcome = Outcome.UNKNOWN_TYPE if unknown else Outcome.STILL_INVALID
    corrected = known.corrections.get(letter.id)
    way_out = f"; event {corrected} corrects it: discard this letter" if corrected else ""
    return Judgement(outcome, read.reason + way_out)


def _of_event(event: Event, known: _Known, seen: Seen) -> Judgement:
    name = (event.source, event.id)
    if name in known.accepted:
        return Judgement(Outcome.SUPERSEDED, f"event {event.id} was accepted meanwhile")
    if (fellow := seen.events.get(name)) is not None:
        why = f"letter {fellow}, replayed with it, has the same event id"
        return Judgement(Outcome.SUPERSEDED, why, fellow)
    if event.kind is None:
        return Judgement(Outcome.REQUEST, f"{event.type} of {event.tenant} is asked once more")
    return _of_record(event, snapshot_of(event), known, seen)


def _of_record(event: Event, snapshot: Snapshot, known: _Known, seen: Seen) -> Judgement:
    name = f"{event.kind} {event.record_id}"
    said = f"{name}, {_version(event.version)}"
    head, fellow = known.heads.get(snapshot.key), seen.newest.get(snapshot.key)
    if head is not None and not snapshot.is_newer_than(head.newest):
        if _opens_earlier(event, head):
            return Judgement(Outcome.UPDATE, f"{name} has an earlier count of its stock")
        why = f"{said}: {_version(head.newest.version)} is known and not older"
        return Judgement(Outcome.SUPERSEDED, why)
    if fellow is not None and not snapshot.is_newer_than(fellow.snapshot):
        why = f"{said}: letter {fellow.letter_id}, replayed with it, is newer"
        return Judgement(Outcome.SUPERSEDED, why, fellow.letter_id)
    outcome = Outcome.CREATE if head is None and fellow is None else Outcome.UPDATE
    return Judgement(outcome, f"{said}, is removed" if snapshot.removed else said)


def _opens_earlier(event: Event, head: Head) -> bool:
    count = opening_of(event)
    return count is not None and (head.opening is None or head.opening > count.as_of)


def _version(number: int | None) -> str:
    return "without a version" if number is None else f"version {number}"


def _note(letter: Kept, event: Event, seen: Seen) -> None:
    seen.events.setdefault((event.source, event.id), letter.id)
    if event.kind is None:
        return
    snapshot = snapshot_of(event)
    before = seen.newest.get(snapshot.key)
    if before is None or snapshot.is_newer_than(before.snapshot):
        seen.newest[snapshot.key] = Fellow(snapshot, letter.id)


def _of_note(letter: Kept, known: _Known) -> Judgement:
    if letter.category == DOUBLED:
        why = f"{letter.reason}: look at both in the books and remove the one too many there"
        return Judgement(Outcome.NOT_REPLAYABLE, f"{why}, then discard this letter")
    if letter.link_id is None:
        return Judgement(Outcome.NOT_REPLAYABLE, f"{_way_out(letter, known)}, then discard it")
    state = known.links.get(letter.link_id)
    if state == "failed":
        return Judgement(Outcome.DUE, "its record is tried again")
    stands = "is not there any more" if state is None else f"went on meanwhile: it is {state}"
    return Judgement(Outcome.SUPERSEDED, f"its record {stands}")


def _way_out(letter: Kept, known: _Known) -> str:
    """What to do about a write whose answer nobody could read."""
    number = _number(letter)
    match known.submissions.get(number) if number is not None else None:
        case None:
            return "this is a note of our own and no message: mend what it speaks of"
        case "open":
            text = f"submission {number} is not settled yet, and is looked up again by itself"
            return f"{text}: mend how its answer is read"
        case _:
            return f"submission {number} was settled meanwhile: there is nothing to send again"


def _number(letter: Kept) -> int | None:
    """The submission that a note of ours is about."""
    if letter.category != DEFECT:
        return None
    try:
        said = json.loads(letter.body)
    except ValueError:
        return None
    number = said.get("submission") if isinstance(said, dict) else None
    return number if type(number) is int else None
