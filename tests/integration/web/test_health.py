"""Whether the process lives, and whether everything that it needs answers."""

import httpx

from worker.store.session import Database
from worker.web.server import broker_probe, database_probe


def test_a_process_that_serves_is_healthy(browser: httpx.Client) -> None:
    assert browser.get("/healthz").status_code == 200


def test_it_is_ready_while_database_and_broker_answer(browser: httpx.Client) -> None:
    answer = browser.get("/readyz")

    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_a_broker_that_is_away_is_named() -> None:
    assert "does not answer" in (broker_probe("amqp://guest:guest@127.0.0.1:9/%2F")() or "")


def test_a_database_that_is_away_is_named() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none", threads=1)

    assert "does not answer" in (database_probe(database)() or "")


def test_a_database_without_our_tables_is_not_ready(postgres_url: str) -> None:
    database = Database(postgres_url, threads=1)

    why = database_probe(database)()
    database.close()

    assert "books migrate" in (why or "")
