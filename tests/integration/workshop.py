"""A tenant with books of its own in a simulated QuickBooks; tests turn every wheel by hand."""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from events.delivery import Delivery
from tests import builders
from worker.bootstrap import make_services
from worker.providers.authorizer import Tokens
from worker.providers.port import Books
from worker.settings import QuickBooksSettings, Settings
from worker.store import connections as rows
from worker.store import feeds
from worker.store.columns import metadata
from worker.store.connections import Connection
from worker.store.ledger_tables import payments
from worker.store.session import Database, Session
from worker.sync import connections, drive, first, intake, tokens
from worker.sync.services import Services

Json = Any  # whatever JSON can hold
Row = Any  # a row of a table

MAPPING = {
    "income": "4000",
    "expense": "5000",
    "asset": "1300",
    "sales": "4100",
    "purchase": "6410",
    "payment": "1200",
    "journal_debit": "6400",
    "journal_credit": "1000",
}
"""Key of the mapping -> number of an account in a new company."""


class Hinted:
    """Hints that arrive nowhere: tests read them and drive by hand."""

    def __init__(self) -> None:
        self.drives: list[int] = []
        self.relays: list[int] = []

    def drive(self, connection_ids: Any) -> None:  # noqa: ANN401
        self.drives += connection_ids

    def relay(self, partitions: Any) -> None:  # noqa: ANN401
        self.relays += partitions


