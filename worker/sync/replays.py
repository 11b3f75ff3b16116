"""Dead letters replayed: shown first, then published again or made due, safe to stop and repeat."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from events.delivery import restored
from events.message import Message
from events.publisher import Outcome as Published
from events.publisher import PublishFailed
from worker.errors import Misuse
from worker.store import connections, dead_letters, foresight, hints, letter_search
from worker.store.acts import Act
from worker.store.acts import note as note_acts
from worker.store.dead_letters import Kept, Verdict
from worker.store.letter_search import Candidate, Filter, Listed
from worker.store.session import Session, let_go_when_frozen
from worker.sync.judgement import REPLAYED, Judgement, Outcome, Seen, judge
from worker.sync.services import Services

_PAGE = 200
_PATIENCE = 120.0  # seconds; a replay that is frozen meanwhile lets go of its letters

Publish = Callable[[Sequence[Message]], Sequence[Published]]
"""Puts messages into the queue of intake, as they came; says of each what became of it."""


@dataclass(frozen=True)
class Decision:
    """Who decided, and why."""

    who: str
    note: str | None = None


@dataclass(frozen=True)
class Pace:
    """How many letters at most (None: all), and how many of them a second."""

    limit: int | None = None
    rate: float = 1000.0


LEFT = (Outcome.STILL_INVALID, Outcome.UNKNOWN_TYPE, Outcome.NOT_REPLAYABLE, Outcome.BUSY)


@dataclass(frozen=True)
class Line:
    """What would become of a letter, or what became of it."""

    id: int
    outcome: Outcome
    why: str
    category: str
    type: str | None
    tenant_id: str | None
    event_id: str | None

    @property
    def is_left(self) -> bool:
        """Whether the letter stays open, for a person."""
        return self.outcome in LEFT


def preview(services: Services, wanted: Filter, limit: int | None = None) -> Iterator[list[Line]]:
    """What `replay` would do, a page at a time; nothing is changed."""
    seen = Seen()
    for page in candidates(services, wanted, limit, _PAGE):
        with services.database.trial() as session:
            letters = dead_letters.load(session, [one.id for one in page])
            lines = [_line(*both) for both in _both(session, letters, seen)]
        yield lines


def replay(
    services: Services, wanted: Filter, decision: Decision, publish: Publish, pace: Pace
) -> Iterator[list[Line]]:
    """Replay what can be, a page and a transaction at a time; yields what is committed.

    Killed in the middle, the page at work is rolled back and its letters are still open: those of
    them that were published already are found superseded by the next replay, or die again and are
    the same letters. Raises PublishFailed, Misuse.
    """
    started, sent, seen = time.monotonic(), 0, Seen()
    most = max(1, min(_PAGE, int(pace.rate)))
    for page in candidates(services, wanted, pace.limit, most):
        records = [one for one in page if one.link_id is not None]
        messages = [one for one in page if one.link_id is None]
        lines = _make_due(services, records, decision, seen) if records else []
        work = _Messages(decision, publish, seen)
        if messages:
            with services.database.begin() as session:
                lines += work.replay(session, messages)
        yield sorted(lines, key=lambda line: line.id)
        work.check()
        sent += len(page)
        time.sleep(max(0.0, started + sent / pace.rate - time.monotonic()))


def candidates(
    services: Services, wanted: Filter, limit: int | None, most: int
) -> Iterator[list[Candidate]]:
    """Letters in the order of their ids, each once, however many come back meanwhile."""
    after, left = 0, limit
    while left is None or left > 0:
        with services.database.begin() as session:
            page = letter_search.page(session, wanted, after, min(most, left or most))
        if not page:
            return
        yield page
        after = page[-1].id
        left = None if left is None else left - len(page)


@dataclass
class _Messages:
    """One page of messages on their way back to intake."""

    decision: Decision
    publish: Publish
    seen: Seen
    failed: int = 0
    unroutable: int = 0

    def replay(self, session: Session, page: Sequence[Candidate]) -> list[Line]:
        """Claim, judge, publish, mark: whoever dies again before our commit waits for the letter
        and opens it again."""
        let_go_when_frozen(session, _PATIENCE)
        letters = dead_letters.claim(session, [one.id for one in page])
        judged = _both(session, letters, self.seen)
        moot = [both for both in judged if both[1].is_moot]
        going = [both for both in judged if _goes(both[1])]
        published = self.publish([_message(letter) for letter, _ in going])
        gone = [b for b, p in zip(going, published, strict=True) if p is Published.CONFIRMED]
        self.failed = sum(one is Published.FAILED for one in published)
        self.unroutable = sum(one is Published.UNROUTABLE for one in published)
        _decide(session, gone, "replayed", self.decision)
        _decide(session, moot, "superseded", self.decision)
        lost = {letter.id for letter, _ in going} - {letter.id for letter, _ in gone}
        return [*(_line(*b) for b in judged if b[0].id not in lost), *_busy(page, letters)]

    def check(self) -> None:
        """Raises what stopped the page, once what did go is written down."""
        if self.unroutable:
            text = "no queue takes what is replayed: start `books intake` once on this broker"
            raise Misuse("no_intake", text)
        if self.failed:
            raise PublishFailed(f"letters not confirmed, and still open: {self.failed}")


def _make_due(
    services: Services, page: Sequence[Candidate], decision: Decision, seen: Seen
) -> list[Line]:
    """The records of defects; connections are locked before letters, as by whoever keeps them."""
    concerned = sorted({one.connection_id for one in page if one.connection_id is not None})
    with services.database.begin() as session:
        foresight.lock_connections(session, concerned)
        letters = dead_letters.claim(session, [one.id for one in page])
        judged = _both(session, letters, seen)
        due = [both for both in judged if both[1].outcome is Outcome.DUE]
        foresight.make_due_again(session, [one.link_id for one, _ in due if one.link_id])
        _decide(session, due, "replayed", decision)
        _decide(session, [both for both in judged if both[1].is_moot], "superseded", decision)
        woken = sorted({one.connection_id for one, _ in due if one.connection_id})
        connections.wake(session, woken)
        hinted = hints.claim_hints(session, woken)
    services.hints.drive(hinted)
    return [*(_line(*both) for both in judged), *_busy(page, letters)]


def decided(letter: Listed) -> Line:
    """A letter that somebody decided on before: nothing happens with it."""
    why = f"it was {letter.state} by {letter.decided_by}"
    outcome = Outcome.NOT_REPLAYABLE if letter.state == "discarded" else Outcome.DECIDED
    address = (letter.category, letter.type, letter.tenant_id, letter.event_id)
    return Line(letter.id, outcome, why, *address)


def _both(session: Session, letters: Sequence[Kept], seen: Seen) -> list[tuple[Kept, Judgement]]:
    return list(zip(letters, judge(session, letters, seen), strict=True))


def _goes(judgement: Judgement) -> bool:
    """Whether it is published: what only a fellow makes superfluous goes too, since that one may
    die again."""
    return judgement.outcome in REPLAYED or judgement.fellow is not None


def _decide(
    session: Session, judged: Sequence[tuple[Kept, Judgement]], state: str, decision: Decision
) -> None:
    """The decision on the letters, and an act for each."""
    results = [{"outcome": one.outcome.value, "why": one.why} for _, one in judged]
    ids = [letter.id for letter, _ in judged]
    verdicts = [Verdict(id_, state, result) for id_, result in zip(ids, results, strict=True)]
    dead_letters.decide(session, verdicts, who=decision.who, note=decision.note)
    acts = [
        Act(
            decision.who,
            "replay",
            f"dead_letter:{letter.id}",
            note=decision.note,
            connection_id=letter.connection_id,
            tenant_id=letter.tenant_id,
            result=result,
        )
        for (letter, _), result in zip(judged, results, strict=True)
    ]
    note_acts(session, *acts)


def _busy(page: Sequence[Candidate], claimed: Sequence[Kept]) -> list[Line]:
    """Letters that another person decides on at this moment, or has since we looked."""
    found = {letter.id for letter in claimed}
    why = "somebody else decides on it at this moment, or just did"
    missed = (one.id for one in page if one.id not in found)
    return [Line(id_, Outcome.BUSY, why, "", None, None, None) for id_ in missed]


def _line(letter: Kept, judgement: Judgement) -> Line:
    return Line(
        id=letter.id,
        outcome=judgement.outcome,
        why=judgement.why,
        category=letter.category,
        type=letter.type,
        tenant_id=letter.tenant_id,
        event_id=letter.event_id,
    )


def _message(letter: Kept) -> Message:
    """As it came: the same bytes, headers and routing key, without what the broker added."""
    return Message(
        body=letter.body,
        routing_key=letter.routing_key or "",
        content_type=letter.content_type,
        headers=restored(letter.headers or {}),
        message_id=letter.event_id,
    )
