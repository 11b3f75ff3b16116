"""How connections stand, for `books status`: the same few queries for one of them and for all."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker.store.session import Session
from worker.store.usage import MONTH


@dataclass(frozen=True)
class Pull:
    """The newest run of a resource."""

    resource: str
    mode: str
    state: str
    at: datetime  # its end, or since when it is asked for
    counts: Mapping[str, int]
    error: Mapping[str, Any] | None


@dataclass
class Work:
    """What one connection has in the tables."""

    records: dict[str, int] = field(default_factory=dict)  # by state
    oldest_due: datetime | None = None
    oldest_waiting: datetime | None = None
    open_submissions: int = 0
    unknown_submissions: int = 0  # nobody can be sending them any more
    dead_letters: int = 0
    calls: dict[str, int] = field(default_factory=dict)  # of this month
    runs: list[Pull] = field(default_factory=list)


_LINKS = sa.text("""
    SELECT connection_id, state, count(*) AS n,
           min(CASE WHEN state = 'due' THEN next_attempt_at
                    ELSE coalesce(state_since, updated_at) END) AS oldest
    FROM links WHERE connection_id = ANY(:ids) GROUP BY 1, 2
""")

_SUBMISSIONS = sa.text("""
    SELECT connection_id, count(*) AS n, count(*) FILTER (WHERE send_by < now()) AS unknown
    FROM submissions WHERE connection_id = ANY(:ids) AND state = 'open' GROUP BY 1
""")

_LETTERS = sa.text("""
    SELECT connection_id, count(*) AS n FROM dead_letters
    WHERE connection_id = ANY(:ids) AND state = 'open' GROUP BY 1
""")

_CALLS = sa.text(f"""
    SELECT connection_id, call, count AS n FROM usage
    WHERE connection_id = ANY(:ids) AND month = {MONTH}
""")

# A step into an index for each, however many runs are kept.
_PULLS = sa.text("""
    SELECT c.id AS connection_id, r.resource, r.mode, r.state,
           coalesce(r.finished_at, r.created_at) AS at, r.counts, r.error
    FROM unnest(CAST(:ids AS bigint[])) AS c (id),
         unnest(CAST(:resources AS text[])) AS wanted (resource),
         LATERAL (SELECT * FROM runs WHERE connection_id = c.id AND resource = wanted.resource
                  AND mode <> 'dry' ORDER BY id DESC LIMIT 1) r
    ORDER BY 1, 2
""")


def read(session: Session, ids: Collection[int], resources: Sequence[str]) -> dict[int, Work]:
    """The work of each of these connections."""
    found: defaultdict[int, Work] = defaultdict(Work)
    given = {"ids": list(ids)}
    for row in session.execute(_LINKS, given):
        work = found[row.connection_id]
        work.records[row.state] = row.n
        if row.state == "due":
            work.oldest_due = row.oldest
        if row.state == "waiting":
            work.oldest_waiting = row.oldest
    for row in session.execute(_SUBMISSIONS, given):
        work = found[row.connection_id]
        work.open_submissions, work.unknown_submissions = row.n, row.unknown
    for row in session.execute(_LETTERS, given):
        found[row.connection_id].dead_letters = row.n
    for row in session.execute(_CALLS, given):
        found[row.connection_id].calls[row.call] = row.n
    for row in session.execute(_PULLS, given | {"resources": list(resources)}):
        pull = Pull(row.resource, row.mode, row.state, row.at, row.counts, row.error)
        found[row.connection_id].runs.append(pull)
    return {one: found[one] for one in ids}
