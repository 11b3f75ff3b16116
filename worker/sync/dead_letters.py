"""Dead letters decided by a person: replayed once the cause is mended, or discarded with a note."""

from collections.abc import Callable
from dataclasses import dataclass

from worker.errors import Misuse
from worker.store import connections, dead_letters
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

    Raises: Misuse if it was decided on already, or is gone.
    """
    with services.database.begin() as session:
        letter = _undecided(session, letter_id)
        # Written first: should it die again before our commit, intake waits and opens it again.
        dead_letters.decide(session, letter_id, "replayed", who=decision.who, note=decision.note)
        if letter.link_id is None:
            republish(letter)
        hinted = [] if letter.link_id is None else _retry(session, letter)
    services.hints.drive(hinted)


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
    return connections.claim_hints(session, [connection_id])