@dataclass(frozen=True)
class Simulator:
    """A running simulator and its control address."""

    info: dict[str, Any]
    http: httpx.Client

    def control(self, method: str, path: str, body: object = None) -> Json:
        answer = self.http.request(method, f"{self.info['control']}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, where: str = "write", **plan: object) -> None:
        self.control("POST", "faults", {"fault": kind, "where": where} | plan)

    def heal(self) -> None:
        """No fault is planned any more."""
        self.control("DELETE", "faults")

    def hits(self) -> int:
        """How often the planned faults have struck."""
        return sum(plan["hits"] for plan in self.control("GET", "faults"))

    def stat(self, name: str) -> int:
        return int(self.control("GET", "stats")[name])


@contextmanager
def running_simulator(*options: str) -> Iterator[Simulator]:
    """A simulator process of its own; nothing is recorded, since its limits may be lifted."""
    environment = {k: v for k, v in os.environ.items() if k != "SIMULATOR_TRAFFIC"}
    command = [sys.executable, "-m", "tests.simulators", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    with process, httpx.Client(timeout=30) as http:
        try:
            yield Simulator(json.loads(process.stdout.readline())["quickbooks"], http)
        finally:
            process.terminate()


def short_settings(database_url: str, simulator: Simulator, **changes: object) -> Settings:
    """Every wait short; `quickbooks` in `changes` are its limits and addresses."""
    info = simulator.info
    ledger = {
        "authorize_url": info["authorize"],
        "token_url": info["token"],
        "revoke_url": info["revoke"],
        "production_url": info["api"],
        "sandbox_url": info["api"],
        "per_second": 10_000,
        "per_minute": 100_000,
        "batches_per_minute": 10_000,
        "timeout": 2.0,
    }
    quickbooks = changes.pop("quickbooks", {})
    given: dict[str, Any] = {
        "database_url": database_url,
        "broker_url": "amqp://nobody.invalid",
        "encryption_keys": [SecretStr(_KEY)],
        "send_by": 2.0,
        "settle_margin": 0.1,
        "lookup_gap": 0.1,
        "collect_seconds": 0.2,
        "payments_interval": 0,
        "lists_interval": 0,
    }
    return Settings(**given | changes, quickbooks=QuickBooksSettings(**ledger | quickbooks))  # type: ignore[operator]


_KEY = Fernet.generate_key().decode()


@dataclass
class Shop:
    """One tenant: its events, its connection, its company in the simulator."""

    services: Services
    simulator: Simulator
    tenant: str
    company: str
    connection_id: int
    hints: Hinted
    threads: ThreadPoolExecutor = field(repr=False)

    # what the CMMS does

    def event(self, type_: str, data: dict[str, Any], **options: Any) -> Delivery:  # noqa: ANN401
        return builders.event(type_, data, tenant=self.tenant, **options)

    def send(self, type_: str, data: dict[str, Any], **options: Any) -> None:  # noqa: ANN401
        """An event, taken in."""
        self.take(self.event(type_, data, **options))

    def take(self, *deliveries: Delivery) -> intake.Taken:
        return intake.take_in(self.services.database, deliveries)

    # what the worker does

    def drive(self, services: Services | None = None) -> None:
        """One hint, taken up."""
        drive.drive(services or self.services, self.connection_id)

    def driving(self, services: Services | None = None) -> "Future[None]":
        """The same in another thread."""
        return self.threads.submit(self.drive, services)

    def work(self, seconds: float = 15.0, services: Services | None = None) -> None:
        """Drive as the clock does, until nothing is due within the next five seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.drive(services)
            left = self.seconds_to_next()
            if left is None or left > 5:
                return
            time.sleep(max(left, 0.0))
        raise AssertionError(f"still at work after {seconds} s: {self.states()}")

    def seconds_to_next(self) -> float | None:
        """Until the connection is due; None while it sleeps or is not active."""
        query = (
            "SELECT extract(epoch FROM next_due - clock_timestamp()) FROM connections WHERE id = :c"
        )
        found = self.all(f"{query} AND state = 'active' AND next_due IS NOT NULL")
        return float(found[0][0]) if found else None

    def later(self, **how_long: float) -> None:
        """Let time pass for what is written down of this connection."""
        seconds = timedelta(**how_long).total_seconds()
        for table, columns in _CLOCKS.items():
            shifted = ", ".join(f"{c} = {c} - make_interval(secs => {seconds})" for c in columns)
            key = "id" if table == "connections" else "connection_id"
            self.run(f"UPDATE {table} SET {shifted} WHERE {key} = :c")

    # what people see

    def row(self) -> Connection:
        with self.begin() as session:
            return rows.get(session, self.connection_id)

    def link(self, record_id: str) -> Row:
        found = self.all(
            "SELECT * FROM links WHERE connection_id = :c AND record_id = :r", r=record_id
        )
        assert len(found) == 1, f"{len(found)} links of {record_id}"
        return found[0]

    def states(self) -> dict[str, str]:
        """The records of the CMMS by id, with the states of their links."""
        query = "SELECT record_id, state FROM links WHERE connection_id = :c"
        found = self.all(f"{query} AND record_id NOT LIKE '~%'")
        return {row.record_id: row.state for row in found}

    def submissions(self) -> list[Row]:
        return self.all("SELECT * FROM submissions WHERE connection_id = :c ORDER BY id")

    def payments(self) -> list[Row]:
        query = payments.select().where(payments.c.connection_id == self.connection_id)
        with self.begin() as session:
            return list(session.execute(query.order_by(payments.c.id)))

    def letters(self) -> list[Row]:
        return self.all("SELECT * FROM dead_letters ORDER BY id")

    def told(self, record_id: str | None = None) -> list[str]:
        """The types of the tenant's status events, of one record or of all, in order."""
        return [event["type"].removeprefix("accounting.") for event in self.events(record_id)]

    def events(self, record_id: str | None = None) -> list[dict[str, Any]]:
        found = self.all(
            "SELECT envelope FROM outbox WHERE tenant_id = :t ORDER BY id", t=self.tenant
        )
        envelopes = [row.envelope for row in found]
        return [e for e in envelopes if record_id in (None, e["data"].get("record_id"))]

    # what the bookkeeper does

    def books(self, kind: str) -> list[dict[str, Any]]:
        """All records of a kind in the company, its own ones too."""
        return list(self.simulator.control("GET", f"companies/{self.company}/entities/{kind}"))

    def marked(self, kind: str, record_id: str) -> list[dict[str, Any]]:
        """The records of the company that bear this CMMS record's marker."""
        mark = f" {record_id}]"
        return [one for one in self.books(kind) if mark in str(one)]

    def enter(self, kind: str, operation: str | None = None, **body: object) -> dict[str, Any]:
        """A person enters or changes a record in QuickBooks itself."""
        asked = f"?operation={operation}" if operation else ""
        path = f"companies/{self.company}/entities/{kind}{asked}"
        return dict(self.simulator.control("POST", path, body)[kind])

    def control(self, word: str) -> None:
        """`expire-tokens` or `withdraw`."""
        self.simulator.control("POST", f"companies/{self.company}/{word}")

    def reconnect(self) -> None:
        """A person consents again; the tokens are stored as the callback stores them."""
        company = f"companies/{self.company}"
        self.simulator.control("PUT", f"{company}/switches", {"withdrawn": False})
        given = self.simulator.control("POST", f"{company}/tokens")
        lives = timedelta(hours=1)
        fresh = Tokens(given["access_token"], given["refresh_token"], lives, None)
        with self.begin() as session:
            row = rows.lock(session, self.connection_id)
            active = {"state": "active", "paused_code": None}
            assert tokens.stored(session, self.services.cipher, row, fresh, **active)
            connections.queue(session, self.connection_id, first.PULLS, "connect")
            rows.wake(session, [self.connection_id])

    def account(self, number: str) -> str:
        """The id of an account in the company."""
        return next(str(a["Id"]) for a in self.books("Account") if a.get("AcctNum") == number)

    # the tables

    def begin(self) -> Any:  # noqa: ANN401
        return self.services.database.begin()

    def all(self, query: str, **values: object) -> list[Row]:
        with self.begin() as session:
            return list(session.execute(sa.text(query), self._values(query, values)))

    def run(self, statement: str, **values: object) -> None:
        with self.begin() as session:
            session.execute(sa.text(statement), self._values(statement, values))

    def change(self, **values: object) -> None:
        with self.begin() as session:
            rows.change(session, self.connection_id, **values)

    def _values(self, query: str, values: dict[str, object]) -> dict[str, object]:
        return values | ({"c": self.connection_id} if ":c" in query else {})


_CLOCKS = {
    "connections": ("next_due", "hold_until", "hinted_at", "access_expires_at"),
    "links": ("next_attempt_at", "wanted_since"),
    "submissions": ("recorded_at", "send_by", "settle_at"),
    "runs": ("next_attempt_at",),
    "feeds": ("next_due",),
}

OpenShop = Callable[..., Shop]
WithSettings = Callable[..., Services]


class Altered:
    """The real books of a company, but for the methods that a test names."""

    def __init__(self, real: Books, **methods: Callable[..., object]) -> None:
        self._real = real
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._real, name)


def with_books(services: Services, alter: Callable[[Books], object]) -> Services:
    """The same services with a ledger whose books are altered each time they are opened."""
    ledger = services.ledgers["quickbooks"]

    def opened(connection: Connection, token: str) -> Any:  # noqa: ANN401
        return alter(ledger.open(connection, token))

    return replace(services, ledgers={"quickbooks": replace(ledger, open=opened)})


@pytest.fixture(scope="session")
def books_simulator() -> Iterator[Simulator]:
    """A simulator that allows any number of calls."""
    with running_simulator() as simulator:
        simulator.control("PUT", "settings", {"limits": None})
        yield simulator


@pytest.fixture(scope="session")
def hints() -> Hinted:
    return Hinted()


@pytest.fixture(scope="session")
def books_services(
    database_url: str, books_simulator: Simulator, hints: Hinted
) -> Iterator[Services]:
    built = make_services(short_settings(database_url, books_simulator), hints, threads=12)
    yield built
    built.close()


@pytest.fixture
def with_settings(
    database_url: str, books_simulator: Simulator, hints: Hinted
) -> Iterator[Callable[..., Services]]:
    """Services with other settings than the short ones; closed after the test."""
    built: list[Services] = []

    def build(simulator: Simulator = books_simulator, **changes: object) -> Services:
        settings = short_settings(database_url, simulator, **changes)
        built.append(make_services(settings, hints, threads=4))
        return built[-1]

    yield build
    for services in built:
        services.close()


@pytest.fixture
def empty_tables(books_services: Services, hints: Hinted) -> Database:
    """The database without a row, and nobody hinted."""
    hints.drives.clear()
    hints.relays.clear()
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with books_services.database.begin() as session:
        session.execute(sa.text(f"TRUNCATE {names}"))
    return books_services.database


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture
def open_shop(
    books_services: Services,
    books_simulator: Simulator,
    hints: Hinted,
    empty_tables: Database,
    threads: ThreadPoolExecutor,
) -> OpenShop:
    """Opens connected tenants whose first pulls are still queued; options are the company's."""
    books_simulator.heal()

    def open_one(
        simulator: Simulator = books_simulator, tenant: str | None = None, **options: object
    ) -> Shop:
        company = simulator.control("POST", "companies", options)["id"]
        name = tenant or f"tenant-{secrets.token_hex(4)}"
        row = connect(books_services, simulator, name, company)
        return Shop(books_services, simulator, name, company, row, hints, threads)

    return open_one


@pytest.fixture
def unmapped(open_shop: OpenShop) -> Shop:
    """Connected, first pulls done, nothing mapped."""
    shop = open_shop()
    shop.work()
    return shop


@pytest.fixture
def shop(unmapped: Shop) -> Shop:
    """Ready: connected, pulled, mapped; with nothing of the CMMS in the books."""
    numbers = {a["AcctNum"]: a["Id"] for a in unmapped.books("Account") if "AcctNum" in a}
    unmapped.change(mapping={key: numbers[number] for key, number in MAPPING.items()})
    return unmapped


@pytest.fixture
def books(shop: Shop) -> Shop:
    """A shop with the customer CUS-1 and the item ITM-1 in its books; two submissions are over."""
    shop.send("customer.created", builders.a_customer())
    shop.send("item.created", builders.an_item())
    shop.work()
    return shop


def connect(services: Services, simulator: Simulator, tenant: str, company: str) -> int:
    """An active connection as a consent leaves it: tokens stored, first pulls queued."""
    given = simulator.control("POST", f"companies/{company}/tokens")
    seal = services.cipher.seal
    values = {
        "tenant_id": tenant,
        "provider": "quickbooks",
        "environment": "sandbox",
        "company_id": company,
        "client_id": simulator.info["client_id"],
        "client_secret": seal(simulator.info["client_secret"]),
        "access_token": seal(given["access_token"]),
        "refresh_token": seal(given["refresh_token"]),
        "access_expires_at": datetime.now(UTC) + timedelta(hours=1),
        "state": "active",
    }
    with services.database.begin() as session:
        added = rows.add(session, values)
        connections.queue(session, added, first.PULLS, "connect")
        for resource in ("accounts", "taxes", "payments"):
            feeds.add(session, added, resource, 0, 0.0)
        rows.wake(session, [added])
    return added


@contextmanager
def on_insert(shop: Shop, table: str, action: str) -> Iterator[None]:
    """PostgreSQL does something with every new row (`NEW`), before the insert is over."""
    shop.run(f"""
        CREATE FUNCTION on_insert() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM {action}; RETURN NULL; END $$;
        CREATE TRIGGER on_insert AFTER INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION on_insert()""")
    try:
        yield
    finally:
        shop.run("DROP FUNCTION on_insert CASCADE")


CUT_LEASE = """
    pg_terminate_backend(pid, 5000) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 1112493899 AND objid = NEW.connection_id
      AND granted"""
"""The database connection that holds the lease is cut as soon as a row is there."""


def cut_lease(shop: Shop) -> None:
    """The database connection that holds the lease is cut now."""
    assert shop.all(f"SELECT {CUT_LEASE.replace('NEW.connection_id', ':c')}"), "nobody drives"


def until(happened: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for what another thread brings about."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.005)


def locks_waited_for(session: Session) -> int:
    """How many backends of this database wait for a lock right now."""
    query = """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    return int(session.execute(sa.text(query)).scalar_one())
