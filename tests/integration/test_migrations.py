"""The migrations build what the code says."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from worker.store import (  # to know all tables
    ledger_tables,  # noqa: F401
    message_tables,  # noqa: F401
    migrate,
    operation_tables,  # noqa: F401
    tables,  # noqa: F401
)
from worker.store.columns import metadata
from worker.store.session import Database


def test_migrations_build_exactly_the_tables_of_the_code(database_url: str) -> None:
    database = Database(database_url, threads=1)

    with database.begin() as session:
        difference = compare_metadata(MigrationContext.configure(session), metadata)

    database.close()
    assert difference == []


def test_migrating_a_current_database_changes_nothing(database_url: str) -> None:
    migrate.upgrade(database_url)

    database = Database(database_url, threads=1)
    assert migrate.is_current(database)
    database.close()
