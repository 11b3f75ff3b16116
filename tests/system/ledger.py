"""The simulated ledgers as one process, and the control address of each."""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.system import children
from tests.system.children import Child, NotReady
from tests.system.environment import inherited
from worker.providers.http import trust

Json = Any  # whatever JSON can hold
TITLES = {"quickbooks": "QuickBooks", "xero": "Xero"}
"""Provider -> its name for people."""

CHOICES = {**{provider: (provider,) for provider in TITLES}, "both": tuple(TITLES)}
"""What `--provider` may say -> the providers it means."""

_START_SECONDS = 20.0


@dataclass(frozen=True)
class Ledger:
    """One ledger as the simulator plays it; `info` is its part of the start line."""

    provider: str
    info: Mapping[str, Json]

    @property
    def title(self) -> str:
        return TITLES[self.provider]

    @property
    def company(self) -> dict[str, Json]:
        """The company that the simulator starts with."""
        found: dict[str, Json] = self.info["companies"][0]
        return found

    def settings(self) -> dict[str, object]:
        """The worker's settings that lead to the simulator instead of the real service."""
        addresses = _ADDRESSES[self.provider]
        return self.named(**{name: self.info[word] for name, word in addresses.items()})

    def named(self, **settings: object) -> dict[str, object]:
        """The worker's settings for this ledger by their whole names."""
        return {f"{self.provider}__{name}": value for name, value in settings.items()}

    def control(self, method: str, path: str, body: Json = None) -> Json:
        """One call to the control address, such as `GET stats`. Raises httpx.HTTPStatusError."""
        url = f"{self.info['control']}/{path}"
        answer = httpx.request(method, url, json=body, timeout=30, verify=trust())
        answer.raise_for_status()
        return answer.json()

    def new_company(self, **wanted: Json) -> dict[str, Json]:
        """Another company: `multicurrency`, `tax_rate`, `closed_until`, `country` ..."""
        made: dict[str, Json] = self.control("POST", "companies", wanted)
        return made

    def books(self, company_id: str) -> dict[str, list[dict[str, Json]]]:
        """Everything a company's books hold, by kind."""
        found: dict[str, list[dict[str, Json]]] = self.control(
            "GET", f"companies/{company_id}/books"
        )
        return found

    def enter(self, company_id: str, entity: str, body: Json) -> dict[str, Json]:
        """A person enters a record by hand; the record as the books hold it."""
        path = f"companies/{company_id}/entities/{entity}"
        made: dict[str, Json] = self.control("POST", path, body)[entity]
        return made

    def stats(self) -> dict[str, int]:
        """What the simulator has counted."""
        counted: dict[str, int] = self.control("GET", "stats")
        return counted

    def calls(self) -> dict[str, int]:
        """How many calls the ledger has seen, by what they were."""
        stats = self.stats()
        reads = sum(stats[name] for name in ("reads", "queries", "cdc"))
        return {"reads": reads, "single writes": stats["singles"], "batches": stats["batches"]}

    def vanished(self) -> int:
        """How many clients were gone when their write was to be answered."""
        stats = self.stats()
        return stats["vanished_writes"] + stats["vanished_batches"]


_CONSENT = {f"{name}_url": name for name in ("authorize", "token", "revoke")}
_ADDRESSES = {
    "quickbooks": {**_CONSENT, "sandbox_url": "api", "production_url": "api"},
    "xero": {**_CONSENT, "api_url": "api"},
}
"""Provider -> the settings that are addresses, with their names in the start line."""


def start(
    directory: Path, providers: Sequence[str], arguments: Sequence[str] = ()
) -> tuple[Child, dict[str, Ledger]]:
    """Start the simulators and wait for their start line; their ledgers by provider.

    Raises NotReady.
    """
    word = next(word for word, meant in CHOICES.items() if meant == tuple(providers))
    command = [sys.executable, "-m", "tests.simulators", "--provider", word, *arguments]
    child = children.start("simulators", command, inherited(), directory)
    end = time.monotonic() + _START_SECONDS
    while not (line := _start_line(child)):
        if not child.is_alive() or time.monotonic() > end:
            raise NotReady(f"the simulators did not start:\n{child.tail()}")
        time.sleep(0.02)
    return child, {provider: Ledger(provider, info) for provider, info in json.loads(line).items()}


def _start_line(child: Child) -> str:
    lines = child.log.read_text().splitlines(keepends=True)
    return next((line for line in lines if line.startswith("{") and line.endswith("\n")), "")


def add_option(parser: argparse.ArgumentParser) -> None:
    """`--provider`, one of CHOICES."""
    parser.add_argument(
        "--provider",
        choices=CHOICES,
        default="quickbooks",
        help="which ledger; both: the same events into a company of each (default: quickbooks)",
    )
