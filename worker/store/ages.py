"""How long records took to get into the books, by the database's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.errors import DAY_LIMIT, THROTTLED
from worker.store.session import Session


@dataclass(frozen=True)
class Age:
    """In seconds: of all the time since a record was wanted, and since nothing stood in its way.

    What stands in the way are its own causes (`links.freed_at`), a connection that rests, and a
    limit of the ledger that holds it.
    """

    kind: str
    wanted: float
    free: float


_LIMITS = ["budget", THROTTLED, DAY_LIMIT]  # as `connections.held_for` names them

_AGES = sa.text("""
    SELECT l.kind, extract(epoch FROM clock_timestamp() - w.since) AS wanted,
           extract(epoch FROM clock_timestamp() - greatest(w.since, l.freed_at, s.since,
               CASE WHEN c.held_for = ANY(:limits) AND c.hold_until < clock_timestamp()
                    THEN c.hold_until END)) AS free
    FROM unnest(CAST(:ids AS bigint[]), CAST(:since AS timestamptz[])) AS w (id, since)
    JOIN links l ON l.id = w.id
    JOIN connections c ON c.id = l.connection_id
    LEFT JOIN connection_states s ON s.connection_id = l.connection_id
""")


def of(session: Session, wanted: Sequence[tuple[int, datetime]]) -> list[Age]:
    """How old links are now: each with the moment since which what was written was wanted."""
    ids, since = zip(*wanted, strict=True) if wanted else ((), ())
    values = {"ids": list(ids), "since": list(since), "limits": _LIMITS}
    rows = session.execute(_AGES, values)
    return [Age(row.kind, float(row.wanted), float(row.free)) for row in rows]
