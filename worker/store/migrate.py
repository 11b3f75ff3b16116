"""Migrations: the schema brought up to date, from a checkout or from an installed package."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import DeadlockDetected, LockNotAvailable

from worker.store.session import Database, Session

log = logging.getLogger(__name__)

_PLACES = (
    Path(__file__).parents[1] / "migrations",  # installed
    Path(__file__).parents[2] / "deploy" / "migrations",  # a checkout
)
_LOCK = 0x4D494752  # one migration at a time, whoever starts it


# Whoever works keeps working: a change of a table that cannot have it at once lets the others go
# first and tries again, since everybody else would wait behind it.
_LOCK_TIMEOUT = "1s"
_PAUSE_SECONDS = 1.0
_ATTEMPTS = 60


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to the newest revision (or to `revision`), beside the processes
    that work with it; safe to run from several places at once. A newer database is left as it is.

    Raises: OperationalError where a table is never free for long enough.
    """
    database = Database(url, threads=1)
    try:
        with database.work.connect() as session:
            session.execute(sa.text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
            session.commit()
            with _alone(session):
                _upgrade(session, revision)
    finally:
        database.close()


@contextmanager
def _alone(session: Session) -> Iterator[None]:
    """A lock of the database session, since a migration may take several transactions."""
    taken = sa.text("SELECT pg_try_advisory_lock(:key)")
    while not session.execute(taken, {"key": _LOCK}).scalar_one():
        session.rollback()
        time.sleep(_PAUSE_SECONDS / 10)
    session.commit()
    try:
        yield
    finally:
        session.rollback()
        session.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        session.commit()


def _upgrade(session: Session, revision: str) -> None:
    if position(session) is Position.NEWER:
        return
    session.rollback()
    config = _config()
    config.attributes["connection"] = session
    for left in reversed(range(_ATTEMPTS)):
        try:
            command.upgrade(config, revision)
        except sa.exc.OperationalError as error:
            session.rollback()
            if not (left and isinstance(error.orig, LockNotAvailable | DeadlockDetected)):
                raise
            log.warning("migrate.table_busy", extra={"attempts_left": left})
            time.sleep(_PAUSE_SECONDS)
        else:
            session.commit()
            return


def is_current(database: Database) -> bool:
    """Whether the schema is the one that this code was written for, or newer."""
    with database.begin() as session:
        return position(session) in (Position.CURRENT, Position.NEWER)


class Position(StrEnum):
    """Where a database stands against the migrations of this release."""

    CURRENT = "current"
    NONE = "none"  # nothing was migrated yet
    OLDER = "older"
    NEWER = "newer"  # or of another make: no migration of ours is called that


def position(session: Session) -> Position:
    """Whether `books migrate` is needed, or this release is behind its database."""
    revision = MigrationContext.configure(session).get_current_revision()
    scripts = ScriptDirectory.from_config(_config())
    if revision is None:
        return Position.NONE
    if revision == scripts.get_current_head():
        return Position.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Position.OLDER if revision in known else Position.NEWER


def _config() -> Config:
    place = next(place for place in _PLACES if place.is_dir())
    config = Config()
    config.set_main_option("script_location", str(place).replace("%", "%%"))
    return config
