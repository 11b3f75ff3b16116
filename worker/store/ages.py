"""How long records took to get into the books, by the database's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.store.session import Session


@dataclass(frozen=True)
class Age:
    """In seconds: of all the time since a record was wanted, and since nothing stood in its way.

    What stands in the way are its own causes (`links.freed_at`) and a connection that rests.
    """

    kind: str
    wanted: float
    free: float


_AGES = sa.text("""
    SELECT l.kind, extract(epoch FROM clock_timestamp() - w.since) AS wanted,
           extract(epoch FROM clock_timestamp() - greatest(w.since, l.freed_at, s.since))
               AS free
    FROM unnest(CAST(:ids AS bigint[]), CAST(:since AS timestamptz[])) AS w (id, since)
    JOIN links l ON l.id = w.id
    LEFT JOIN connection_states s ON s.connection_id = l.connection_id
""")


def of(session: Session, wanted: Sequence[tuple[int, datetime]]) -> list[Age]:
    """How old links are now: each with the moment since which what was written was wanted."""
    ids, since = zip(*wanted, strict=True) if wanted else ((), ())
    rows = session.execute(_AGES, {"ids": list(ids), "since": list(since)})
    return [Age(row.kind, float(row.wanted), float(row.free)) for row in rows]
