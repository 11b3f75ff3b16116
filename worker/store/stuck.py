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
# stands still itself is behind that one's cause; for one on its way, nobody must act. The planner
# knows nothing of the sizes of these: each is joined once, by numbers, or looked up along an index.
_ROOTED = f"""
    WITH RECURSIVE stuck AS MATERIALIZED (
        SELECT id, document_id, kind, record_id, state, waiting_on, error_code AS code,
               error -> 'names' AS names, coalesce(state_since, updated_at) AS since
        FROM links WHERE connection_id = :id AND state IN ('waiting', 'failed', 'conflict')),
    needs AS MATERIALIZED (
        SELECT s.id, s.since, w, split_part(w, ':', 1) IN ({_KINDS}) AS record
        FROM stuck s, unnest(s.waiting_on) w WHERE s.state = 'waiting'),
    wanted AS MATERIALIZED (SELECT DISTINCT w FROM needs WHERE record),
    absent AS MATERIALIZED (
        SELECT n.w, l.id IS NULL AS unknown, l.removed
        FROM wanted n LEFT JOIN LATERAL (
            SELECT t.id, t.state, t.removed AS gone, d.removed FROM links t
                JOIN documents d ON d.id = t.document_id
            WHERE t.connection_id = :id AND t.kind = split_part(n.w, ':', 1)
              AND t.record_id = substr(n.w, strpos(n.w, ':') + 1) LIMIT 1) l ON true
        WHERE l.id IS NULL OR l.state = 'skipped' OR (l.state = 'synced' AND l.gone)),
    rooted AS MATERIALIZED (
        SELECT s.id, s.since, NULL AS why, 'failed:' || s.code || CASE g.name WHEN '{EACH}'
                THEN ':' || s.kind || '/' || s.record_id
                ELSE coalesce(':' || (s.names ->> g.name), '') END AS cause
        FROM stuck s LEFT JOIN unnest(CAST(:codes AS text[]), CAST(:apart AS text[]))
            AS g (code, name) ON g.code = s.code
        WHERE s.state = 'failed'
        UNION ALL
        SELECT id, since, NULL, 'conflict:' || kind || '/' || record_id
        FROM stuck WHERE state = 'conflict'
        UNION ALL
        SELECT id, since, NULL, w FROM needs WHERE NOT record AND w NOT LIKE 'period:%'
        UNION ALL
        SELECT DISTINCT id, since, NULL, '{CLOSED_DAYS}' FROM needs WHERE w LIKE 'period:%'
        UNION ALL
        SELECT n.id, n.since, CASE WHEN a.unknown THEN 'unknown' WHEN a.removed THEN 'removed'
                                   ELSE 'left_out' END, n.w
        FROM needs n JOIN absent a USING (w)
        WHERE NOT a.unknown OR n.since < clock_timestamp() - interval '{_PATIENCE}')
"""

_CAUSES = sa.text(f"""
    {_ROOTED},
    placed AS MATERIALIZED (
        SELECT *, row_number() OVER (PARTITION BY cause ORDER BY since, id) AS place FROM rooted),
    direct AS MATERIALIZED (
        SELECT cause, row_number() OVER () AS number, count(*) AS records, min(why) AS why,
               min(since) AS first, max(since) AS last, min(id) FILTER (WHERE place = 1) AS oldest,
               array_agg(id ORDER BY place) FILTER (WHERE place <= {_EXAMPLES}) AS ids
        FROM placed GROUP BY cause),
    behind AS MATERIALIZED (
        SELECT n.id, s.id AS what FROM needs n JOIN stuck s ON n.w = s.kind || ':' || s.record_id
        WHERE n.record),
    held (number, id) AS (
        SELECT d.number, r.id FROM rooted r JOIN direct d USING (cause)
        UNION
        SELECT h.number, b.id FROM held h JOIN behind b ON b.what = h.id),
    counted AS MATERIALIZED (SELECT number, count(*) AS held_up FROM held GROUP BY number)
    SELECT d.cause, d.records, c.held_up, d.why, d.first, d.last, s.code, s.kind, s.names, s.label,
           (SELECT json_agg(json_build_array(e.kind, e.record_id) ORDER BY e.id)
            FROM links e WHERE e.id = ANY(d.ids)) AS examples
    FROM direct d JOIN counted c USING (number) CROSS JOIN LATERAL (
        SELECT l.error_code AS code, l.kind, l.error -> 'names' AS names,
               coalesce(o.snapshot ->> 'number', o.snapshot ->> 'name', l.record_id) AS label
        FROM links l JOIN documents o ON o.id = l.document_id WHERE l.id = d.oldest LIMIT 1) s
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
    {_ROOTED},
    chosen AS MATERIALIZED (
        SELECT DISTINCT since, id FROM rooted WHERE cause = ANY(CAST(:causes AS text[]))
        ORDER BY since, id LIMIT :most)
    SELECT r.id, l.kind, l.record_id, l.state, r.since, l.ref, l.attempts, l.reason, l.error,
           l.label, l.correlation_id
    FROM chosen r CROSS JOIN LATERAL (
        SELECT l.*, coalesce(o.snapshot ->> 'number', o.snapshot ->> 'name', l.record_id) AS label,
               (SELECT w.correlation_id FROM submission_items i
                JOIN submissions w ON w.id = i.submission_id
                WHERE i.link_id = l.id ORDER BY i.id DESC LIMIT 1) AS correlation_id
        FROM links l JOIN documents o ON o.id = l.document_id WHERE l.id = r.id LIMIT 1) l
    ORDER BY r.since, r.id
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


DISMISSED = "dismissed"  # `error_code` of links that a person left out; `error` names the issue

_RETRY = sa.text(f"""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        waiting_on = '{{}}', error_code = NULL, error = '{{}}', reason = NULL,
        updated_at = clock_timestamp()
    WHERE id = ANY(:ids)
      AND (state = 'failed' OR (state = 'skipped' AND error_code = '{DISMISSED}'))
    RETURNING id
""")


def retry(session: Session, ids: Sequence[int]) -> list[int]:
    """Make what failed, or was dismissed, due; returns which. The connection is locked."""
    return list(session.execute(_RETRY, {"ids": sorted(ids)}).scalars())


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
    RETURNING l.id, l.kind, l.record_id, d.version, d.event_id, d.traceparent
""")


@dataclass(frozen=True)
class LeftOut:
    """A record that was dismissed, and the event that it came from."""

    id: int
    kind: str
    record_id: str
    version: int | None
    event_id: str
    traceparent: str | None


def dismiss(session: Session, ids: Sequence[int], issue: int, reason: str) -> list[LeftOut]:
    """Leave these links out until they are asked for again. The connection is locked."""
    values = {"ids": sorted(ids), "issue": str(issue), "reason": reason}
    return [LeftOut(**dict(row._mapping)) for row in session.execute(_DISMISS, values)]
