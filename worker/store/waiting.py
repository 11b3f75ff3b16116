"""What links wait for, and waking them: thousands at once, without a word for each."""

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from worker.store.session import Session
from worker.terms import Cause

WAKE_CHUNK = 5000


_WAKE = sa.text(f"""
    UPDATE links SET
        waiting_on = ARRAY(SELECT w FROM unnest(waiting_on) w WHERE w <> ALL(:causes)),
        state = CASE WHEN waiting_on <@ CAST(:causes AS text[]) THEN 'due' ELSE state END,
        next_attempt_at = CASE WHEN waiting_on <@ CAST(:causes AS text[]) THEN clock_timestamp()
        END, updated_at = clock_timestamp()
    WHERE id IN (SELECT id FROM links WHERE connection_id = :id AND state = 'waiting'
                 AND waiting_on && CAST(:causes AS text[]) ORDER BY id LIMIT {WAKE_CHUNK} FOR
                 UPDATE)
    RETURNING id
""")


def wake(session: Session, connection_id: int, causes: Iterable[Cause]) -> int:
    """These causes are gone: what waited for nothing else is due. Returns how many links were
    touched.

    The caller has locked the connection row. At most 5,000 links a statement.
    """
    values = {"id": connection_id, "causes": [str(cause) for cause in causes]}
    touched = 0
    while values["causes"]:
        chunk = len(session.execute(_WAKE, values).all())
        touched += chunk
        if chunk < WAKE_CHUNK:
            break
    return touched


_FREED = sa.text("""
    UPDATE links l SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        updated_at = clock_timestamp()
    FROM ledger_records r
    WHERE l.connection_id = :id AND l.state = 'failed' AND l.error_code = 'duplicate_name'
      AND r.connection_id = :id AND r.ref = ANY(:refs)
      AND r.ref = l.error -> 'names' ->> 'ref' AND r.kind = l.error -> 'names' ->> 'of'
      AND NOT (r.active AND lower(r.name) = lower(l.error -> 'names' ->> 'name'))
""")


def wake_named(session: Session, connection_id: int, refs: Collection[str]) -> None:
    """Records whose names these records of the books had are due where they have them no more.

    The caller has locked the connection row.
    """
    if refs:
        session.execute(_FREED, {"id": connection_id, "refs": sorted(refs)})


_CAUSES = sa.text("""
    SELECT DISTINCT w FROM links, unnest(waiting_on) w
    WHERE connection_id = :id AND state = 'waiting' AND split_part(w, ':', 1) = ANY(:kinds)
""")


def causes(session: Session, connection_id: int, kinds: Sequence[str]) -> list[Cause]:
    """What links of a connection wait for, of these kinds of cause (`account`, `mapping` ...)."""
    rows = session.execute(_CAUSES, {"id": connection_id, "kinds": list(kinds)}).scalars()
    return [Cause.parse(text) for text in rows]
