"""The services of a test session: real ones. Nothing here skips, and nothing stands in."""

from collections.abc import Iterator

import pytest

from tests import services


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server; tests want `database_url`, a database of their own on it."""
    with services.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    with services.rabbitmq() as url:
        yield url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """A database with the current schema, for this session alone."""
    from worker.store import migrate  # noqa: PLC0415 - tests of the wire run without the worker

    with services.fresh_database(postgres_url) as url:
        migrate.upgrade(url)
        yield url
