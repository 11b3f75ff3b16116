"""Which database this is: another one than was noted means that it was restored or failed over."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from worker.store.operation_tables import installation
from worker.store.session import Session


@dataclass(frozen=True)
class Identity:
    """What makes a database this one; None: PostgreSQL does not say so to our user.

    A restore into another cluster changes the first, recovery to a point in time and failover
    change the second, a dump that was restored beside its original has another third, one that was
    restored in its place another fourth.
    """

    system_identifier: str | None  # of the cluster
    timeline: int | None
    database_oid: int | None
    table_oid: int | None  # of the table in which this is noted


@dataclass(frozen=True)
class Standing:
    """The database as it is, and since when it stands in for another one; None: it does not.

    `moved`: that was noticed just now.
    """

    identity: Identity
    restored_at: datetime | None
    moved: bool = False

    @property
    def unknown(self) -> tuple[str, ...]:
        """What PostgreSQL did not tell, so that a change of it would go unnoticed."""
        return tuple(name for name, value in asdict(self.identity).items() if value is None)


# The timeline by the write-ahead log: what the control file says of it is the old one until the
# first checkpoint after a failover, minutes later.
_PARTS = (
    "(SELECT system_identifier::text FROM pg_control_system())",
    "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int",
    "(SELECT oid::bigint FROM pg_database WHERE datname = current_database())",
    "'installation'::regclass::oid::bigint",
)
_ALL = sa.text(f"SELECT {', '.join(_PARTS)}")
_EACH = tuple(sa.text(f"SELECT {part}") for part in _PARTS)


def identity(session: Session) -> Identity:
    """What PostgreSQL says of itself, as far as our user may ask."""
    found = _asked(session, _ALL)
    if not found:
        found = [value for one in _EACH for value in _asked(session, one) or (None,)]
    return Identity(*found)


def _asked(session: Session, query: sa.TextClause) -> list[Any]:
    """One row's values; nothing where it is refused (a managed service, a standby)."""
    try:
        with session.begin_nested():
            return list(session.execute(query).one())
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return []


_FIRST = sa.text("""
    INSERT INTO installation (system_identifier, timeline, database_oid, table_oid)
    VALUES (:system_identifier, :timeline, :database_oid, :table_oid) ON CONFLICT DO NOTHING
""")
_MOVED = sa.text("""
    UPDATE installation SET system_identifier = :system_identifier, timeline = :timeline,
        database_oid = :database_oid, table_oid = :table_oid, noted_at = clock_timestamp(),
        restored_at = CASE WHEN :changed THEN clock_timestamp() ELSE restored_at END
    RETURNING restored_at
""")


def note(session: Session) -> Standing:
    """Compare with what was noted, and write down what it is now."""
    current = identity(session)
    row = session.execute(installation.select()).one_or_none()
    if row is None:
        session.execute(_FIRST, _values(current))
        return Standing(current, None)
    noted = _noted(row)
    merged = _merged(noted, current)
    if merged == noted:
        return Standing(current, row.restored_at)
    changed = _merged(current, noted) != merged
    restored_at = session.execute(_MOVED, _values(merged) | {"changed": changed}).scalar_one()
    return Standing(current, restored_at, changed)


def _noted(row: sa.Row[Any]) -> Identity:
    return Identity(
        row.system_identifier or None, row.timeline or None, row.database_oid, row.table_oid
    )


def _merged(noted: Identity, current: Identity) -> Identity:
    """What is known now; what is not told now stays as it was noted."""
    told = {name: value for name, value in asdict(current).items() if value is not None}
    return replace(noted, **told)


def _values(one: Identity) -> dict[str, object]:
    return {
        "system_identifier": one.system_identifier or "",
        "timeline": one.timeline or 0,
        "database_oid": one.database_oid,
        "table_oid": one.table_oid,
    }


_DECLARE = sa.text("""
    UPDATE installation SET restored_at = clock_timestamp() RETURNING restored_at
""")


def declare(session: Session) -> datetime:
    """It was restored, though PostgreSQL tells no difference."""
    since: datetime = session.execute(_DECLARE).scalar_one()
    return since


_CLEAR = sa.text("""
    UPDATE installation SET restored_at = NULL WHERE restored_at IS NOT NULL RETURNING true
""")


def clear(session: Session) -> bool:
    """Creates go out without a look again; False where they did so already."""
    return session.execute(_CLEAR).first() is not None


def restored_at(session: Session) -> datetime | None:
    """Since when creates are looked up first, as it was noted last."""
    found: datetime | None = session.execute(sa.select(installation.c.restored_at)).scalar()
    return found


_STILL = sa.text("""
    SELECT restored_at IS NOT DISTINCT FROM CAST(:known AS timestamptz)
        AND coalesce(table_oid = 'installation'::regclass::oid::bigint, true)
    FROM installation
""")


def is_still(session: Session, known: datetime | None) -> bool:
    """Whether nothing was put in the place of these tables, as long as this server runs; `known`:
    since when they were restored ones, as `note` said."""
    return bool(session.execute(_STILL, {"known": known}).scalar())


_TICK = sa.text("UPDATE installation SET ticked_at = clock_timestamp()")


def tick(session: Session) -> None:
    """The clock goes, and its messages are taken up."""
    session.execute(_TICK)


_TICKED = sa.text("""
    SELECT extract(epoch FROM clock_timestamp() - ticked_at) FROM installation
""")


def ticked(session: Session) -> float | None:
    """Seconds since then; None: never."""
    found = session.execute(_TICKED).scalar()
    return None if found is None else float(found)
