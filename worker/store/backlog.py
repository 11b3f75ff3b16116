"""What stands in the tables, for the gauges and for `books status`: few queries over all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from schemas.invalid import Category as Invalid
from worker.errors import Category
from worker.failures import CODES
from worker.metrics import Backlog, Standing
from worker.store import issues, usage
from worker.store.outbox import PARTITIONS
from worker.store.runs import SCHEDULED
from worker.store.session import Session

LINK_STATES = ("due", "sent", "synced", "waiting", "failed", "conflict", "skipped")
CONNECTION_STATES = ("new", "active", "paused", "disabled", "disconnected")
REASONS = ("mapping", "account", "tax_code", "record", "match", "period", "payments", "balance")
"""What links wait for, by kind of cause; `record` stands for every kind of record."""
LETTERS = (
    *map(str, Invalid), "refused_by_database", "killed_process", "defect", "two_in_the_books",
    "not_a_hint",
)  # fmt: skip
"""Categories of dead letters."""

_LINKS = sa.text("SELECT state, count(*) FROM links GROUP BY state")

# The oldest of each connection and of each partition: a step into an index, however much waits.
# now() can be looked up in an index, clock_timestamp() cannot.
AGES = sa.text("""
    SELECT due.links AS due, due.age AS due_age, due.connections AS due_connections,
           pending.n AS pending, oldest.age AS pending_age, unknown.*,
           (SELECT restored_at IS NOT NULL FROM installation) AS restored
    FROM (SELECT sum(of.n) AS links, extract(epoch FROM now() - min(of.oldest)) AS age,
                 count(*) FILTER (WHERE c.next_due <= now()
                     AND (c.hold_until IS NULL OR c.hold_until <= now())) AS connections
          FROM connections c, LATERAL (
              SELECT count(*) AS n, min(next_attempt_at) AS oldest FROM links
              WHERE connection_id = c.id AND state = 'due' AND next_attempt_at <= now()) of
          WHERE c.state = 'active') due,
         (SELECT count(*) AS n FROM outbox WHERE state = 'pending') pending,
         (SELECT extract(epoch FROM now() - min(first.created_at)) AS age
          FROM generate_series(0, :partitions - 1) p,
              LATERAL (SELECT created_at FROM outbox WHERE partition = p AND state = 'pending'
                       ORDER BY id LIMIT 1) first) oldest,
         (SELECT count(*) AS open, count(*) FILTER (WHERE is_unknown) AS unknown,
                 extract(epoch FROM now() - min(recorded_at) FILTER (WHERE is_unknown))
                     AS unknown_age
          FROM (SELECT recorded_at, send_by < now() AND c.state IN ('active', 'paused')
                    AS is_unknown
                FROM submissions s JOIN connections c ON c.id = s.connection_id
                WHERE s.state = 'open') of) unknown
""")

# Of connections that rest for good nothing is to be mended any more.
_WAITING = sa.text("""
    SELECT r.reason, count(*) AS n,
           extract(epoch FROM now() - min(coalesce(l.state_since, l.updated_at))) AS age
    FROM links l JOIN connections c ON c.id = l.connection_id, LATERAL (
        SELECT DISTINCT CASE WHEN split_part(w, ':', 1) = ANY(:reasons)
                             THEN split_part(w, ':', 1) ELSE 'record' END AS reason
        FROM unnest(l.waiting_on) w) r
    WHERE l.state = 'waiting' AND c.state IN ('active', 'paused') GROUP BY r.reason
""")

_FAILED = sa.text("""
    SELECT of.code, count(*) AS n,
           extract(epoch FROM now() - min(coalesce(l.state_since, l.updated_at))) AS age
    FROM links l JOIN connections c ON c.id = l.connection_id,
        LATERAL (SELECT CASE l.state WHEN 'failed' THEN l.error_code ELSE 'conflict' END) of (code)
    WHERE l.state IN ('failed', 'conflict') AND c.state IN ('active', 'paused') GROUP BY of.code
""")

_CONNECTIONS = sa.text("""
    SELECT provider, state, CASE WHEN state = 'paused' THEN paused_code END AS code,
           CASE WHEN state = 'active' AND hold_until > now() THEN held_for END AS held,
           extract(epoch FROM max(hold_until) - now()) AS lasts, count(*) AS n
    FROM connections GROUP BY 1, 2, 3, 4
""")

_RUNS = sa.text("""
    SELECT r.resource, count(*) AS n, extract(epoch FROM now() - min(r.created_at)
               FILTER (WHERE r.urgency < :put_off OR r.next_attempt_at <= now())) AS age
    FROM runs r JOIN connections c ON c.id = r.connection_id
    WHERE r.state IN ('queued', 'running') AND c.state = 'active' GROUP BY r.resource
