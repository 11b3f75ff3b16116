"""What is known of events and records before they are taken in: set-based reads for previews."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.inbox import Snapshot
from worker.store.session import Session

Key = tuple[str, str, str]  # tenant, kind, record id


@dataclass(frozen=True)
class Head:
    """The newest state known of a record, without its fields; and its earliest count of stock."""

    newest: Snapshot
    opening: str | None  # the day of it


_ACCEPTED = sa.text("""
    SELECT i.source, i.event_id
    FROM json_to_recordset(CAST(:rows AS json)) AS e (source text, event_id text)
    JOIN inbox i USING (source, event_id)
""")


def accepted(session: Session, events: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (source, id) that were taken in already."""
    rows = [{"source": source, "event_id": event_id} for source, event_id in set(events)]
    found = session.execute(_ACCEPTED, {"rows": json.dumps(rows)})
    return {(row.source, row.event_id) for row in found}


_HEADS = sa.text("""
    SELECT d.tenant_id, d.kind, d.record_id, d.version, d.time, d.event_id, d.traceparent,
           d.removed, d.opening ->> 'as_of' AS opening
    FROM json_to_recordset(CAST(:rows AS json)) AS e (tenant_id text, kind text, record_id text)
    JOIN documents d USING (tenant_id, kind, record_id)
""")


def heads(session: Session, keys: Iterable[Key]) -> dict[Key, Head]:
    """What is known of records; those that are not known are left out."""
    names = ("tenant_id", "kind", "record_id")
    rows = [dict(zip(names, key, strict=True)) for key in set(keys)]
    found = session.execute(_HEADS, {"rows": json.dumps(rows)})
    return {(row.tenant_id, row.kind, row.record_id): _head(row) for row in found}


def _head(row: sa.Row[Any]) -> Head:
    newest = Snapshot(
        tenant_id=row.tenant_id,
        kind=Kind(row.kind),
        record_id=row.record_id,
        version=row.version,
        time=row.time,
        event_id=row.event_id,
        traceparent=row.traceparent,
        removed=row.removed,
        snapshot=None,
    )
    return Head(newest, row.opening)


_LINK_STATES = sa.text("SELECT id, state FROM links WHERE id = ANY(:ids)")
_SUBMISSION_STATES = sa.text("SELECT id, state FROM submissions WHERE id = ANY(:ids)")


def link_states(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """By link: how it stands; those that are gone are left out."""
    return _states(session, _LINK_STATES, ids)


def submission_states(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """By submission: `open` or `closed`; those that are gone are left out."""
    return _states(session, _SUBMISSION_STATES, ids)


def _states(session: Session, query: sa.TextClause, ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {row.id: row.state for row in session.execute(query, {"ids": list(ids)})}


_LOCK_CONNECTIONS = sa.text(
    "SELECT id FROM connections WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"
)


def lock_connections(session: Session, ids: Sequence[int]) -> None:
    """Those that are still there, against everybody who wakes or waits; before any letter."""
    session.execute(_LOCK_CONNECTIONS, {"ids": list(ids)})


_DUE_AGAIN = sa.text("""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        updated_at = clock_timestamp()
    WHERE id IN (SELECT id FROM links WHERE id = ANY(:ids) AND state = 'failed'
                 ORDER BY connection_id, kind, record_id FOR UPDATE)
    RETURNING id
""")


def make_due_again(session: Session, link_ids: Sequence[int]) -> set[int]:
    """Failed links that are due from now on; the caller has locked their connections."""
    if not link_ids:
        return set()
    return set(session.execute(_DUE_AGAIN, {"ids": list(link_ids)}).scalars())
