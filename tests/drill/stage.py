"""Where the drill happens: a running system with both ledgers, a tenant for each condition, and a
Prometheus that watches all of it."""

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from deploy.dev.probes import free_port
from events.publisher import Publisher
from events.topology import STATUSES
from tests.chaos import sales
from tests.chaos.ground import Ground
from tests.chaos.sales import Sale
from tests.chaos.scene import WINDOWS, eventually
from tests.drill import pages, prometheus
from tests.drill.compress import Scale
from tests.drill.prometheus import Job, Prometheus
from tests.system import broker, children, connecting, pace, processes, quiet, streams
from tests.system.connecting import Connected
from tests.system.environment import inherited, variables
from tests.system.listening import Listener, listening
from tests.system.processes import KINDS, System

PROVIDERS = ("quickbooks", "xero")
CROWD = tuple(f"crowd-{number}" for number in range(1, 7))
"""Tenants with QuickBooks to whom this and that happens."""

_TIMEOUT = 2.0
_XERO_DAY = 1000
_GAUGES_SECONDS = 1.0  # as often as they are scraped
_REST_SECONDS = 90.0
_UNSYNCED = """
    SELECT count(*) AS number FROM sync_status
    WHERE tenant_id = %(tenant)s AND status NOT IN ('synced', 'skipped')
"""
_LETTER = (
    "SELECT coalesce(max(id), 0) FROM dead_letters WHERE state = 'open' AND category = %(category)s"
)
_REF = "SELECT ref FROM sync_status WHERE tenant_id = %(tenant)s AND record_id = %(id)s"
# A bigint key of an advisory lock stands in two halves; ours begin with "BOOK".
_UNLEASE = """
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.objid = %(id)s
      AND l.classid = 1112493899
"""
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


@dataclass
class Stage:
    """Everything an exercise needs: processes to stop, ledgers to break, tenants to sell for."""

    ground: Ground
    system: System
    prometheus: Prometheus
    ports: Mapping[str, int]
    listener: Listener
    tenants: dict[str, Connected] = field(default_factory=dict)
    sold: list[Sale] = field(default_factory=list)

    def connect(self, names: Mapping[str, str]) -> None:
        """Connect tenants (name -> provider), each to a company of its own, with all parties in the
        books."""
        for name, provider in names.items():
            ledger = self.system.ledgers[provider]
            company = ledger.new_company(name=f"{name.title()} Maintenance")
            connected = connecting.connect(self.system, name, company, ledger)
            self.tenants[name] = connected
        for name in names:
            self.publish([*sales.parties(name), *sales.vendors(name)])
        self.rest()

    def sell(self, tenant: str, series: str, count: int = 5) -> list[Sale]:
        """Publish invoices that must be in the books once the drill is over, each once."""
        made = sales.invoices(tenant, series, count, seed=1)
        self.sold += made
        self.publish(sales.lines_of(made))
        return made

    def publish(self, lines: Sequence[streams.Line]) -> None:
        streams.publish(self.system.services.broker, lines)

    def unsynced(self, tenant: str) -> int:
        """How many records of a tenant are not in the books."""
        number: int = self.system.rows(_UNSYNCED, tenant=tenant)[0]["number"]
        return number

    def queued(self, queue: str) -> int:
        """How many messages wait in a queue."""
        return broker.depth(self.system.services.broker, queue).get(queue, 0)

    def letter(self, category: str) -> int:
        """The number of the open dead letter of a category."""
        return self.count(_LETTER, category=category)

    def count(self, query: str, **values: object) -> int:
        """What a query of one number reads."""
        return int(next(iter(self.system.rows(query, **values)[0].values())))

    def control(self, tenant: str, method: str, path: str, body: object = None) -> object:
        """A call to the control address of a tenant's company."""
        one = self.tenants[tenant]
        return one.ledger.control(method, f"companies/{one.company_id}/{path}", body)

    def fault(self, tenant: str, fault: str, **plan: object) -> None:
        """Plan a fault of the ledger in which a tenant's company is."""
        self.tenants[tenant].ledger.control("POST", "faults", {"fault": fault, **plan})

    def forget_faults(self, tenant: str) -> None:
        self.tenants[tenant].ledger.control("DELETE", "faults")

    def start(self, kind: str) -> None:
        """Start a process where Prometheus looks for it."""
        self.system.start(kind, metrics_port=self.ports[kind]).wait_ready()

    def rig(self, kind: str, module: str) -> None:
        """In the place of a process, one that is started by a module of ours."""
        self.system.stop(kind)
        settings = {**self.system.settings, "metrics_port": self.ports[kind]}
        environment = {**inherited(), **variables(settings)}
        command = [sys.executable, "-m", module]
        child = children.start(kind, command, environment, self.system.directory)
        self.system.processes[kind] = child
        child.wait_ready()

    def calm(self) -> None:
        """What an exercise has left behind must not reach the next one."""
        for ledger in self.system.ledgers.values():
            ledger.control("DELETE", "faults")
            ledger.control("PUT", "settings", {"limits": None, "latency_ms": [0, 0]})
        for kind in self.ports.keys() - self.system.processes.keys():
            self.start(kind)

    def start_beside(self, kind: str) -> None:
        """One more process of a kind, which Prometheus does not know."""
        self.system.start(kind, f"{kind}-beside").wait_ready()

    def stop_beside(self, kind: str) -> None:
        self.system.stop(f"{kind}-beside")

    def end_lease(self, tenant: str) -> None:
        """The lease of a frozen process ends with its session."""
        self.system.rows(_UNLEASE, id=self.tenants[tenant].id)

    def remove_unlinked(self, tenant: str, entity: str, record_id: str) -> None:
        """A bookkeeper deletes the one of two records that the CMMS does not know."""
        ref = self.system.rows(_REF, tenant=tenant, id=record_id)[0]["ref"]
        found: Any = self.control(tenant, "GET", f"entities/{entity}")
        for one in found:
            if record_id in str(one.get("PrivateNote")) and one["Id"] != ref:
                self.control(
                    tenant, "POST", f"entities/{entity}?operation=delete", {"Id": one["Id"]}
                )

    def request_pulls(self, resource: str, tenants: Sequence[str]) -> None:
        """Services of the CMMS ask for a pull."""
        with Publisher(self.system.services.broker) as publisher:
            for name in tenants:
                data = {"resource": resource}
                publisher.publish("sync.requested", source="/cmms/drill", tenant=name, data=data)

    @contextmanager
    def publishing(self, line: streams.Line, pause: float) -> Iterator[None]:
        """The same message again and again meanwhile."""
        over = threading.Event()

        def publish() -> None:
            while not over.wait(pause):
                self.publish([line])

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def unbind_listener(self) -> None:
        """The CMMS's queue hears nothing any more."""
        with broker.connected(self.listener.url) as connection, connection.channel() as channel:
            channel.queue_unbind(self.listener.queue, STATUSES, "#")

    def bind_listener(self) -> None:
        with broker.connected(self.listener.url) as connection, connection.channel() as channel:
            channel.queue_bind(self.listener.queue, STATUSES, "#")

    def put_back_database(self) -> None:
        """The database from a copy, under its old name: PostgreSQL knows it for another one."""
        name = urlsplit(self.system.database_url).path[1:]
        with psycopg.connect(self.system.services.database, autocommit=True) as admin:
            admin.execute(_END_SESSIONS, [name])
            admin.execute(f"ALTER DATABASE {name} RENAME TO {name}_lost".encode())
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {name}_lost".encode())
            admin.execute(f"DROP DATABASE {name}_lost WITH (FORCE)".encode())

    def runbook(self, *alerts: str, **examples: object) -> list[str]:
        """Run the commands of the pages of alerts, as an engineer would paste them, the same one
        once; what they say.

        `examples` are what the pages' names stand for: `acme`, and others with _ for -.
        Raises CommandFailed with what one said.
        """
        meant = {name.replace("_", "-"): value for name, value in examples.items()}
        lines = dict.fromkeys(line for alert in alerts for line in pages.commands(alert))
        return [self.system.books(*pages.words(line, meant)[1:]) for line in lines]

    def rest(self, seconds: float = _REST_SECONDS) -> float:
        """Wait until nothing moves; the seconds that took."""
        return quiet.wait(self.system, seconds)


