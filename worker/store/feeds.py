"""Feeds: what the clock pulls, how often, and from where the next pull goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.ledger_tables import feeds
from worker.store.session import Session


def add(session: Session, connection_id: int, resource: str, interval: int, first: float) -> None:
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


def set_interval(
    session: Session, connection_id: int, resource: str, interval: int, first: float
) -> None:
    """Another interval for a feed, on a new grid that begins in `first` seconds; 0: off."""
    moment = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, first)
    times = {"interval_seconds": interval, "next_due": moment if interval else None}
    query = insert(feeds).values(connection_id=connection_id, resource=resource, **times)
    keys = ["connection_id", "resource"]
    session.execute(query.on_conflict_do_update(index_elements=keys, set_=times))


@dataclass(frozen=True)
class Feed:
    """How a resource is pulled by the clock: every `interval` seconds (0: never)."""

    resource: str
    interval: int
    next_due: datetime | None
    completed_at: datetime | None


def find(session: Session, connection_id: int) -> dict[str, Feed]:
    """A connection's feeds by resource; none before the first consent, but for what was set."""
    rows = session.execute(feeds.select().where(feeds.c.connection_id == connection_id))
    return {
        row.resource: Feed(row.resource, row.interval_seconds, row.next_due, row.last_completed_at)
        for row in rows
    }


def complete(session: Session, connection_id: int, resource: str, cursor: str | None) -> None:
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


def completed(session: Session, connection_id: int, since: datetime | None = None) -> set[str]:
    """The resources that were pulled completely at least once, or after `since`."""
    done = feeds.c.last_completed_at
    wanted = done.is_not(None) if since is None else done > since
    query = sa.select(feeds.c.resource).where(feeds.c.connection_id == connection_id, wanted)
    return set(session.execute(query).scalars())


_WHOLE_AT = sa.text("""
    SELECT max(started_at) FROM runs WHERE connection_id = :id AND resource = :resource
      AND state = 'done' AND (mode = 'full' OR (mode = 'changes' AND cursor IS NULL))
""")


def whole_at(session: Session, connection_id: int, resource: str) -> datetime | None:
    """When the last run began that read all of a list; None: none did, or it was long ago."""
    values = {"id": connection_id, "resource": resource}
    found: datetime | None = session.execute(_WHOLE_AT, values).scalar()
    return found


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


def claim(session: Session, resources: Sequence[str]) -> list[Slot]:
    """Feeds whose time has come; each slot is claimed once, by however many schedulers."""
    rows = session.execute(_CLAIM, {"resources": list(resources)})
    return [Slot(row.connection_id, row.resource, row.due) for row in rows]
