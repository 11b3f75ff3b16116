"""Runs (one pull or connection test) and feeds (what is pulled by the clock)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.ledger_tables import feeds, runs
from worker.store.session import Session

ASKED, SCHEDULED = 1, 5  # urgency: what a person or an event asked for goes first


@dataclass(frozen=True)
class Run:
    """A row of `runs`: `cursor` is where the feed stood when it began, `position` the next page."""

    id: int
    connection_id: int
    resource: str
    state: str  # queued, running, done, failed
    asked_by: str
    event_id: str | None
    traceparent: str | None
    cursor: str | None
    position: str | None
    counts: Mapping[str, int]
    error: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """Who wants a run: `by` is `cli`, `event`, `webhook`, `schedule`, `connect`; `slot` makes it
    unique."""

    by: str
    slot: str
    urgency: int = ASKED
    event_id: str | None = None
    traceparent: str | None = None


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
            urgency=asked.urgency,
            event_id=asked.event_id,
            traceparent=asked.traceparent,
        )
        .on_conflict_do_nothing()
        .returning(runs.c.id)
    )
    found: int | None = session.execute(query).scalar()
    return found


_JOIN = sa.text("""
    UPDATE runs SET urgency = least(urgency, :urgency), next_attempt_at = clock_timestamp()
    WHERE connection_id = :id AND resource = :resource AND state IN ('queued', 'running')
    RETURNING id
""")


def join(session: Session, connection_id: int, resource: str, urgency: int = ASKED) -> int | None:
    """The open run of a resource, now at least so urgent."""
    values = {"id": connection_id, "resource": resource, "urgency": urgency}
    found: int | None = session.execute(_JOIN, values).scalar()
    return found


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
    """The open runs that somebody waits for: not the clock's, nor a new connection's."""
    query = (
        runs.select()
        .where(
            runs.c.connection_id == connection_id,
            runs.c.state.in_(["queued", "running"]),
            runs.c.asked_by.not_in(["schedule", "connect"]),
        )
        .order_by(runs.c.id)
        .with_for_update()
    )
    return [_run(row) for row in session.execute(query)]


_LATEST = sa.text("""
    SELECT DISTINCT ON (resource) * FROM runs WHERE connection_id = :id ORDER BY resource, id DESC
""")


def latest(session: Session, connection_id: int) -> list[Run]:
    """The newest run of each resource."""
    return [_run(row) for row in session.execute(_LATEST, {"id": connection_id})]


def start(session: Session, run_id: int) -> Run:
    """A queued run begins: the feed's cursor is its own from now on."""
    cursor = (
        sa.select(feeds.c.cursor)
        .where(feeds.c.connection_id == runs.c.connection_id, feeds.c.resource == runs.c.resource)
        .scalar_subquery()
    )
    query = (
        runs.update()
        .where(runs.c.id == run_id)
        .values(state="running", started_at=sa.func.clock_timestamp(), cursor=cursor)
        .returning(*runs.c)
    )
    return _run(session.execute(query).one())


def advance(session: Session, run_id: int, position: str | None, counts: Mapping[str, int]) -> None:
    """A page is in: `position` leads to the next one."""
    session.execute(
        runs.update().where(runs.c.id == run_id).values(position=position, counts=dict(counts))
    )


def finish(
    session: Session, run_id: int, counts: Mapping[str, int], error: Mapping[str, Any] | None = None
) -> None:
    session.execute(
        runs.update()
        .where(runs.c.id == run_id)
        .values(
            state="failed" if error else "done",
            counts=dict(counts),
            error=error,
            finished_at=sa.func.clock_timestamp(),
        )
    )


def postpone(session: Session, run_id: int, delay: float) -> None:
    moment = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, delay)
    session.execute(runs.update().where(runs.c.id == run_id).values(next_attempt_at=moment))


def add_feed(
    session: Session, connection_id: int, resource: str, interval: int, first: float
) -> None:
    """A resource that the clock pulls every `interval` seconds (0: never), first after `first`
    seconds."""
    moment = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, first)
    query = insert(feeds).values(
        connection_id=connection_id,
        resource=resource,
        interval_seconds=interval,
        next_due=moment if interval else None,
    )
    session.execute(query.on_conflict_do_nothing())


def complete_feed(session: Session, connection_id: int, resource: str, cursor: str | None) -> None:
    """A pull is complete: the next one starts at `cursor`."""
    query = insert(feeds).values(
        connection_id=connection_id,
        resource=resource,
        interval_seconds=0,
        cursor=cursor,
        last_completed_at=sa.func.clock_timestamp(),
    )
    changes = {"cursor": query.excluded.cursor, "last_completed_at": sa.func.clock_timestamp()}
    session.execute(
        query.on_conflict_do_update(index_elements=["connection_id", "resource"], set_=changes)
    )


def completed(session: Session, connection_id: int) -> set[str]:
    """The resources that were pulled completely at least once."""
    query = sa.select(feeds.c.resource).where(
        feeds.c.connection_id == connection_id, feeds.c.last_completed_at.is_not(None)
    )
    return set(session.execute(query).scalars())


@dataclass(frozen=True)
class Slot:
    connection_id: int
    resource: str
    due: datetime


# An outage is caught up with one run: the next slot is the first one that is still ahead, on the
# feed's own grid, so that its jitter (chosen when the feed was added) stays.
_CLAIM = sa.text("""
    UPDATE feeds f SET next_due = f.next_due + make_interval(secs => f.interval_seconds
        * greatest(1, ceil(extract(epoch FROM clock_timestamp() - f.next_due)
                           / f.interval_seconds)))
    FROM (SELECT d.connection_id, d.resource, d.next_due
          FROM feeds d JOIN connections c ON c.id = d.connection_id
          WHERE d.resource = ANY(:resources) AND d.next_due <= clock_timestamp()
            AND d.interval_seconds > 0
          ORDER BY d.next_due LIMIT 500 FOR UPDATE SKIP LOCKED) due
    WHERE f.connection_id = due.connection_id AND f.resource = due.resource
    RETURNING f.connection_id, f.resource, due.next_due AS due
""")


def claim_feeds(session: Session, resources: Sequence[str]) -> list[Slot]:
    """Feeds whose time has come; each slot is claimed once, by however many schedulers."""
    rows = session.execute(_CLAIM, {"resources": list(resources)})
    return [Slot(row.connection_id, row.resource, row.due) for row in rows]


def _run(row: sa.Row[Any]) -> Run:
    return Run(**{name: getattr(row, name) for name in Run.__dataclass_fields__})
