"""What was kept long enough, taken out a piece at a time; whoever else tidies takes other rows."""

from collections.abc import Sequence

import sqlalchemy as sa

from worker.store.session import Session
from worker.store.tables import submission_items, submissions

CHUNK = 1000

# Ids grow with time, so what is old lies in front: a step into the key, without an index on times.
EVENTS = sa.text(f"""
    DELETE FROM inbox WHERE id IN (
        SELECT id FROM inbox
        WHERE id IN (SELECT id FROM inbox ORDER BY id LIMIT {CHUNK})
          AND received_at < now() - make_interval(days => :days)
        FOR UPDATE SKIP LOCKED)
""")


def expire_events(session: Session, days: int) -> int:
    """Drop events that were taken in so long ago. One that comes again after that changes nothing:
    its document is no older, and tells by version and time."""
    return session.execute(EVENTS, {"days": days}).rowcount


_CLOSED = sa.text(f"""
    SELECT id FROM submissions
    WHERE id IN (SELECT id FROM submissions WHERE state = 'closed' ORDER BY id LIMIT {CHUNK})
      AND closed_at < now() - make_interval(days => :days)
    FOR UPDATE SKIP LOCKED
""")


def expire_submissions(session: Session, days: int) -> int:
    """Drop submissions that were closed so long ago, with their items, bodies and answers; never
    one whose outcome is open."""
    closed: Sequence[int] = session.execute(_CLOSED, {"days": days}).scalars().all()
    items, sent = submission_items, submissions
    session.execute(items.delete().where(items.c.submission_id.in_(closed)))
    session.execute(sent.delete().where(sent.c.id.in_(closed)))
    return len(closed)


_ISSUES = sa.text(f"""
    DELETE FROM issues WHERE id IN (
        SELECT id FROM issues WHERE closed_at < now() - make_interval(days => :days)
          AND CAST(id AS text) NOT IN (
              SELECT error ->> 'issue' FROM links
              WHERE state = 'skipped' AND error_code = 'dismissed' AND error ? 'issue')
        ORDER BY id LIMIT {CHUNK} FOR UPDATE SKIP LOCKED)
""")


def expire_issues(session: Session, days: int) -> int:
    """Drop issues that were closed so long ago; not those whose records are left out: by their
    numbers they are let in again."""
    return session.execute(_ISSUES, {"days": days}).rowcount


_REVERSED = sa.text(f"""
    DELETE FROM payments WHERE id IN (
        SELECT id FROM payments
        WHERE state = 'reversed' AND updated_at < now() - make_interval(days => :days)
        ORDER BY id LIMIT {CHUNK} FOR UPDATE SKIP LOCKED)
""")


def expire_reversed(session: Session, days: int) -> int:
    """Drop lines of the payment log that were reversed so long ago; 0 days: none, ever. What stands
    is needed to reckon what an invoice has open."""
    return session.execute(_REVERSED, {"days": days}).rowcount if days else 0
