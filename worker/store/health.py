"""What PostgreSQL tells an operator: the server, what our user may do, and who is in trouble."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.store.ownership import TABLES
from worker.store.session import Session


@dataclass(frozen=True)
class Server:
    """`version` as 150018; `spare`: connections that our user could still open."""

    version: int
    standby: bool
    most: int
    spare: int


_SERVER = sa.text("""
    SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
           current_setting('max_connections')::int AS most,
           current_setting('max_connections')::int
             - current_setting('superuser_reserved_connections')::int
             - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
             AS spare
""")


def server(session: Session) -> Server:
    return Server(**dict(session.execute(_SERVER).mappings().one()))


_DENIED = sa.text("""
    SELECT name FROM unnest(CAST(:names AS text[])) name
    WHERE to_regclass(name) IS NOT NULL
      AND NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')
               AND has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE'))
    ORDER BY name
""")
_ABSENT = sa.text("""
    SELECT name FROM unnest(CAST(:names AS text[])) name
    WHERE to_regclass(name) IS NULL ORDER BY name
""")


_NAMES = {"names": [table.name for table in TABLES]}


def denied(session: Session) -> list[str]:
    """Our tables that our user may not read and write."""
    return list(session.execute(_DENIED, _NAMES).scalars())


def absent(session: Session) -> list[str]:
    """Our tables that are not there."""
    return list(session.execute(_ABSENT, _NAMES).scalars())


@dataclass(frozen=True)
class Patient:
    """A connection that something may be wrong with."""

    id: int
    tenant_id: str
    provider: str
    environment: str
    state: str
    paused_code: str | None
    company: str | None
    held_until: datetime | None
    held_for: str | None
    lapses_at: datetime | None


_PATIENTS = sa.text("""
    SELECT id, tenant_id, provider, environment, state, paused_code, company ->> 'name' AS company,
           CASE WHEN hold_until > clock_timestamp() THEN hold_until END AS held_until, held_for,
           CASE WHEN refresh_expires_at < clock_timestamp() + make_interval(days => :days)
                THEN refresh_expires_at END AS lapses_at
    FROM connections
    WHERE state = 'paused' OR state = 'active'
      AND (hold_until > clock_timestamp()
           OR refresh_expires_at < clock_timestamp() + make_interval(days => :days))
    ORDER BY id LIMIT :most
""")


def patients(session: Session, days: int, most: int) -> Sequence[Patient]:
    """Connections that are paused, held, or whose consent lapses within so many days."""
    rows = session.execute(_PATIENTS, {"days": days, "most": most}).mappings()
    return [Patient(**dict(row)) for row in rows]


_LATE = sa.text("""
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - next_due)), 0) FROM connections
    WHERE state = 'active' AND next_due < clock_timestamp()
      AND (hold_until IS NULL OR hold_until < clock_timestamp())
""")


def latest_due(session: Session) -> float:
    """For how many seconds the connection that waits longest has been due, and nobody drove it."""
    return float(session.execute(_LATE).scalar_one())


def environments(session: Session) -> set[str]:
    """The environments of the connections: sandbox, production."""
    return set(session.execute(sa.text("SELECT DISTINCT environment FROM connections")).scalars())


_LETTERS = sa.text("SELECT count(*) FROM dead_letters WHERE state = 'open'")


def open_letters(session: Session) -> int:
    return int(session.execute(_LETTERS).scalar_one())
