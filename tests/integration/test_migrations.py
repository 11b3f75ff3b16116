"""The migrations build what the code says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.integration.meddling import locks_waited_for, until
from tests.services import fresh_database
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


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[Database]:
    with fresh_database(postgres_url) as url:
        database = Database(url, threads=1)
        yield database
        database.close()


def url_of(database: Database) -> str:
    return database.work.url.set(drivername="postgresql").render_as_string(hide_password=False)


def waits_for_a_lock(database: Database) -> bool:
    with database.begin() as session:
        return locks_waited_for(session) > 0


def test_a_database_of_a_newer_version_is_good_and_left_as_it_is(empty_database: Database) -> None:
    migrate.upgrade(url_of(empty_database))
    with empty_database.begin() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    migrate.upgrade(url_of(empty_database))

    assert migrate.is_current(empty_database)


def test_a_migration_lets_whoever_works_finish_first(empty_database: Database) -> None:
    url = url_of(empty_database)
    migrate.upgrade(url, "0003")
    with ThreadPoolExecutor(1) as pool:
        with psycopg.connect(url) as working:
            working.execute("SELECT FROM links")  # and holds on to it
            migrating = pool.submit(migrate.upgrade, url)
            until(lambda: waits_for_a_lock(empty_database), 10)
            with psycopg.connect(url, options="-c lock_timeout=3s") as another:
                another.execute("SELECT FROM links")
            assert not migrating.done()
        migrating.result(10)

    assert migrate.is_current(empty_database)
