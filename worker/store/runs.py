"""Runs: one pull or connection test each, and who asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.ledger_tables import feeds, runs
from worker.store.session import Session
from worker.store.tables import submissions

ASKED, SCHEDULED = 1, 5  # urgency: what a person or an event asked for goes first
EXPIRE_CHUNK = 1000


class Mode(StrEnum):
    """What a run reads, and whether anything comes of it."""

    CHANGES = "changes"  # what changed since the feed's cursor
    FULL = "full"  # everything again; what is not seen is gone
    DRY = "dry"  # everything, to say what would be done: nothing is written or told


@dataclass(frozen=True)
class Run:
    """A row of `runs`: `cursor` is where the feed stood when it began, `position` the next page.

    `joined` are the events that asked for the same while it was open: `event_id`, `traceparent`.
    `report` is what a dry run has to say, in the words of who wrote it.
    """

    id: int
    connection_id: int
    resource: str
    state: str  # queued, running, done, failed
    asked_by: str
    urgency: int
    mode: str
    event_id: str | None
    traceparent: str | None
    cursor: str | None
    position: str | None
    counts: Mapping[str, int]
    report: Mapping[str, Any] | None
    joined: Sequence[Mapping[str, str | None]]
    error: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    unknown_since: datetime | None


@dataclass(frozen=True)
class Asked:
    """Who wants a run: `by` is `cli`, `event`, `webhook`, `schedule`, `connect`; `slot` makes it
    unique."""

    by: str
    slot: str
    urgency: int = ASKED
    event_id: str | None = None
    traceparent: str | None = None
    mode: Mode = Mode.CHANGES


def queue(session: Session, connection_id: int, resource: str, asked: Asked) -> int | None:
    """Queue a run; None if one is open already (the second request joins it) or its slot has
    run."""
    query = (
        insert(runs)
        .values(
            connection_id=connection_id,
            resource=resource,
            slot=asked.slot,
            state="queued",
            asked_by=asked.by,
            mode=asked.mode.value,
            urgency=asked.urgency,
            event_id=asked.event_id,
            traceparent=asked.traceparent,
        )
        .on_conflict_do_nothing()
        .returning(runs.c.id)
    )
    found: int | None = session.execute(query).scalar()
    return found


# A queued run can still become a full one; a running one has read its first pages already.
_JOIN = sa.text("""
    UPDATE runs SET urgency = least(urgency, :urgency), next_attempt_at = clock_timestamp(),
        mode = CASE WHEN :mode = 'full' AND state = 'queued' THEN 'full' ELSE mode END,
        joined = CASE WHEN CAST(:event_id AS text) IS NULL THEN joined
                 ELSE joined || jsonb_build_object('event_id', CAST(:event_id AS text),
                                                   'traceparent', CAST(:traceparent AS text)) END
    WHERE connection_id = :id AND resource = :resource AND state IN ('queued', 'running')
      AND (mode = 'dry') = (:mode = 'dry')
    RETURNING *
""")


def join(session: Session, connection_id: int, resource: str, asked: Asked) -> Run | None:
    """The open run of a resource, now at least so urgent; it answers the event, too, if that is who
    asks."""
    values = {
        "id": connection_id,
        "resource": resource,
        "urgency": asked.urgency,
        "mode": asked.mode.value,
        "event_id": asked.event_id,
        "traceparent": asked.traceparent,
    }
    row = session.execute(_JOIN, values).first()
    return None if row is None else _run(row)


def open_run(session: Session, connection_id: int, resource: str) -> Run | None:
    """The run of a resource that is queued or running; a dry one is none."""
    query = runs.select().where(
        runs.c.connection_id == connection_id,
        runs.c.resource == resource,
        runs.c.state.in_(["queued", "running"]),
        runs.c.mode != Mode.DRY.value,
    )
    row = session.execute(query).first()
    return None if row is None else _run(row)


_NEXT = sa.text("""
    SELECT * FROM runs WHERE connection_id = :id AND state IN ('queued', 'running')
      AND next_attempt_at <= clock_timestamp()
    ORDER BY urgency, array_position(CAST(:order AS text[]), resource), created_at, id LIMIT 1
""")


def most_urgent(session: Session, connection_id: int, order: Sequence[str]) -> Run | None:
    """The run to work on now; `order` ranks resources of the same urgency."""
    row = session.execute(_NEXT, {"id": connection_id, "order": list(order)}).first()
    return None if row is None else _run(row)


def get(session: Session, run_id: int) -> Run:
    return _run(session.execute(runs.select().where(runs.c.id == run_id)).one())


def asked_for(session: Session, connection_id: int) -> list[Run]:
    """The open runs that somebody waits for: not the clock's, nor a new connection's, unless
    others joined them."""
    nobody = sa.and_(
        runs.c.asked_by.in_(["schedule", "connect", "webhook"]),
        runs.c.joined == sa.text("'[]'::jsonb"),
    )
    query = (
        runs.select()
        .where(
            runs.c.connection_id == connection_id,
            runs.c.state.in_(["queued", "running"]),
            sa.not_(nobody),
        )
        .order_by(runs.c.id)
        .with_for_update()
    )
    return [_run(row) for row in session.execute(query)]


def forget_joined(session: Session, run_id: int) -> None:
    """Those who joined were answered; the run goes on for whoever began it."""
    session.execute(runs.update().where(runs.c.id == run_id).values(joined=[]))


_LATEST = sa.text("""
    SELECT DISTINCT ON (resource) * FROM runs WHERE connection_id = :id AND mode <> 'dry'
    ORDER BY resource, id DESC
