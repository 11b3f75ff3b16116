"""The services of a test session: real ones. Nothing here skips, and nothing stands in."""

from collections.abc import Iterator

import pytest

from tests import services, written


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that the session has logged or answered holds a secret, or a customer's data."""
    with written.gathered(tmp_path_factory.mktemp("written")) as folder:
        yield
    assert not list(written.leaks(folder))


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
