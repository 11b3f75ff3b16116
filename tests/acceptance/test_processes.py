"""The processes come up, serve their metrics, and leave within their grace period."""

import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.system import connecting, quiet, streams
from tests.system.connecting import Connected
from tests.system.environment import Services
from tests.system.processes import KINDS, System, running
from tests.system.streams import Line

TENANT = "acceptance"
SHORT: dict[str, Any] = {
    "send_by": 2,
    "settle_margin": 1,
    "quickbooks__timeout": 12,
    "wake_all_seconds": 1,
}
LEFT = (0, -signal.SIGTERM)  # uvicorn ends by the signal that it was asked with


@pytest.fixture(scope="module")
def system(system_services: Services) -> Iterator[System]:
    """A system with its processes, for tests that start and stop them."""
    with running(system_services, **SHORT) as system:
        system.start_all()
        yield system


@pytest.fixture(scope="module")
def connected(system: System) -> Connected:
    return connecting.connect(system, TENANT, system.ledger.company)


def customer(name: str) -> Line:
    body = (
        '{"specversion": "1.0", "id": "%s", "source": "/cmms/test", "type": "customer.created", '
        '"time": "2026-11-01T08:00:00Z", "tenantid": "%s", "data": {"id": "%s", "name": "%s"}}'
    )
    text = (body % (name, TENANT, name, name)).encode()
    return Line(text, {"id": name}, "customer.created")


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_leaves_within_ten_seconds(kind: str, system: System) -> None:
    child = system.start(kind, f"{kind}-leaving", web_port=0)
    child.wait_ready()

    ended = system.stop(child.name)

    assert not ended.forced
    assert ended.status in LEFT, child.tail()
    assert ended.seconds < 10


@pytest.mark.slow
def test_a_driver_leaves_while_the_ledger_is_slow(system: System, connected: Connected) -> None:
    delay = {"fault": "delay", "where": "single_write", "seconds": 11}
    system.ledger.control("POST", "faults", delay)
    streams.publish(system.services.broker, [customer("SLOW-1")])
    while not system.ledger.stats()["writes_in_flight"]:
        time.sleep(0.05)

    ended = system.stop("worker-drive")

    assert not ended.forced
    assert ended.seconds < 10
    system.start("worker-drive").wait_ready()
    quiet.wait(system, 60)
    books = system.ledger.books(connected.company_id)["customer"]
    assert [row["name"] for row in books].count("SLOW-1") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_serves_its_metrics_on_loopback(kind: str, system: System) -> None:
    text = metrics_of(kind, system)

    assert f'process="{kind}"' in text
    assert 'books_records_failed_total{category="defect",kind="invoice"} 0.0' in text


def test_the_clock_alone_shows_what_stands_in_tables_and_queues(system: System) -> None:
    gauges = {"books_database_up 1.0", "books_broker_up 1.0", "books_dead_queue_messages 0.0"}
    shown = {kind: gauges & set(metrics_of(kind, system).splitlines()) for kind in KINDS}

    assert shown == {kind: gauges if kind == "scheduler" else set() for kind in KINDS}


def metrics_of(kind: str, system: System) -> str:
    url = system.processes[kind].metrics_url
    assert url
    return httpx.get(url).raise_for_status().text
