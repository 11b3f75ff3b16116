"""Calls to the ledgers, counted by connection and month: reads are what ledgers charge for."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from worker.store.session import Session


class Call(StrEnum):
    READ = "read"
    WRITE = "write"


MONTH = "CAST(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') AS date)"
_COUNT = sa.text(f"""
    INSERT INTO usage (connection_id, month, call, count)
    VALUES (:id, {MONTH}, :call, :calls)
    ON CONFLICT (connection_id, month, call) DO UPDATE SET count = usage.count + excluded.count
""")


def count(session: Session, connection_id: int, call: Call, calls: int) -> None:
    """Add calls to this month's, in the transaction that debits them; the connection's row is
    written before it."""
    session.execute(_COUNT, {"id": connection_id, "call": call.value, "calls": calls})


_MONTHS = sa.text("""
    SELECT month, call, count FROM usage WHERE connection_id = :id
    ORDER BY month DESC, call LIMIT 24
""")


def months(session: Session, connection_id: int) -> dict[date, dict[str, int]]:
    """The calls of the last months, the newest first: month -> call -> count."""
    found: dict[date, dict[str, int]] = {}
    for month, call, calls in session.execute(_MONTHS, {"id": connection_id}):
        found.setdefault(month, {})[call] = calls
    return found


_OF_ALL = sa.text(f"""
    SELECT c.provider, u.call, sum(u.count)
    FROM usage u JOIN connections c ON c.id = u.connection_id
    WHERE u.month = {MONTH} GROUP BY c.provider, u.call
""")


def of_all(session: Session) -> dict[str, dict[str, int]]:
    """The calls of all connections in this month: provider -> call -> count."""
    found: dict[str, dict[str, int]] = {}
    for provider, call, calls in session.execute(_OF_ALL):
        found.setdefault(provider, {})[call] = int(calls)
    return found
