"""A simulator of one ledger, running for tests, and connections to the companies in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from worker.store import connections as rows
from worker.store import feeds
from worker.sync import connections, first
from worker.sync.services import Services

Json = Any  # whatever JSON can hold


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
def running_simulator(provider: str, *options: str) -> Iterator[Simulator]:
    """A simulator process of its own; nothing is recorded, since its limits may be lifted."""
    environment = {k: v for k, v in os.environ.items() if k != "SIMULATOR_TRAFFIC"}
    command = [sys.executable, "-m", "tests.simulators", "--provider", provider, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    with process, httpx.Client(timeout=30) as http:
        try:
            yield Simulator(json.loads(process.stdout.readline())[provider], http)
        finally:
            process.terminate()


def connect(
    services: Services, simulator: Simulator, provider: str, tenant: str, company: str
) -> int:
    """An active connection as a consent leaves it: tokens stored, first pulls queued."""
    given = simulator.control("POST", f"companies/{company}/tokens", {})
    seal = services.cipher.seal
    values = {
        "tenant_id": tenant,
        "provider": provider,
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
