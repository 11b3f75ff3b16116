"""The migrations build what the code says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.integration.expanding import breaches, statements
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


FIRST = "0003"
"""From here on a migration runs while the release before it works."""


def test_migrations_only_add(empty_database: Database) -> None:
    migrate.upgrade(url_of(empty_database), FIRST)

    with statements() as sent:
        migrate.upgrade(url_of(empty_database))

    assert "CREATE TABLE acts" in "".join(sent)
    assert list(breaches(sent)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE links",
        "ALTER TABLE links DROP COLUMN look",
        "ALTER TABLE links RENAME COLUMN look TO seen",
        "ALTER TABLE links RENAME TO joints",
        "ALTER TABLE links ALTER COLUMN rank TYPE bigint",
        "ALTER TABLE links ALTER COLUMN look SET NOT NULL",
        "ALTER TABLE links ADD COLUMN seen TEXT NOT NULL",
        "ALTER TABLE links ADD COLUMN seen TEXT UNIQUE",
        "ALTER TABLE links ADD CONSTRAINT uq UNIQUE (look)",
        "CREATE INDEX ix ON links (look)",
        "CREATE UNIQUE INDEX CONCURRENTLY ix ON links (look)",
    ],
)
def test_what_takes_away_or_blocks_is_seen(statement: str) -> None:
    assert list(breaches([f"CREATE TABLE fresh (id int);\n{statement}"])) == [statement]


def test_indexes_wait_for_long_transactions_and_are_built_once(empty_database: Database) -> None:
    url = url_of(empty_database)
    migrate.upgrade(url, "0004")
    with ThreadPoolExecutor(1) as pool, statements() as sent:
        with psycopg.connect(url) as backup:
            backup.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            backup.execute("SELECT FROM inbox, pg_sleep(0)")
            migrating = pool.submit(migrate.upgrade, url)
            until(lambda: waits_for_a_lock(empty_database), 10)
            backup.execute("SELECT pg_sleep(1.2)")  # longer than a change of a table may wait
        migrating.result(10)

    built = [one for one in sent if one.startswith("CREATE INDEX")]
    assert len(built) == len(set(built)) > 1
