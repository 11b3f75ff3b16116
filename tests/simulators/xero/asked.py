"""What a request to the accounting API asks for, as counters, faults and limits see it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulators.httpd import Request
from tests.simulators.xero.calls import Call
from tests.simulators.xero.wire import load

ROOT = "/api.xro/2.0/"


@dataclass(frozen=True)
class Asked:
    """One request below /api.xro/2.0. `elements` are the records in a write."""

    request: Request
    tenant: str
    path: str  # with its leading slash
    elements: int

    @classmethod
    def read(cls, request: Request) -> Asked:
        path = "/" + request.path.removeprefix(ROOT)
        tenant = request.headers.get("xero-tenant-id", "").lower()
        writes = request.method != "GET"
        return cls(request, tenant, path, _elements(request.body) if writes else 0)

    @property
    def resource(self) -> str:
        return self.path.split("/")[1]

    @property
    def counted_as(self) -> str:
        """How faults and counters call it: read, batch or single_write."""
        if self.request.method == "GET":
            return "read"
        return "batch" if self.elements > 1 else "single_write"

    @property
    def described(self) -> str:
        """What the counters of calls call it: read:Payments, write:Invoices."""
        verb = "read" if self.request.method == "GET" else "write"
        return f"{verb}:{self.resource}"

    def call(self, app: str) -> Call:
        request = self.request
        return Call(request.method, self.path, request.query, request.headers, request.body, app)


def _elements(body: bytes) -> int:
    """How many records a body holds: wrapped in their plural, a bare list, or one alone."""
    try:
        given = load(body)
    except ValueError:
        return 1
    if isinstance(given, dict) and len(given) == 1:
        given = next(iter(given.values()))
    return len(given) if isinstance(given, list) else 1
