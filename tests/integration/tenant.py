"""A tenant with a connection to any ledger; tests turn every wheel of the worker by hand."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from events.delivery import Delivery
from tests import builders
from tests.written import new_key
from worker.store import connections as rows
from worker.store.connections import Connection
from worker.store.ledger_tables import payments
from worker.sync import drive, intake
from worker.sync.services import Services

Row = Any  # a row of a table

KEY = new_key()
WAITS: dict[str, Any] = {
    "send_by": 2.0,
    "settle_margin": 0.1,
    "lookup_gap": 0.1,
    "collect_seconds": 0.2,
    "payments_interval": 0,
    "lists_interval": 0,
}
"""Settings with every wait short, and nothing pulled by the clock."""


class Hinted:
    """Hints that arrive nowhere: tests read them and drive by hand."""

    def __init__(self) -> None:
        self.drives: list[int] = []
        self.relays: list[int] = []

    def drive(self, connection_ids: Any) -> None:  # noqa: ANN401
        self.drives += connection_ids

    def relay(self, partitions: Any) -> None:  # noqa: ANN401
        self.relays += partitions


@dataclass
class Tenant:
    """One tenant: its events, its connection, and what the tables hold of both."""

    services: Services
    tenant: str
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