@contextmanager
def staged(ground: Ground, program: Path, scale: Scale, **settings: object) -> Iterator[Stage]:
    """A system with every process running and no tenant yet; Prometheus is `program`."""
    chosen: dict[str, Any] = {**WINDOWS, **pace.unlimited(PROVIDERS), **settings}
    chosen |= {"gauges_seconds": _GAUGES_SECONDS, "xero__per_day": _XERO_DAY}
    chosen |= {f"{provider}__timeout": _TIMEOUT for provider in PROVIDERS}
    with (
        processes.running(ground.services, providers=PROVIDERS, **chosen) as system,
        listening(ground.services.broker) as listener,
    ):
        for ledger in system.ledgers.values():
            ledger.control("PUT", "settings", {"limits": None})
        ports = {kind: free_port() for kind in KINDS}
        server = prometheus.start(program, system.directory, _jobs(ground, ports), scale)
        stage = Stage(ground, system, server, ports, listener)
        try:
            for kind in KINDS:
                system.start(kind, metrics_port=ports[kind])
            for child in system.processes.values():
                child.wait_ready()
            eventually("every process scraped", lambda: _all_up(stage))
            yield stage
        finally:
            server.process.stop()


def _jobs(ground: Ground, ports: Mapping[str, int]) -> dict[str, Job]:
    """The processes, and RabbitMQ where it is ours and shows its metrics."""
    jobs = {"books": Job({kind: f"127.0.0.1:{port}" for kind, port in ports.items()})}
    if ground.own and (port := ground.own.rabbitmq.metrics_port):
        node = {"rabbitmq": f"127.0.0.1:{port}"}
        families = {"family": ["queue_coarse_metrics", "queue_consumer_count"]}
        jobs["rabbitmq"] = Job(node)
        jobs["rabbitmq-queues"] = Job(node, "/metrics/detailed", families)
    return jobs


def _all_up(stage: Stage) -> bool:
    up = stage.prometheus.query('up{job="books"} == 1')
    return len(up) == len(stage.ports)
