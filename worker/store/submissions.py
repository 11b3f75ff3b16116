"""Submissions: write requests recorded before they are sent, and settled exactly once (design
5)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.session import Session
from worker.store.tables import submission_items, submissions
from worker.terms import Operation, Part, Request, Submission


@dataclass(frozen=True)
class Wanted:
    """Which snapshot of a document is sent, since when it was wanted, and the event that brought
    it."""

    revision: int
    content: str | None  # hash of the snapshot
    since: datetime
    version: int | None
    event_id: str | None
    traceparent: str | None


@dataclass(frozen=True)
class Item:
    """One link in a submission: what was sent of it, and which revision that was."""

    id: int
    wanted: Wanted
    outcome: str | None
    detail: Mapping[str, Any] | None
    part: Part
    digest: str | None  # of the books' answer to our last write of this link
    attempts: int  # of the link, so far
    submission_id: int
    correlation_id: str | None  # of the submission's last answer


@dataclass(frozen=True)
class Recorded:
    """A submission as it stands in the tables."""

    id: int
    connection_id: int
    driver: UUID  # who sent it last
    endpoint: str
    state: str
    sends: int
    lookups: int
    recorded_at: datetime
    send_by: datetime
    settle_at: datetime
    status: int | None  # of the last answer
    content: Submission
    items: tuple[Item, ...]

    @property
    def unknown(self) -> tuple[Item, ...]:
        """The items whose outcome nobody knows yet."""
        return tuple(item for item in self.items if item.outcome is None)


@dataclass(frozen=True)
class Sending:
    """When a submission may be sent and when another driver may touch it, in seconds from now."""

    send_by: float
    settle_after: float


_RECORD = sa.text("""
    INSERT INTO submissions (connection_id, key, driver, method, path, body, endpoint, state, sends,
                             recorded_at, send_by, settle_at)
    VALUES (:connection_id, :key, :driver, :method, :path, :body, :endpoint, 'open', 1,
            clock_timestamp(), clock_timestamp() + make_interval(secs => :send_by),
            clock_timestamp() + make_interval(secs => :settle_after))
    RETURNING id
""")


@dataclass(frozen=True)
class Draft:
    """A request about to be recorded: whose it is, its key, and what is wanted of each link."""

    connection_id: int
    driver: UUID
    key: UUID
    request: Request
    wanted: Mapping[int, Wanted]


def record(session: Session, draft: Draft, timing: Sending) -> int:
    """Write a request down before its first byte is sent; returns the submission's id."""
    request = draft.request
    values = {
        "connection_id": draft.connection_id,
        "key": draft.key,
        "driver": draft.driver,
        "method": request.method,
        "path": request.path,
        "body": request.body,
        "endpoint": request.endpoint,
        "send_by": timing.send_by,
        "settle_after": timing.settle_after,
    }
    submission_id = int(session.execute(_RECORD, values).scalar_one())
    rows = [_item_row(submission_id, part, draft.wanted[part.link_id]) for part in request.parts]
    session.execute(submission_items.insert(), rows)
    return submission_id


def _item_row(submission_id: int, part: Part, wanted: Wanted) -> dict[str, object]:
    return {
        "submission_id": submission_id,
        "link_id": part.link_id,
        "item_key": part.key,
        "kind": part.kind.value,
        "operation": part.operation.value,
        "revision": wanted.revision,
        "content": wanted.content,
        "version": wanted.version,
        "event_id": wanted.event_id,
        "traceparent": wanted.traceparent,
        "wanted_since": wanted.since,
        "body": dict(part.body),
        "ref": part.ref,
        "sync_token": part.sync_token,
        "expected_total": part.expected_total,
    }


_ITEMS = sa.text("""
    SELECT i.*, l.record_id, l.digest, l.attempts, s.correlation_id FROM submission_items i
    JOIN links l ON l.id = i.link_id JOIN submissions s ON s.id = i.submission_id
    WHERE i.submission_id = :id ORDER BY i.link_id
""")


def lock(session: Session, submission_id: int) -> Recorded:
    """The submission under its row lock: answers are applied only while it is open."""
    query = submissions.select().where(submissions.c.id == submission_id).with_for_update()
    return _load(session, session.execute(query).one())


def get(session: Session, submission_id: int) -> Recorded:
    query = submissions.select().where(submissions.c.id == submission_id)
    return _load(session, session.execute(query).one())


