"""Links that stand still, grouped by what a person must mend.

A cause is written as links wait for it (`mapping:sales`), or as `failed:CODE:NAME`,
`conflict:KIND/ID`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.session import Session

EACH = "*"  # instead of a name: each record that failed so is a cause of its own
CLOSED_DAYS = "period:closed"  # the cause that all days of closed periods are
ABSENT = "absent"  # of a cause: nothing is on its way, so nobody but a person brings it
_KINDS = ", ".join(f"'{kind}'" for kind in Kind)
_PATIENCE = "1 hour"  # events come in any order: until then a record may just not have come yet
_EXAMPLES = 3

# `rooted`: each stuck link with what a person must mend for it. A link that waits for a record that
# stands still itself is behind that one's cause (`held`); for one on its way, nobody must act.
_ROOTED = f"""
    WITH RECURSIVE stuck AS MATERIALIZED (
        SELECT id, document_id, kind, record_id, kind || ':' || record_id AS me, state, waiting_on,
               error_code AS code, error -> 'names' AS names,
               coalesce(state_since, updated_at) AS since
        FROM links WHERE connection_id = :id AND state IN ('waiting', 'failed', 'conflict')),
    needs AS MATERIALIZED (
        SELECT s.id, w, split_part(w, ':', 1) IN ({_KINDS}) AS record
        FROM stuck s, unnest(s.waiting_on) w WHERE s.state = 'waiting'),
    absent AS MATERIALIZED (
        SELECT n.w, l.id IS NULL AS unknown, d.removed
        FROM (SELECT DISTINCT w FROM needs WHERE record) n
            LEFT JOIN links l ON l.connection_id = :id AND l.kind = split_part(n.w, ':', 1)
                AND l.record_id = substr(n.w, strpos(n.w, ':') + 1)
            LEFT JOIN documents d ON d.id = l.document_id
        WHERE l.id IS NULL OR l.state = 'skipped' OR (l.state = 'synced' AND l.removed)),
    rooted AS MATERIALIZED (
        SELECT DISTINCT id, cause, why FROM (
            SELECT s.id, NULL AS why, 'failed:' || s.code || CASE g.name WHEN '{EACH}'
                    THEN ':' || s.kind || '/' || s.record_id
                    ELSE coalesce(':' || (s.names ->> g.name), '') END AS cause
            FROM stuck s LEFT JOIN unnest(CAST(:codes AS text[]), CAST(:apart AS text[]))
                AS g (code, name) ON g.code = s.code
            WHERE s.state = 'failed'
            UNION ALL
            SELECT id, NULL, 'conflict:' || kind || '/' || record_id
            FROM stuck WHERE state = 'conflict'
            UNION ALL
            SELECT id, NULL, CASE WHEN w LIKE 'period:%' THEN '{CLOSED_DAYS}' ELSE w END
            FROM needs WHERE NOT record
            UNION ALL
            SELECT n.id, CASE WHEN a.unknown THEN 'unknown' WHEN a.removed THEN 'removed'
                              ELSE 'left_out' END, n.w
            FROM needs n JOIN absent a USING (w) JOIN stuck s USING (id)
            WHERE NOT a.unknown OR s.since < clock_timestamp() - interval '{_PATIENCE}') of_all)
"""

_CAUSES = sa.text(f"""
    {_ROOTED},
    held (cause, id) AS (
        SELECT cause, id FROM rooted
        UNION
        SELECT h.cause, n.id
        FROM held h JOIN stuck s ON s.id = h.id JOIN needs n ON n.w = s.me),
    direct AS (
        SELECT r.cause, count(*) AS records, min(r.why) AS why, min(s.since) AS first,
               max(s.since) AS last, (array_agg(s.id ORDER BY s.since, s.id))[1:{_EXAMPLES}] AS ids
        FROM rooted r JOIN stuck s USING (id) GROUP BY r.cause),
    counted AS (SELECT cause, count(*) AS held_up FROM held GROUP BY cause)
    SELECT d.cause, d.records, c.held_up, d.why, d.first, d.last, s.code, s.kind, s.names,
           coalesce(o.snapshot ->> 'number', o.snapshot ->> 'name', s.record_id) AS label,
           (SELECT json_agg(json_build_array(e.kind, e.record_id) ORDER BY e.since, e.id)
            FROM stuck e WHERE e.id = ANY(d.ids)) AS examples
    FROM direct d JOIN counted c USING (cause) JOIN stuck s ON s.id = d.ids[1]
        JOIN documents o ON o.id = s.document_id