""")


def latest(session: Session, connection_id: int) -> list[Run]:
    """The newest run of each resource; dry ones are none."""
    return [_run(row) for row in session.execute(_LATEST, {"id": connection_id})]


def start(session: Session, run_id: int) -> Run:
    """A queued run begins: the feed's cursor is its own from now on."""
    cursor = (
        sa.select(feeds.c.cursor)
        .where(feeds.c.connection_id == runs.c.connection_id, feeds.c.resource == runs.c.resource)
        .scalar_subquery()
    )
    # What is settled while the run reads may have been unknown to its first pages; what is recorded
    # meanwhile is later than the run's own beginning.
    unknown_since = (
        sa.select(sa.func.min(submissions.c.recorded_at))
        .where(submissions.c.connection_id == runs.c.connection_id, submissions.c.state == "open")
        .scalar_subquery()
    )
    begun = {"state": "running", "started_at": sa.func.clock_timestamp()}
    query = (
        runs.update()
        .where(runs.c.id == run_id)
        .values(**begun, cursor=cursor, unknown_since=unknown_since)
        .returning(*runs.c)
    )
    return _run(session.execute(query).one())


def read_whole(session: Session, run_id: int) -> Run:
    """A run of changes that reads everything instead."""
    query = runs.update().where(runs.c.id == run_id).values(mode=Mode.FULL.value)
    return _run(session.execute(query.returning(*runs.c)).one())


def advance(session: Session, run_id: int, position: str | None, counts: Mapping[str, int]) -> None:
    """A page is in: `position` leads to the next one."""
    session.execute(
        runs.update().where(runs.c.id == run_id).values(position=position, counts=dict(counts))
    )


def note_report(session: Session, run_id: int, report: Mapping[str, Any]) -> None:
    """What a dry run has found so far, or in the end."""
    session.execute(runs.update().where(runs.c.id == run_id).values(report=dict(report)))


def finish(
    session: Session, run_id: int, counts: Mapping[str, int], error: Mapping[str, Any] | None = None
) -> None:
    """A run is over; another one is queued where something changed while it read."""
    query = (
        runs.update()
        .where(runs.c.id == run_id)
        .values(
            state="failed" if error else "done",
            counts=dict(counts),
            error=error,
            finished_at=sa.func.clock_timestamp(),
        )
        .returning(runs.c.connection_id, runs.c.resource, runs.c.again_at)
    )
    over = session.execute(query).one()
    if over.again_at is not None:
        asked = Asked("webhook", f"again:{run_id}", SCHEDULED)
        following = queue(session, over.connection_id, over.resource, asked)
        session.execute(
            runs.update().where(runs.c.id == following).values(next_attempt_at=over.again_at)
        )


_AGAIN = sa.text("""
    UPDATE runs SET again_at = CASE WHEN state = 'running'
        THEN coalesce(again_at, clock_timestamp() + make_interval(secs => :delay)) END
    WHERE connection_id = :id AND resource = :resource AND state IN ('queued', 'running')
      AND mode <> 'dry' RETURNING id
""")


def report_change(
    session: Session, connection_id: int, resource: str, slot: str, delay: float
) -> bool:
    """The books say that something changed: read it after `delay` seconds, with whatever changes
    until then; whether a run was queued.

    One that waits will read it. One that reads may have read past it, so another one follows it.
    """
    values = {"id": connection_id, "resource": resource, "delay": delay}
    if session.execute(_AGAIN, values).first() is not None:
        return False
    queued = queue(session, connection_id, resource, Asked("webhook", slot, SCHEDULED))
    if queued is not None:
        postpone(session, queued, delay)
    return queued is not None


def postpone(session: Session, run_id: int, delay: float) -> None:
    moment = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, delay)
    session.execute(runs.update().where(runs.c.id == run_id).values(next_attempt_at=moment))


# The newest of each resource stays: it is what people are shown.
_EXPIRE = sa.text(f"""
    DELETE FROM runs WHERE id IN (
        SELECT r.id FROM runs r
        WHERE r.finished_at < now() - make_interval(days => :days)
          AND EXISTS (SELECT FROM runs n WHERE n.connection_id = r.connection_id
                      AND n.resource = r.resource AND n.id > r.id AND n.mode <> 'dry')
        ORDER BY r.finished_at LIMIT {EXPIRE_CHUNK} FOR UPDATE OF r SKIP LOCKED)
""")


def expire(session: Session, days: int) -> int:
    """Drop runs that were over so long ago, at most a chunk; returns how many."""
    return session.execute(_EXPIRE, {"days": days}).rowcount


def _run(row: sa.Row[Any]) -> Run:
    return Run(**{name: getattr(row, name) for name in Run.__dataclass_fields__})