def _load(session: Session, row: sa.Row[Any]) -> Recorded:
    items = tuple(_item(item) for item in session.execute(_ITEMS, {"id": row.id}))
    content = Submission(
        key=str(row.key),
        method=row.method,
        path=row.path,
        body=row.body,
        parts=tuple(item.part for item in items),
    )
    return Recorded(
        id=row.id,
        connection_id=row.connection_id,
        driver=row.driver,
        endpoint=row.endpoint,
        state=row.state,
        sends=row.sends,
        lookups=row.lookups,
        recorded_at=row.recorded_at,
        send_by=row.send_by,
        settle_at=row.settle_at,
        status=row.status,
        content=content,
        items=items,
    )


def _item(row: sa.Row[Any]) -> Item:
    part = Part(
        link_id=row.link_id,
        kind=Kind(row.kind),
        record_id=row.record_id,
        operation=Operation(row.operation),
        key=row.item_key,
        body=row.body,
        ref=row.ref,
        sync_token=row.sync_token,
        expected_total=row.expected_total
        if row.expected_total is None
        else Decimal(row.expected_total),
    )
    wanted = Wanted(
        row.revision, row.content, row.wanted_since, row.version, row.event_id, row.traceparent
    )
    return Item(
        row.id,
        wanted,
        row.outcome,
        row.detail,
        part,
        row.digest,
        row.attempts,
        row.submission_id,
        row.correlation_id,
    )


_DUE = sa.text("""
    SELECT id FROM submissions WHERE connection_id = :id AND state = 'open'
      AND settle_at <= clock_timestamp() ORDER BY settle_at, id LIMIT :most
""")


def due(session: Session, connection_id: int, most: int) -> list[int]:
    """Open submissions that may be settled now: nobody can be sending them any more."""
    return list(session.execute(_DUE, {"id": connection_id, "most": most}).scalars())


_RENEW = sa.text("""
    UPDATE submissions SET sends = sends + 1, lookups = 0, driver = :driver,
        send_by = clock_timestamp() + make_interval(secs => :send_by),
        settle_at = clock_timestamp() + make_interval(secs => :settle_after)
    WHERE id = :id AND state = 'open' AND settle_at <= clock_timestamp() RETURNING id
""")


def renew(session: Session, submission_id: int, driver: UUID, timing: Sending) -> bool:
    """Take an unknown submission over, to send the identical request again; False if it is not
    due."""
    values = {
        "id": submission_id,
        "driver": driver,
        "send_by": timing.send_by,
        "settle_after": timing.settle_after,
    }
    return session.execute(_RENEW, values).first() is not None


_POSTPONE = sa.text("""
    UPDATE submissions SET settle_at = clock_timestamp() + make_interval(secs => :delay),
        lookups = lookups + :lookups
    WHERE id = :id AND state = 'open'
""")


def postpone(session: Session, submission_id: int, delay: float, *, lookups: int = 0) -> None:
    """Still unknown: settle it after `delay` seconds; `lookups` found nothing this time."""
    session.execute(_POSTPONE, {"id": submission_id, "delay": max(delay, 0.0), "lookups": lookups})


_CLOSE_ITEM = sa.text("""
    UPDATE submission_items SET outcome = :outcome, detail = CAST(:detail AS jsonb) WHERE id = :id
""")


def close_items(
    session: Session, outcomes: Sequence[tuple[int, str, Mapping[str, object]]]
) -> None:
    """Write down what became of items: (item id, outcome, detail)."""
    rows = [
        {"id": item_id, "outcome": outcome, "detail": json.dumps(detail)}
        for item_id, outcome, detail in outcomes
    ]
    if rows:
        session.execute(_CLOSE_ITEM, rows)


def note_refusal(session: Session, item_id: int, detail: Mapping[str, object]) -> None:
    """Keep what a replay was refused with while its outcome stays unknown."""
    session.execute(
        submission_items.update().where(submission_items.c.id == item_id).values(detail=detail)
    )


_CLOSE = sa.text("""
    UPDATE submissions SET state = 'closed', closed_at = clock_timestamp()
    WHERE id = :id AND state = 'open'
      AND NOT EXISTS (SELECT FROM submission_items WHERE submission_id = :id AND outcome IS NULL)
""")


def close_if_known(session: Session, submission_id: int) -> None:
    """Close a submission once every item's outcome is known."""
    session.execute(_CLOSE, {"id": submission_id})


def keep_answer(
    session: Session, submission_id: int, status: int, excerpt: str, correlation_id: str | None
) -> None:
    """What the ledger said last, for engineers; the excerpt is redacted already."""
    values = {"status": status, "answer": excerpt, "correlation_id": correlation_id}
    session.execute(submissions.update().where(submissions.c.id == submission_id).values(**values))
