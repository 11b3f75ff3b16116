"""Events a second into the tables, with one intake; beside it a plain Dramatiq actor."""

import sys
import time
from dataclasses import dataclass

import dramatiq
import psycopg
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from tests.bench import load, tenants
from tests.bench.figures import Figure
from tests.system import children, processes
from tests.system.environment import Services, inherited
from tests.system.processes import System
from tests.system.streams import Line

TENANTS = [f"tenant-{number}" for number in range(10)]
_BASELINE = "tests.bench.baseline"
_TAKEN = """
    SELECT count(*) AS count, min(received_at) AS first, clock_timestamp() AS now FROM inbox
"""
_LINKED = "SELECT count(*) AS count FROM links"
_UPSERTED = """
    SELECT count(*) AS count, min(stored_at) AS first, clock_timestamp() AS now FROM baseline
"""


@dataclass(frozen=True)
class Size:
    """How many events wait in the queue before anybody takes them."""

    events: int


FULL, TINY = Size(20_000), Size(200)


def measure(services: Services, size: Size) -> list[Figure]:
    """Both, one after the other, over the same events."""
    with processes.running(services) as system:
        lines = load.mixed(TENANTS, size.events)
        ours = _ours(system, lines)
        plain = _plain(system, lines)
    return [
        Figure("events a second into the tables, one intake", f"{ours:,.0f}", "5,000"),
        Figure("the same with one upsert a message in a plain actor", f"{plain:,.0f}"),
    ]


def _ours(system: System, lines: list[Line]) -> float:
    """Inbox, documents and links of one connection for each tenant."""
    with tenants.services(system) as made:
        for tenant in TENANTS:
            tenants.add(made, system, tenant)
    load.fill(system.services.broker, lines)
    system.start("intake")
    rate = _rate(system, _TAKEN, len(lines))
    linked = system.rows(_LINKED)[0]["count"]
    assert linked == len(lines), f"{linked} links for {len(lines)} events"
    system.stop("intake")
    return rate


def _plain(system: System, lines: list[Line]) -> float:
    """What the usual way costs: a message, a thread, a transaction."""
    with psycopg.connect(system.database_url) as database:
        database.execute(_TABLE)
    broker = RabbitmqBroker(url=system.services.broker)
    queue = dramatiq.Message[None]
    for line in lines:
        message = queue(
            queue_name="baseline",
            actor_name="upsert",
            args=(line.body.decode(),),
            kwargs={},
            options={},
        )
        broker.enqueue(message)
    broker.close()
    command = [sys.executable, "-m", "dramatiq", _BASELINE, "--processes", "1", "--threads", "8"]
    environment = {**inherited(), "DATABASE_URL": system.database_url}
    child = children.start("baseline", command, environment, system.directory)
    system.processes[child.name] = child
    rate = _rate(system, _UPSERTED, len(lines))
    system.stop(child.name)
    return rate


_TABLE = """
    CREATE TABLE baseline (
        tenant_id text, kind text, record_id text, version bigint, snapshot jsonb,
        stored_at timestamptz DEFAULT now(), PRIMARY KEY (tenant_id, kind, record_id))
"""


def _rate(system: System, query: str, count: int) -> float:
    """Rows a second by the database's clock, from the first transaction on."""
    while (row := system.rows(query)[0])["count"] < count:
        time.sleep(0.02)
    seconds: float = (row["now"] - row["first"]).total_seconds()
    return count / seconds
