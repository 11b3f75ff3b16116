"""Hints to drive connections: who is due, and who was told so lately (design 3: waking)."""

from collections.abc import Sequence

import sqlalchemy as sa

from worker.store.connections import change
from worker.store.session import Session

HINT_LIFE = "60 seconds"  # a hint that was not taken up by then is taken for lost

_DUE = sa.text(f"""
    UPDATE connections SET hinted_at = clock_timestamp()
    WHERE id IN (
        SELECT id FROM connections
        WHERE next_due <= clock_timestamp() AND state = 'active'
          AND (hinted_at IS NULL OR hinted_at < clock_timestamp() - interval '{HINT_LIFE}')
        ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1000)
    RETURNING id
""")

_HINT = sa.text(f"""
    UPDATE connections SET hinted_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state = 'active'
      AND (hinted_at IS NULL OR hinted_at < clock_timestamp() - interval '{HINT_LIFE}')
    RETURNING id
""")


def claim_due(session: Session) -> list[int]:
    """Connections whose time has come and that were not hinted lately; marks them as hinted."""
    return list(session.execute(_DUE).scalars())


def claim_hints(session: Session, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that nobody was hinted about lately; marks them as hinted."""
    return list(session.execute(_HINT, {"ids": list(ids)}).scalars()) if ids else []


_IS_DUE = sa.text("""
    SELECT state = 'active' AND next_due <= clock_timestamp() FROM connections WHERE id = :id
""")


def is_due(session: Session, connection_id: int) -> bool:
    """Whether there is work now, in a new snapshot."""
    return bool(session.execute(_IS_DUE, {"id": connection_id}).scalar())


def note_hint(session: Session, connection_id: int) -> None:
    """A driver goes to the end of the queue: until its turn nobody else needs to hint."""
    change(session, connection_id, hinted_at=sa.func.clock_timestamp())


_TAKEN = sa.text("""
    UPDATE connections SET hinted_at = NULL WHERE id = :id AND hinted_at IS NOT NULL
""")


def take_hint(session: Session, connection_id: int) -> None:
    """A driver has started: the next one who makes something due may hint again."""
    session.execute(_TAKEN, {"id": connection_id})


_DERIVE = sa.text("""
    UPDATE connections c SET next_due = w.due
    FROM (SELECT id, least(
            (SELECT min(next_attempt_at) FROM links WHERE connection_id = c2.id AND state = 'due'),
            (SELECT min(settle_at) FROM submissions WHERE connection_id = c2.id AND state = 'open'),
            (SELECT min(next_attempt_at) FROM runs
             WHERE connection_id = c2.id AND state IN ('queued', 'running'))) AS due
          FROM connections c2 WHERE state = 'active'
          ORDER BY id FOR UPDATE SKIP LOCKED) w
    WHERE c.id = w.id AND w.due <= clock_timestamp()
      AND (c.hold_until IS NULL OR c.hold_until <= clock_timestamp())
      AND (c.next_due IS NULL OR c.next_due > clock_timestamp())
    RETURNING c.id
""")


def derive_due(session: Session) -> list[int]:
    """Whatever the hints say: find what is due from links, runs and submissions (once a minute)."""
    return list(session.execute(_DERIVE).scalars())
