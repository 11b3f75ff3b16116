"""From due to ref: throughput, calls of a backlog, memory, and the delay of single events."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from events.publisher import Publisher
from tests.bench import tenants
from tests.bench.figures import Figure, percentile
from tests.chaos import sales
from tests.system import pace, processes, quiet, streams
from tests.system.environment import Services
from tests.system.processes import System

UNLIMITED = pace.unlimited(["quickbooks"])
_BEHIND = ("intake", "worker-housekeeping", "scheduler")
_SECONDS = 600.0
_DUE = "SELECT count(*) AS count FROM links WHERE kind = 'invoice' AND state = 'due'"
_DONE = """
    SELECT count(*) AS count, max(synced_at) AS last,
           (SELECT min(recorded_at) FROM submissions s JOIN submission_items i
            ON i.submission_id = s.id WHERE i.kind = 'invoice') AS first
    FROM links WHERE kind = 'invoice' AND state = 'synced'
"""
_DELAYS = """
    SELECT extract(epoch FROM l.synced_at - i.time) AS to_ref,
           extract(epoch FROM i.received_at - i.time) AS to_inbox
    FROM inbox i JOIN documents d ON d.event_id = i.event_id JOIN links l ON l.document_id = d.id
    WHERE l.kind = 'invoice' AND l.state = 'synced'
"""


@dataclass(frozen=True)
class Size:
    """Invoices for each of so many tenants; or so many seconds at a rate."""

    tenants: int
    invoices: int = 0
    seconds: float = 0.0
    rate: float = 20.0


@contextmanager
def connected(
    services: Services, count: int, **settings: object
) -> Iterator[tuple[System, list[str]]]:
    """Tenants whose customers and items are in the books already; one driver is running."""
    names = [f"tenant-{number}" for number in range(count)]
    chosen: dict[str, object] = {"worker_threads": 32, **settings}
    with processes.running(services, **chosen) as system:  # type: ignore[arg-type]
        system.ledger.control("PUT", "settings", {"limits": None})
        for kind in (*_BEHIND, "worker-drive"):
            system.start(kind)
        with tenants.services(system) as made:
            ids = [tenants.add(made, system, name) for name in names]
            for connection_id in ids:
                tenants.consent_to(made, system, connection_id)
            quiet.wait(system, _SECONDS)
            for connection_id in ids:
                tenants.map_all(made, connection_id)
        parties = [line for name in names for line in sales.parties(name)]
        streams.publish(services.broker, parties)
        quiet.wait(system, _SECONDS)
        yield system, names


def push(services: Services, size: Size) -> list[Figure]:
    """Documents a second with one driver, a ledger that answers at once, and no limits."""
    with connected(services, size.tenants, **UNLIMITED) as (system, names):
        rate, _ = _work_off(system, names, size.invoices)
    what = f"documents a second from due to ref, one worker, {size.tenants} companies"
    return [Figure(what, f"{rate:,.0f}", "250")]


def backlog(services: Services, size: Size) -> list[Figure]:
    """The backlog of one company: calls, and what the worker holds in memory after it."""
    with connected(services, 1, **UNLIMITED) as (system, names):
        before = system.ledger.stats()
        rate, memory = _work_off(system, names, size.invoices)
        after = system.ledger.stats()
    batches, singles = (after[name] - before[name] for name in ("batches", "singles"))
    calls = (batches + singles) * 1000 / size.invoices
    return [
        Figure("calls for 1,000 invoices of a backlog", f"{calls:.0f}", "at most 36"),
        Figure("documents a second of that, one company", f"{rate:,.0f}"),
        Figure("memory of the worker after it", f"{memory:.0f} MB"),
    ]


def delay(services: Services, size: Size) -> list[Figure]:
    """From publishing to the ref, one event after the other, the ledger's own limits in force."""
    with connected(services, size.tenants) as (system, names):
        count = int(size.rate * size.seconds)
        each = -(-count // len(names))
        by_tenant = [sales.invoices(name, f"delay-{name}", each, seed=2) for name in names]
        _publish_evenly(system, [turn[n] for n in range(each) for turn in by_tenant], size.rate)
        quiet.wait(system, _SECONDS)
        rows = system.rows(_DELAYS)
    to_ref = [float(row["to_ref"]) * 1000 for row in rows]
    to_inbox = [float(row["to_inbox"]) * 1000 for row in rows]
    return [
        Figure(f"publish to ref at {size.rate:.0f} events a second, p50",
               f"{percentile(to_ref, 0.5):.0f} ms", "60 ms"),
        Figure("p99 of that", f"{percentile(to_ref, 0.99):.0f} ms", "250 ms"),
        Figure("publish to inbox, p50", f"{percentile(to_inbox, 0.5):.0f} ms"),
    ]  # fmt: skip


def _work_off(system: System, names: list[str], invoices: int) -> tuple[float, float]:
    """Let a backlog pile up, then start the driver: documents a second, and its memory in MB."""
    system.stop("worker-drive")
    for name in names:
        sold = sales.invoices(name, f"push-{name}", invoices, seed=1)
        streams.publish(system.services.broker, sales.lines_of(sold))
    total = invoices * len(names)
    while system.rows(_DUE)[0]["count"] < total:
        time.sleep(0.05)
    driver = system.start("worker-drive")
    while (row := system.rows(_DONE)[0])["count"] < total:
        time.sleep(0.05)
    seconds = (row["last"] - row["first"]).total_seconds()
    return total / seconds, _memory(driver.pid)


def _publish_evenly(system: System, sold: list[sales.Sale], rate: float) -> None:
    """Each event bears the time at which it is published."""
    due = time.monotonic()
    with Publisher(system.services.broker) as publisher:
        for sale in sold:
            time.sleep(max(0.0, due - time.monotonic()))
            written = sale.line.envelope
            line = sales.event(written["tenantid"], written["type"], written["data"])
            publisher.publish_raw(
                line.body, routing_key=line.routing_key, content_type=line.content_type
            )
            due += 1 / rate


def _memory(pid: int) -> float:
    """Resident set in MB (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
