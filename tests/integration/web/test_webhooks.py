"""Webhooks as the simulated ledger sends them: checked, read, and answered at once."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from deploy.dev.probes import free_port
from tests.integration.connecting import Office
from tests.integration.web.conftest import serving
from tests.integration.web.test_health import NOWHERE
from worker.store import connections as rows
from worker.store import runs
from worker.store.connections import Connection
from worker.store.runs import Run
from worker.store.session import Database
from worker.sync import webhooks
from worker.sync.services import Services
from worker.web.app import create

JSON = Any


@pytest.fixture
def rested(office: Office) -> Connection:
    """A connection that takes webhooks, with nothing to pull."""
    return rest(office)


@pytest.fixture
def other_rested(other_office: Office) -> Connection:
    return rest(other_office)


@pytest.fixture
def sent_by_itself(office: Office, site: str) -> Iterator[None]:
    """The ledger tells of what changes, when it is asked to."""
    receiver = {"url": f"{site}/webhooks/quickbooks", "by_hand": True}
    office.simulator.control("PUT", "settings", {"webhooks": receiver})
    yield
    office.simulator.control("PUT", "settings", {"webhooks": None})


def rest(office: Office, token: str | None = None) -> Connection:
    connection = office.connect()
    token = token or office.simulator.info["verifier_token"]
    webhooks.enter_secret(office.services, connection.id, token)
    with office.services.database.begin() as session:
        for run in runs.latest(session, connection.id):
            runs.finish(session, run.id, {})
    office.change(connection, next_due=None)
    return connection


def an_event(company: str, type_: str = "Invoice", **fields: object) -> dict[str, object]:
    return {"company": company, "entity": type_, "id": "1402", "operation": "updated"} | fields


def send(office: Office, site: str, *events: dict[str, object], **options: object) -> JSON:
    """The ledger sends these events in one delivery; what it is answered."""
    given: dict[str, object] = {"url": f"{site}/webhooks/quickbooks", "events": list(events)}
    return office.simulator.control("POST", "webhooks", given | options)


def queued(office: Office, connection: Connection) -> list[Run]:
    """The open runs of a connection."""
    with office.services.database.begin() as session:
        latest = runs.latest(session, connection.id)
    return [run for run in latest if run.state in ("queued", "running")]


@pytest.mark.parametrize("form", ["cloudevents", "classic"])
def test_a_change_queues_a_pull(office: Office, rested: Connection, site: str, form: str) -> None:
    answer = send(office, site, an_event(office.company), form=form)

    assert (answer["status"], answer["answer"]) == (200, "")
    [run] = queued(office, rested)
    assert (run.resource, run.asked_by) == ("payments", "webhook")
    due = office.row(rested).next_due
    assert due is not None
    delay = office.services.settings.webhook_delay
    assert (due - run.created_at).total_seconds() == pytest.approx(delay, abs=3)


def test_what_changes_in_the_books_is_told_by_the_ledger_itself(
    office: Office, rested: Connection, sent_by_itself: None
) -> None:
    path = f"companies/{office.company}/entities/Customer"
    office.simulator.control("POST", path, {"DisplayName": "Harbor Hotel Group"})

    delivery = office.simulator.control("POST", "webhooks/flush")

    assert delivery["status"] == 200
    assert [run.resource for run in queued(office, rested)] == ["payments"]


@pytest.mark.parametrize("signature", ["bad", "none", "", "\u00fc"])
def test_what_is_not_signed_is_refused(
    office: Office, rested: Connection, site: str, signature: str
) -> None:
    answer = send(office, site, an_event(office.company), signature=signature)

    assert (answer["status"], queued(office, rested)) == (401, [])


def test_deliveries_are_counted_by_what_became_of_them(
    office: Office, rested: Connection, site: str
) -> None:
    before = {result: counted(result) for result in ("queued", "joined", "unsigned")}

    for signature in ("good", "good", "bad"):
        send(office, site, an_event(office.company), signature=signature)

    assert {result: counted(result) - before[result] for result in before} == {
        "queued": 1, "joined": 1, "unsigned": 1,
    }  # fmt: skip


def counted(result: str) -> float:
    labels = {"provider": "quickbooks", "result": result}
    return REGISTRY.get_sample_value("books_webhooks_total", labels) or 0.0


def test_several_companies_in_one_delivery_are_all_read(
    office: Office, rested: Connection, other_office: Office, other_rested: Connection, site: str
) -> None:
    events = [an_event(one) for one in (office.company, "404", other_office.company)]

    send(office, site, *events)

    assert len(queued(office, rested)) == len(queued(other_office, other_rested)) == 1


@pytest.mark.parametrize(
    "event", [{"company": "404"}, {"type_": "Estimate"}, {"operation": "emailed"}]
)
def test_what_is_none_of_ours_is_acknowledged_and_dropped(
    office: Office, rested: Connection, site: str, event: dict[str, str]
) -> None:
    before = counted("ignored")

    answer = send(office, site, an_event(**{"company": office.company} | event))

    assert (answer["status"], counted("ignored")) == (200, before + 1)
    assert queued(office, rested) == []


@pytest.mark.parametrize("text", ["", "{", "[" * 9000, '{"eventNotifications": 7}', "[[], 7, {}]"])
def test_what_makes_no_sense_is_acknowledged_all_the_same(
    office: Office, rested: Connection, site: str, text: str
) -> None:
    answer = send(office, site, events=None, text=text)

    assert (answer["status"], queued(office, rested)) == (200, [])


@pytest.mark.parametrize("state", ["paused", "disabled", "disconnected"])
def test_a_connection_at_rest_is_left_alone(
    office: Office, rested: Connection, site: str, state: str
) -> None:
    office.change(rested, state=state)

    answer = send(office, site, an_event(office.company))

    assert (answer["status"], queued(office, rested)) == (200, [])


def test_a_repeat_is_harmless(office: Office, rested: Connection, site: str) -> None:
    event = an_event(office.company, event_id="e1", time="2026-11-20T09:12:44.179851517Z")
    send(office, site, event)
    [run] = queued(office, rested)
    with office.services.database.begin() as session:
        runs.finish(session, run.id, {})

    answer = send(office, site, event)

    assert (answer["status"], queued(office, rested)) == (200, [])


def test_a_burst_queues_one_run(office: Office, rested: Connection, site: str) -> None:
    before = counted("joined")

    for n in range(1, 21):
        send(office, site, an_event(office.company, id=str(n)))

    assert counted("joined") == before + 19
    assert len(queued(office, rested)) == 1


def test_a_token_speaks_for_its_own_connections_only(
    office: Office, other_office: Office, site: str
) -> None:
    mine, others = rest(office), rest(other_office, "the token of another application")

    answer = send(office, site, an_event(office.company), an_event(other_office.company))

    assert answer["status"] == 200
    assert (len(queued(office, mine)), queued(other_office, others)) == (1, [])


def test_a_secret_that_no_key_opens_takes_no_other_with_it(
    office: Office, rested: Connection, other_office: Office, other_rested: Connection, site: str
) -> None:
    other_office.change(other_rested, webhook_secret=b"sealed with a key that was given up")

    answer = send(office, site, an_event(office.company))

    assert (answer["status"], len(queued(office, rested))) == (200, 1)


def test_what_is_too_long_is_not_read(browser: httpx.Client) -> None:
    body = b" " * (webhooks.LONGEST + 1)

    assert browser.post("/webhooks/quickbooks", content=body).status_code == 413


def test_a_ledger_that_is_none_is_not_found(browser: httpx.Client) -> None:
    assert browser.post("/webhooks/freshbooks", content=b"[]").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_nothing_but_deliveries_is_taken(browser: httpx.Client, method: str) -> None:
    assert browser.request(method, "/webhooks/quickbooks").status_code == 405


def test_without_a_database_the_ledger_is_asked_to_come_again(
    office: Office, services: Services
) -> None:
    cut_off = replace(services, database=Database(NOWHERE, threads=1))

    with serving(create(cut_off, {}), free_port()) as address:
        answer = send(office, address, an_event(office.company))

    assert answer["status"] == 503


def test_a_database_that_says_nothing_holds_no_ledger_up(
    office: Office, services: Services
) -> None:
    """It takes connections and never answers: the ledger is told to come again in time."""
    before = counted("late")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        stuck = replace(services, database=Database(address, threads=1))
        with serving(create(stuck, {}), free_port()) as site:
            answer = send(office, site, an_event(office.company))
            silent.close()

    assert (answer["status"], counted("late")) == (503, before + 1)


def test_a_connection_that_is_busy_holds_nobody_up(
    office: Office, rested: Connection, site: str
) -> None:
    """Somebody works on the connection's row for longer than the ledger waits."""
    with office.services.database.begin() as session:
        rows.lock(session, rested.id)
        began = time.monotonic()
        answer = send(office, site, an_event(office.company))

    assert (answer["status"], queued(office, rested)) == (503, [])
    assert time.monotonic() - began < 3
