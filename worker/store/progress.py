"""What connections have got done lately, for saying when their backlog is over."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from worker.store.session import Session

WINDOW = 600.0  # seconds that are looked back
_NEWEST = 5000  # writes of all connections: the table is read backwards, never whole

_DONE = sa.text("""
    SELECT recent.connection_id, count(*) AS done,
           extract(epoch FROM clock_timestamp() - min(recent.recorded_at)) AS seconds
    FROM (SELECT id, connection_id, recorded_at FROM submissions
          ORDER BY id DESC LIMIT :newest) recent
    JOIN submission_items i ON i.submission_id = recent.id
    WHERE recent.connection_id = ANY(:ids) AND i.outcome = 'done'
      AND recent.recorded_at > clock_timestamp() - make_interval(secs => :window)
    GROUP BY recent.connection_id
""")


def a_second(session: Session, connections: Collection[int]) -> Mapping[int, float]:
    """Records a second that got into the books in the last minutes; without any, no entry."""
    values = {"ids": list(connections), "window": WINDOW, "newest": _NEWEST}
    rows = session.execute(_DONE, values)
    return {row.connection_id: row.done / max(float(row.seconds), 1.0) for row in rows}
