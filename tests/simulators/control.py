"""What the control addresses of all ledgers have in common: settings, faults, counters, calls."""

from __future__ import annotations

from typing import Protocol

from tests.simulators.faults import Fault, Faults
from tests.simulators.httpd import Request
from tests.simulators.settings import Adjustable, Json, Stats

ROOT = "/control/"
COUNTERS = (  # shown while they are zero, too; a ledger without queries has made none
    "singles",
    "batches",
    "batch_items",
    "queries",
    "reads",
    "cdc",
    "token_refreshes",
    "token_refusals",
    "code_exchanges",
    "throttled",
    "writes_in_flight",
    "answers_lost_singles",
    "answers_lost_batches",
    "vanished_writes",
    "vanished_batches",
    "replays",
    "webhooks",
    "webhooks_refused",
)


class Sending(Protocol):
    def adjust(self) -> None: ...


class Controlled(Protocol):
    """A ledger as its control address sees it."""

    @property
    def settings(self) -> Adjustable: ...
    @property
    def stats(self) -> Stats: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def webhooks(self) -> Sending: ...
    def info(self) -> dict[str, Json]: ...


def control_ledger(ledger: Controlled, request: Request, body: Json) -> Json:
    """One word under /control. Raises LookupError for an unknown one, ValueError, TypeError."""
    asked, word = request.query, request.path.removeprefix(ROOT)
    match request.method, word:
        case "GET", "info":
            return ledger.info()
        case "GET" | "PUT", "settings":
            ledger.settings.change(body)
            ledger.webhooks.adjust()
            return ledger.settings.data()
        case "GET" | "POST" | "DELETE" as method, "faults":
            return _faults(ledger.faults, method, body)
        case "GET", "stats":
            return ledger.stats.data(COUNTERS)
        case "POST", "marks":
            return {"mark": ledger.stats.mark()}
        case "GET", "calls":
            since = int(asked["since"]) if "since" in asked else None
            return ledger.stats.calls(since, asked.get("company"))
    raise LookupError(f"{request.method} {word}")


def _faults(faults: Faults, method: str, body: Json) -> Json:
    match method:
        case "POST":
            fault = Fault.parse(body)
            faults.add(fault)
            return fault.data()
        case "DELETE":
            faults.clear()
    return faults.listed()
