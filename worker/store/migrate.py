"""Migrations: the schema brought up to date, from a checkout or from an installed package."""

from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from worker.store.session import Database, Session

_PLACES = (
    Path(__file__).parents[1] / "migrations",  # installed
    Path(__file__).parents[2] / "deploy" / "migrations",  # a checkout
)
_LOCK = 0x4D494752  # one migration at a time, whoever starts it


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision; safe to run from several places at
    once."""
    database = Database(url, threads=1)
    try:
        with database.work.begin() as session:
            session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config = _config()
            config.attributes["connection"] = session
            command.upgrade(config, "head")
    finally:
        database.close()


def is_current(database: Database) -> bool:
    """Whether the schema is the one that this code was written for, or newer."""
    with database.begin() as session:
        revision = MigrationContext.configure(session).get_current_revision()
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return revision == head


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
