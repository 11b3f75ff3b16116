"""Whether the process lives, and whether everything that it needs answers."""

from dataclasses import replace

import httpx

from deploy.dev.probes import free_port
from tests.counting import Counting
from tests.integration.connecting import Office
from tests.integration.web.conftest import serving
from worker.store.session import Database
from worker.sync.services import Services
from worker.web.app import create
from worker.web.links import connect_url
from worker.web.server import broker_probe, database_probe

NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


def test_a_process_that_serves_is_healthy(browser: httpx.Client) -> None:
    assert browser.get("/healthz").status_code == 200


def test_it_is_ready_while_database_and_broker_answer(browser: httpx.Client) -> None:
    answer = browser.get("/readyz")

    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_it_says_what_does_not_answer(services: Services) -> None:
    app = create(services, {"database": lambda: None, "broker": lambda: "does not answer (x)"})

    with serving(app, free_port()) as address:
        answer = httpx.get(f"{address}/readyz")

    assert (answer.status_code, answer.text) == (503, "broker: does not answer (x)\n")


def test_a_page_without_a_database_asks_for_patience(services: Services, office: Office) -> None:
    link = connect_url(services.cipher, services.settings, office.add())
    cut_off = replace(services, database=Database(NOWHERE, threads=1))

    with serving(create(cut_off, {}), free_port()) as address:
        page = httpx.get(link.replace(services.settings.public_url, address))

    assert page.status_code == 503
    assert "Try again in a few minutes" in page.text


def test_what_nobody_foresaw_is_a_plain_page_and_counted(
    services: Services, counting: Counting
) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    app = create(services, {"database": broken})

    with serving(app, free_port()) as address:
        page = httpx.get(f"{address}/readyz")

    assert (page.status_code, "Something is wrong on our side" in page.text) == (500, True)
    assert counting.of("books_defects_total", where="web") == 1


def test_a_broker_that_is_away_is_named() -> None:
    assert "does not answer" in (broker_probe("amqp://guest:guest@127.0.0.1:9/%2F")() or "")


def test_a_database_that_is_away_is_named() -> None:
    database = Database(NOWHERE, threads=1)

    assert "does not answer" in (database_probe(database)() or "")


def test_a_database_without_our_tables_is_not_ready(postgres_url: str) -> None:
    database = Database(postgres_url, threads=1)

    why = database_probe(database)()
    database.close()

    assert "books migrate" in (why or "")
