"""Dead letters decided by a person: replayed once the cause is mended, or discarded with a note."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import NoResultFound

from worker.errors import Misuse
from worker.store import connections, dead_letters, hints, submissions
from worker.store.dead_letters import Kept
from worker.store.session import Session
from worker.sync.services import Services

# What a broker wrote on the message's way to us: it is not part of the message.
_BROKERS_OWN = (
    "x-death",
    "x-delivery-count",
    "x-acquired-count",
    "x-first-death-",
    "x-last-death-",
)

# What the flow writes itself; every other category is intake's, and holds a message.
DEFECT, DOUBLED = "defect", "two_in_the_books"


@dataclass(frozen=True)
class Decision:
    """Who decided, and why."""

    who: str
    note: str | None = None


Republish = Callable[[Kept], None]
"""Puts a message into the queue of intake, as it came; returns once the broker has confirmed it."""


def find(services: Services, state: str | None, most: int) -> list[Kept]:
    """Letters in this state (None: all), the newest first."""
    with services.database.begin() as session:
        return dead_letters.find(session, state, most)


def get(services: Services, letter_id: int) -> Kept:
    """Raises: Misuse if there is no such letter."""
    with services.database.begin() as session:
        return _known(dead_letters.get(session, letter_id), letter_id)


def replay(services: Services, letter_id: int, decision: Decision, republish: Republish) -> None:
    """Let a message go its way once more, or make the record of a defect due again.

    Raises: Misuse if it was decided on already, is gone, or is neither.
    """
    with services.database.begin() as session:
        letter = _undecided(session, letter_id)
        _check_replayable(session, letter)
        # Written first: should it die again before our commit, intake waits and opens it again.
        dead_letters.decide(session, letter_id, "replayed", who=decision.who, note=decision.note)
        if letter.link_id is None:
            republish(letter)
        hinted = [] if letter.link_id is None else _retry(session, letter)
    services.hints.drive(hinted)


def _check_replayable(session: Session, letter: Kept) -> None:
    """Refuse letters that the flow wrote itself: what they hold is a note of ours, no message."""
    if letter.category == DOUBLED:
        raise Misuse(
            "not_replayable",
            f"{letter.reason}: look at both in the books and remove the one too many there, then "
            "discard this letter",
        )
    if letter.category == DEFECT and letter.link_id is None:
        raise Misuse("not_replayable", f"{_way_out(session, letter)}, then discard this letter")


def _way_out(session: Session, letter: Kept) -> str:
    """What to do about a write whose answer nobody could read."""
    number = _submission_of(letter)
    try:
        state = None if number is None else submissions.get(session, number).state
    except NoResultFound:
        state = None
    if state is None:
        return "this is a note of our own and no message: mend what it speaks of"
    if state == "open":
        text = f"submission {number} is not settled yet, and is looked up again by itself"
        return f"{text}: mend how its answer is read"
    return f"submission {number} was settled meanwhile: there is nothing to send again"


def _submission_of(letter: Kept) -> int | None:
    try:
        said = json.loads(letter.body)
    except ValueError:
        return None
    number = said.get("submission") if isinstance(said, dict) else None
    return number if isinstance(number, int) else None


def discard(services: Services, letter_id: int, decision: Decision) -> None:
    """Nothing more happens with it; it stays readable. Raises: Misuse."""
    with services.database.begin() as session:
        _undecided(session, letter_id)
        dead_letters.decide(session, letter_id, "discarded", who=decision.who, note=decision.note)


def original_headers(letter: Kept) -> dict[str, object]:
    """The headers that the publisher wrote, still in the form that the tables keep."""
    headers = letter.headers or {}
    return {name: value for name, value in headers.items() if not name.startswith(_BROKERS_OWN)}


def _undecided(session: Session, letter_id: int) -> Kept:
    letter = _known(dead_letters.lock(session, letter_id), letter_id)
    if letter.state != "open":
        text = f"dead letter {letter_id} was {letter.state} already, by {letter.decided_by}"
        raise Misuse("dead_letter_decided", text)
    return letter


def _known(letter: Kept | None, letter_id: int) -> Kept:
    if letter is None:
        text = f"there is no dead letter {letter_id}; `books dead-letters list` shows the open ones"
        raise Misuse("unknown_dead_letter", text)
    return letter


def _retry(session: Session, letter: Kept) -> list[int]:
    connection_id, link_id = letter.connection_id, letter.link_id
    assert connection_id is not None
    assert link_id is not None
    connections.lock(session, connection_id)
    if not dead_letters.retry_link(session, link_id):
        text = (
            "its record does not stand as failed any more: there is nothing to replay; discard it"
        )
        raise Misuse("nothing_to_replay", text)
    connections.wake(session, [connection_id])
    return hints.claim_hints(session, [connection_id])
