"""A connected tenant on a running system whose windows are seconds: where scenarios happen."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.dev.probes import free_port
from tests.chaos import sales
from tests.chaos.ground import Ground
from tests.system import children, pace, processes, quiet, streams
from tests.system.children import Child
from tests.system.connecting import Connected, connect
from tests.system.environment import inherited, variables
from tests.system.processes import System
from worker.broker import BrokerHints, make_broker

Found = TypeVar("Found")

WINDOWS: dict[str, object] = {
    # Another driver takes a submission over after the sum of these two and the ledger's timeout.
    "send_by": 0.8,
    "settle_margin": 0.2,
    "lookup_gap": 0.5,
    "tick_seconds": 0.2,
    "wake_all_seconds": 2.0,
    "worker_threads": 8,
}
_TIMEOUT = 1.5
# The ledger's limits have tests of their own, and waiting for a minute proves nothing here. What is
# recorded keeps them: the recording is checked against them.
RECORDED = "SIMULATOR_TRAFFIC" in os.environ
TENANT = "chaos"
_INVOICES = {"quickbooks": "invoice", "xero": "invoices"}
_REST_SECONDS = 120.0


class NeverHappened(Exception):
    """What a scenario waited for did not come; the message says what it was."""


@dataclass
class Scene:
    """Intake, housekeeping and clock are running; drivers come from the scenario."""

    ground: Ground
    system: System
    tenant: Connected

    def driver(self, name: str = "driver", **settings: object) -> Child:
        """A worker that drives. Its database sessions bear its name."""
        own = {"database_url": self.database_url(name), **settings}
        return self.system.start("worker-drive", name, **own)

    def rigged(self, name: str, module: str, *arguments: str, **settings: object) -> Child:
        """A process that is started by a module of ours instead of `books`."""
        own = {"metrics_port": free_port(), "database_url": self.database_url(name)}
        environment = {**inherited(), **variables({**self.system.settings, **own, **settings})}
        command = [sys.executable, "-m", module, *arguments]
        child = children.start(name, command, environment, self.system.directory)
        self.system.processes[name] = child
        return child

    def database_url(self, name: str) -> str:
        """The database under an application name, by which sessions tell whose they are."""
        return f"{self.system.database_url}?application_name={name}"

    def publish(self, lines: Sequence[streams.Line]) -> None:
        streams.publish(self.ground.services.broker, lines)

    def latency(self, low_ms: float, high_ms: float) -> None:
        """How long the ledger thinks about each call."""
        self.system.ledger.control("PUT", "settings", {"latency_ms": [low_ms, high_ms]})

    def fault(self, fault: str, **plan: object) -> None:
        """Of the next writes of invoices, or of bills where they are the same to the ledger."""
        entity = _INVOICES[self.system.ledger.provider]
        plan = {"fault": fault, "where": "write", "entity": entity, **plan}
        self.system.ledger.control("POST", "faults", plan)

    def hint(self, times: int) -> None:
        """Hints to drive our connection, as a burst of webhooks would bring them."""
        broker = make_broker(self.ground.services.broker)
        BrokerHints(broker).drive([self.tenant.id] * times)
        broker.close()

    def stat(self, name: str) -> int:
        return self.system.ledger.stats()[name]

    def drivers(self) -> list[Child]:
        """The workers that drive, as long as nobody has stopped or killed them."""
        running = self.system.processes.values()
        return [child for child in running if child.name.startswith("driver")]

    def holder(self) -> Child | None:
        """The driver that holds the lease on our connection, if there is one."""
        rows = self.system.rows(_HOLDER, id=self.tenant.id)
        return next((self.system.processes.get(row["application_name"]) for row in rows), None)

    def dismiss(self) -> None:
        """Stop all drivers, in order."""
        drivers = self.drivers()
        for child in drivers:
            child.ask_to_stop()
        for child in drivers:
            self.system.stop(child.name)

    def synced(self, ids: Sequence[str]) -> int:
        """How many of these sales the books hold in the newest version, by our own tables."""
        count: int = self.system.rows(_SYNCED, ids=list(ids))[0]["synced"]
        return count

    def left(self) -> dict[str, int]:
        """What is under way or was given up: links, requests, status events, dead letters."""
        counts: dict[str, int] = self.system.rows(_LEFT)[0]
        return {name: count for name, count in counts.items() if count}

    def finish(self, ids: Sequence[str], seconds: float = _REST_SECONDS) -> None:
        """Wait until the books hold these and nothing is left to do. Raises NeverHappened."""
        end = time.monotonic() + seconds
        while (synced := self.synced(ids)) < len(ids) or self.left():
            if time.monotonic() > end:
                said = f"{synced} of {len(ids)} synced, left: {self.left() or 'nothing'}"
                raise NeverHappened(f"an end of the work within {seconds:g} s: {said}")
            time.sleep(0.1)

    def rest(self, seconds: float = _REST_SECONDS) -> float:
        """Wait until nothing moves any more; the seconds that took."""
        return quiet.wait(self.system, seconds)


# A bigint key of an advisory lock stands in two halves; ours begin with "BOOK".
_HOLDER = """
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.classid = 1112493899 AND l.objid = %(id)s
"""


_SYNCED = """
    SELECT count(*) AS synced FROM links
    WHERE record_id = ANY(%(ids)s) AND state = 'synced' AND synced_version = wanted_version
"""
_LEFT = """
    SELECT (SELECT count(*) FROM links WHERE state <> 'synced') AS links,
           (SELECT count(*) FROM submissions WHERE state = 'open') AS requests,
           (SELECT count(*) FROM submission_items WHERE outcome IS NULL) AS items,
           (SELECT count(*) FROM outbox WHERE state = 'pending') AS statuses,
           (SELECT count(*) FROM dead_letters WHERE state = 'open') AS dead
"""


@contextmanager
def playing(ground: Ground, provider: str = "quickbooks") -> Iterator[Scene]:
    """A scene with all parties in the books already, and no driver."""
    lifted = {} if RECORDED else pace.unlimited([provider])
    chosen: dict[str, Any] = {**WINDOWS, f"{provider}__timeout": _TIMEOUT, **lifted}
    with processes.running(ground.services, providers=[provider], **chosen) as system:
        if not RECORDED:
            system.ledger.control("PUT", "settings", {"limits": None})
        for kind in processes.KINDS:
            system.start(kind)
        for child in system.processes.values():
            child.wait_ready()
        tenant = connect(system, TENANT, system.ledger.company)
        system.stop("web")
        scene = Scene(ground, system, tenant)
        scene.publish(sales.parties(TENANT))
        scene.rest()
        system.stop("worker-drive")
        yield scene


def eventually(what: str, look: Callable[[], Found | None], seconds: float = 30.0) -> Found:
    """The first answer that is something. Raises NeverHappened."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    raise NeverHappened(f"{what}: not within {seconds:g} s")