""")

# Lists of kinds that are switched off (`customers` of `customer`) are not read any more.
_FEEDS = sa.text("""
    SELECT f.resource, greatest(0, extract(epoch FROM now() - min(
        f.last_completed_at + make_interval(secs => f.interval_seconds)))) AS late
    FROM feeds f JOIN connections c ON c.id = f.connection_id
    WHERE c.state = 'active' AND f.interval_seconds > 0
      AND NOT jsonb_exists(coalesce(c.settings -> 'kinds_off', '[]'), rtrim(f.resource, 's'))
    GROUP BY f.resource
""")

_LETTERS = sa.text("SELECT category, count(*) FROM dead_letters WHERE state = 'open' GROUP BY 1")


def read(session: Session) -> Backlog:
    """What stands in the tables now, but for budgets, of which only the ledgers' limits tell."""
    row = session.execute(AGES, {"partitions": PARTITIONS}).one()
    rows = session.execute(_CONNECTIONS).all()
    held = [one for one in rows if one.held is not None]
    return Backlog(
        links=_counts(session, _LINKS, LINK_STATES),
        due=_standing(row.due, row.due_age),
        due_connections=row.due_connections,
        waiting=_waiting(session),
        failed=_failed(session),
        connections=_states(rows),
        paused=_by(rows, "code"),
        held=_by(held, "held"),
        held_longest=_longest(rows),
        runs=_standings(session.execute(_RUNS, {"put_off": SCHEDULED})),
        feeds_overdue={one.resource: float(one.late or 0) for one in session.execute(_FEEDS)},
        open_submissions=row.open,
        unknown_submissions=_standing(row.unknown, row.unknown_age),
        calls=usage.of_all(session),
        issues=issues.counts(session),
        outbox=_standing(row.pending, row.pending_age),
        dead_letters=_counts(session, _LETTERS, LETTERS),
        restored=bool(row.restored),
    )


# Of what was spent longer than a minute ago nothing but the day counts: most connections are idle.
_BUDGETS = sa.text("""
    SELECT provider, CASE
        WHEN CAST(budget #>> '{seconds,-1,0}' AS bigint) > extract(epoch FROM now()) - 65
        THEN budget - 'tenths' ELSE budget - CAST('{seconds,tenths}' AS text[]) END AS budget
    FROM connections WHERE state = 'active'
""")


def budgets(session: Session) -> list[tuple[str, Mapping[str, object]]]:
    """What is kept of the budgets of active connections, each with its provider."""
    return [(row.provider, row.budget) for row in session.execute(_BUDGETS)]


def _standing(count: int | None, age: float | None) -> Standing:
    return Standing(int(count or 0), max(float(age or 0), 0.0))


def _counts(session: Session, query: sa.TextClause, known: Sequence[str]) -> dict[str, int]:
    return dict.fromkeys(known, 0) | {row[0]: row[1] for row in session.execute(query)}


def _standings(rows: Iterable[sa.Row[Any]]) -> dict[str, Standing]:
    return {row[0]: _standing(row.n, row.age) for row in rows}


def _waiting(session: Session) -> dict[str, Standing]:
    found = _standings(session.execute(_WAITING, {"reasons": list(REASONS)}))
    return dict.fromkeys(REASONS, Standing()) | found


def _failed(session: Session) -> dict[str, Standing]:
    found = {category.value: Standing() for category in Category}
    for row in session.execute(_FAILED):
        entry = CODES.get(row.code)
        category = entry.category if entry else Category.DEFECT
        known, more = found[category.value], _standing(row.n, row.age)
        oldest = max(known.oldest_seconds, more.oldest_seconds)
        found[category.value] = Standing(known.count + more.count, oldest)
    return found


def _states(rows: Iterable[sa.Row[Any]]) -> dict[str, int]:
    found = dict.fromkeys(CONNECTION_STATES, 0)
    for row in rows:
        found[row.state] += row.n
    return found


def _by(rows: Iterable[sa.Row[Any]], label: str) -> Mapping[str, Mapping[str, int]]:
    """Connections by provider and by what `label` says of them; what it says nothing of is left
    out."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if (said := getattr(row, label)) is not None:
            found[row.provider][said.replace(" ", "_")] += row.n
    return {provider: dict(counts) for provider, counts in found.items()}


def _longest(rows: Iterable[sa.Row[Any]]) -> dict[str, float]:
    """How long the longest present hold still lasts, by provider; 0 where none is held."""
    found: dict[str, float] = {}
    for row in rows:
        lasts = float(row.lasts) if row.held is not None else 0.0
        found[row.provider] = max(found.get(row.provider, 0.0), lasts)
    return found
