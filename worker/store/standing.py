"""How single records stand in one company's books: what `books why` asks, a few records at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker.store.ledger_tables import issues, runs
from worker.store.message_tables import dead_letters
from worker.store.session import Session

Key = tuple[str, str]  # kind, record id


@dataclass(frozen=True)
class Standing:
    """A link with what its document says of itself; `position`: due links that go before it."""

    link_id: int
    kind: str
    record_id: str
    name: str | None  # a name or a number
    state: str
    since: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    position: int
    ref: str | None
    url: str | None
    synced_at: datetime | None
    removed: bool  # the CMMS has removed it
    error_code: str | None
    error: Mapping[str, Any]
    reason: str | None
    waiting_on: tuple[str, ...]


# How many go before it is counted as drivers take them: by rank, then by time.
_STANDING = sa.text("""
    SELECT l.id AS link_id, l.kind, l.record_id,
           coalesce(d.snapshot ->> 'number', d.snapshot ->> 'name') AS name, l.state,
           coalesce(l.state_since, l.updated_at) AS since, l.attempts, l.next_attempt_at,
           CASE WHEN l.state = 'due' THEN
               (SELECT count(*) FROM links o
                WHERE o.connection_id = l.connection_id AND o.state = 'due'
                  AND (o.rank, o.next_attempt_at, o.id) < (l.rank, l.next_attempt_at, l.id))
               ELSE 0 END AS position,
           l.ref, l.url, l.synced_at, d.removed, l.error_code, l.error, l.reason, l.waiting_on
    FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[])) AS k (kind, record_id)
    JOIN links l ON l.connection_id = :id AND l.kind = k.kind AND l.record_id = k.record_id
    JOIN documents d ON d.id = l.document_id
""")


def find(session: Session, connection_id: int, keys: Collection[Key]) -> dict[Key, Standing]:
    """Those of these records that the connection has a link of."""
    values = {
        "id": connection_id,
        "kinds": [kind for kind, _ in keys],
        "ids": [record_id for _, record_id in keys],
    }
    rows = session.execute(_STANDING, values)
    made = [Standing(**dict(row._mapping) | {"waiting_on": tuple(row.waiting_on)}) for row in rows]
    return {(one.kind, one.record_id): one for one in made}


_WITH_LINK = sa.text("""
    SELECT c.id, l.state IN ('waiting', 'failed', 'conflict') AS stands_still
    FROM unnest(CAST(:ids AS bigint[])) AS c (id)
    JOIN links l ON l.connection_id = c.id AND l.kind = :kind AND l.record_id = :record
    ORDER BY c.id
""")


def with_link(session: Session, ids: Collection[int], key: Key) -> dict[int, bool]:
    """Those of these connections that have a link of a record: whether it stands still there."""
    values = {"ids": list(ids), "kind": key[0], "record": key[1]}
    return {row.id: row.stands_still for row in session.execute(_WITH_LINK, values)}


@dataclass(frozen=True)
class Sent:
    """The open submission of a link."""

    link_id: int
    submission_id: int
    operation: str
    sends: int
    lookups: int
    sent_at: datetime
    send_by: datetime
    settle_at: datetime
    status: int | None
    correlation_id: str | None


_SENT = sa.text("""
    SELECT i.link_id, s.id AS submission_id, i.operation, s.sends, s.lookups,
           s.recorded_at AS sent_at, s.send_by, s.settle_at, s.status, s.correlation_id
    FROM submission_items i JOIN submissions s ON s.id = i.submission_id
    WHERE i.link_id = ANY(:links) AND i.outcome IS NULL
""")


def sent(session: Session, links: Iterable[int]) -> dict[int, Sent]:
    """The open submissions of these links, by link."""
    rows = session.execute(_SENT, {"links": list(links)})
    return {row.link_id: Sent(**row._mapping) for row in rows}


@dataclass(frozen=True)
class Named:
    """The open issue about something that links wait for."""

    id: int
    code: str
    names: Mapping[str, str]
    since: datetime


def issues_about(session: Session, connection_id: int, causes: Collection[str]) -> dict[str, Named]:
    """The open issues about these causes, by cause."""
    query = sa.select(issues).where(
        issues.c.connection_id == connection_id, issues.c.closed_at.is_(None)
    )
    found: dict[str, Named] = {}
    for row in session.execute(query.order_by(issues.c.id)):
        named = Named(row.id, row.code, row.names, row.first_seen_at)
        found |= dict.fromkeys({row.cause, *row.causes} & set(causes), named)
    return found


_ELSEWHERE = sa.text("""
    SELECT DISTINCT tenant_id FROM documents
    WHERE kind = :kind AND record_id = :record AND (CAST(:tenant AS text) IS NULL
                                                    OR tenant_id = :tenant)
    ORDER BY tenant_id LIMIT 20
""")


def tenants_of(session: Session, kind: str, record_id: str, tenant_id: str | None) -> list[str]:
    """The tenants whose CMMS has sent such a record, connected or not."""
    values = {"kind": kind, "record": record_id, "tenant": tenant_id}
    return list(session.execute(_ELSEWHERE, values).scalars())


@dataclass(frozen=True)
class Letter:
    """An open dead letter that speaks of a record."""

    id: int
    tenant_id: str | None
    type: str | None
    category: str
    reason: str
    since: datetime


def letters_with(
    session: Session, quoted: str, tenants: Collection[str] | None, most: int = 5
) -> list[Letter]:
    """Open dead letters whose body holds this text, the newest first; those of these tenants, or
    that name none."""
    c = dead_letters.c
    place = sa.func.position(sa.literal(quoted.encode()).op("IN")(c.body))
    query = sa.select(
        c.id, c.tenant_id, c.type, c.category, c.reason, c.first_seen_at.label("since")
    ).where(c.state == "open", place > 0)
    if tenants is not None:
        query = query.where(sa.or_(c.tenant_id.is_(None), c.tenant_id.in_(tenants)))
    rows = session.execute(query.order_by(c.last_seen_at.desc()).limit(most))
    return [Letter(**row._mapping) for row in rows]


def open_runs(session: Session, connection_id: int) -> dict[str, tuple[str, datetime]]:
    """The pulls of a connection that are queued or running: state and since when, by resource."""
    query = sa.select(runs.c.resource, runs.c.state, runs.c.created_at).where(
        runs.c.connection_id == connection_id, runs.c.state.in_(("queued", "running"))
    )
    return {row.resource: (row.state, row.created_at) for row in session.execute(query)}
