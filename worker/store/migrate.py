"""Migrations: the schema brought up to date, from a checkout or from an installed package."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from worker.store.session import Database

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


def _config() -> Config:
    place = next(place for place in _PLACES if place.is_dir())
    config = Config()
    config.set_main_option("script_location", str(place).replace("%", "%%"))
    return config
