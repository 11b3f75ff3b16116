"""The simulated ledgers as a process, and their control address."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.system import children
from tests.system.children import Child, NotReady
from tests.system.environment import inherited

Json = Any  # whatever JSON can hold
_START_SECONDS = 20.0


@dataclass
class Ledger:
    """QuickBooks as the simulator plays it; `info` is its start line."""

    child: Child
    info: dict[str, Json]

    provider = "quickbooks"

    @property
    def company(self) -> dict[str, Json]:
        """The company that the simulator starts with."""
        found: dict[str, Json] = self.info["companies"][0]
        return found

    def settings(self) -> dict[str, object]:
        """The worker's settings that lead to the simulator instead of Intuit."""
        return {
            "quickbooks__authorize_url": self.info["authorize"],
            "quickbooks__token_url": self.info["token"],
            "quickbooks__revoke_url": self.info["revoke"],
            "quickbooks__sandbox_url": self.info["api"],
            "quickbooks__production_url": self.info["api"],
        }

    def control(self, method: str, path: str, body: Json = None) -> Json:
        """One call to the control address, such as `GET stats`. Raises httpx.HTTPStatusError."""
        url = f"{self.info['control']}/{path}"
        answer = httpx.request(method, url, json=body, timeout=30)
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


def start(directory: Path, arguments: Sequence[str] = ()) -> Ledger:
    """Start the simulators and wait for their start line. Raises NotReady."""
    command = [sys.executable, "-m", "tests.simulators", *arguments]
    child = children.start("simulators", command, inherited(), directory)
    end = time.monotonic() + _START_SECONDS
    while not (line := _start_line(child)):
        if not child.is_alive() or time.monotonic() > end:
            raise NotReady(f"the simulators did not start:\n{child.tail()}")
        time.sleep(0.02)
    return Ledger(child, json.loads(line)["quickbooks"])


def _start_line(child: Child) -> str:
    lines = child.log.read_text().splitlines(keepends=True)
    return next((line for line in lines if line.startswith("{") and line.endswith("\n")), "")