""")


@dataclass(frozen=True)
class Root:
    """A cause, with the links that stand still for it (`records`) and those behind them as well
    (`held_up`). What is said of it is said of the link that stands longest: its `code` (None: it
    waits without a failure), `kind`, `label` and `names`."""

    cause: str
    records: int
    held_up: int
    why: str | None  # of a record that is absent: unknown, removed, left_out
    first: datetime
    last: datetime
    code: str | None
    kind: str
    names: Mapping[str, Any]
    label: str
    examples: Sequence[tuple[str, str]]  # kind and record id, those that stand longest


@dataclass(frozen=True)
class Apart:
    """Which failures of one code are different causes: those that name another NAME (or `EACH`)."""

    names: Mapping[str, str]

    def values(self, connection_id: int) -> dict[str, object]:
        codes, apart = list(self.names), list(self.names.values())
        return {"id": connection_id, "codes": codes, "apart": apart}


def roots(session: Session, connection_id: int, apart: Apart) -> list[Root]:
    """Everything that a person must mend for links of a connection."""
    rows = session.execute(_CAUSES, apart.values(connection_id))
    return [Root(**dict(row._mapping) | {"names": row.names or {}}) for row in rows]


_RECORDS = sa.text(f"""
    {_ROOTED}
    SELECT s.id, s.kind, s.record_id, s.state, s.since, l.ref, l.attempts, l.reason, l.error,
           coalesce(o.snapshot ->> 'number', o.snapshot ->> 'name', s.record_id) AS label,
           (SELECT w.correlation_id FROM submission_items i
            JOIN submissions w ON w.id = i.submission_id
            WHERE i.link_id = s.id ORDER BY i.id DESC LIMIT 1) AS correlation_id
    FROM (SELECT DISTINCT id FROM rooted WHERE cause = ANY(CAST(:causes AS text[]))) r
        JOIN stuck s USING (id) JOIN links l USING (id) JOIN documents o ON o.id = l.document_id
    ORDER BY s.since, s.id LIMIT :most
""")


@dataclass(frozen=True)
class Standing:
    """One record that stands still; `error`: its names, and the engineer's detail."""

    id: int
    kind: str
    record_id: str
    state: str
    since: datetime
    ref: str | None
    attempts: int
    reason: str | None
    error: Mapping[str, Any]
    label: str
    correlation_id: str | None  # of the last answer, for the ledger's support


def records(
    session: Session, connection_id: int, apart: Apart, causes: Iterable[str], most: int
) -> list[Standing]:
    """The links that stand still for these causes, those that stand longest first."""
    values = apart.values(connection_id) | {"causes": sorted(causes), "most": most}
    rows = session.execute(_RECORDS, values)
    return [Standing(**dict(row._mapping)) for row in rows]


_IDS = sa.text(f"""
    {_ROOTED}
    SELECT DISTINCT id FROM rooted WHERE cause = ANY(CAST(:causes AS text[])) ORDER BY id
""")


def ids(session: Session, connection_id: int, apart: Apart, causes: Iterable[str]) -> list[int]:
    """All links that stand still for these causes."""
    values = apart.values(connection_id) | {"causes": sorted(causes)}
    return list(session.execute(_IDS, values).scalars())


_RETRY = sa.text("""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        waiting_on = '{}', error_code = NULL, error = '{}', reason = NULL,
        updated_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state IN ('failed', 'skipped')
""")


def retry(session: Session, ids: Sequence[int]) -> int:
    """Make what failed, or was dismissed, due; returns how many. The connection is locked."""
    return session.execute(_RETRY, {"ids": sorted(ids)}).rowcount


DISMISSED = "dismissed"  # `error_code` of links that a person left out; `error` names the issue

_DISMISSED = sa.text(f"""
    SELECT id FROM links WHERE connection_id = :id AND state = 'skipped'
      AND error_code = '{DISMISSED}' AND error ->> 'issue' = :issue ORDER BY id
""")


def dismissed(session: Session, connection_id: int, issue: int) -> list[int]:
    """The links that were dismissed with an issue."""
    values = {"id": connection_id, "issue": str(issue)}
    return list(session.execute(_DISMISSED, values).scalars())


_DISMISS = sa.text(f"""
    UPDATE links l SET state = 'skipped', next_attempt_at = NULL, waiting_on = '{{}}',
        error_code = '{DISMISSED}', reason = :reason, updated_at = clock_timestamp(),
        error = error || jsonb_build_object('issue', CAST(:issue AS text), 'code', error_code)
    FROM documents d
    WHERE l.id = ANY(:ids) AND d.id = l.document_id AND l.state IN ('waiting', 'failed', 'conflict')
    RETURNING l.kind, l.record_id, d.version, d.event_id, d.traceparent
""")


@dataclass(frozen=True)
class LeftOut:
    """A record that was dismissed, and the event that it came from."""

    kind: str
    record_id: str
    version: int | None
    event_id: str
    traceparent: str | None


def dismiss(session: Session, ids: Sequence[int], issue: int, reason: str) -> list[LeftOut]:
    """Leave these links out until they are asked for again. The connection is locked."""
    values = {"ids": sorted(ids), "issue": str(issue), "reason": reason}
    return [LeftOut(**dict(row._mapping)) for row in session.execute(_DISMISS, values)]
