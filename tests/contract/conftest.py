"""Every ledger that we support, each in a company of its own; the simulators are real processes."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.simulated import LIMITS, Company, new_company, running_simulators
from worker.providers.http import client
from worker.providers.lookup import Chart
from worker.providers.port import Limits
from worker.providers.quickbooks.books import QuickBooks


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with client() as shared:
        yield shared


# The pace that a ledger asks for is kept where the traffic is recorded: it is checked there. Nobody
# waits for it otherwise.
RECORDING = "SIMULATOR_TRAFFIC" in os.environ
PACE = LIMITS if RECORDING else replace(LIMITS, per_second=1000)


@pytest.fixture(scope="session")
def simulators() -> Iterator[dict[str, Any]]:
    with running_simulators(recorded=True) as info:
        if not RECORDING:
            httpx.put(f"{info['control']}/settings", json={"limits": None})
        yield info


@pytest.fixture(scope="session")
def strict_simulators() -> Iterator[dict[str, Any]]:
    """For requests that are made to be refused: nothing is recorded, no limits are in the way."""
    with running_simulators(recorded=False) as info:
        httpx.put(f"{info['control']}/settings", json={"limits": None})
        yield info


@pytest.fixture(scope="session")
def charts() -> dict[str, Chart]:
    """Accounts and taxes are alike in all new companies of one kind: they are pulled once."""
    return {}


@pytest.fixture
def open_quickbooks(
    http: httpx.Client, simulators: dict[str, Any], charts: dict[str, Chart]
) -> Open:
    """Opens books in a new company of QuickBooks."""

    def open_(**options: object) -> Ledger:
        ledger = quickbooks_in(http, new_company(http, simulators, **options), PACE)
        kind = repr(sorted(options.items()))
        if kind not in charts:
            charts[kind] = quickbooks_in(http, ledger.company, PACE).chart()
        ledger.pulled = charts[kind]
        return ledger

    return open_


@pytest.fixture
def quickbooks(open_quickbooks: Open) -> Ledger:
    """Books in the usual company: one currency, manual sales tax of 8 per cent."""
    return open_quickbooks()


@pytest.fixture(params=["quickbooks"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Books of every provider in turn, for what all of them promise."""
    books: Ledger = request.getfixturevalue(request.param)
    return books


@pytest.fixture
def refusing(http: httpx.Client, strict_simulators: dict[str, Any]) -> Open:
    """Opens QuickBooks where requests are made to be refused."""

    def open_(**options: object) -> Ledger:
        fast = replace(LIMITS, per_second=1000)
        return quickbooks_in(http, new_company(http, strict_simulators, **options), fast)

    return open_


def quickbooks_in(http: httpx.Client, company: Company, limits: Limits) -> Ledger:
    books = QuickBooks(http, company.api, company.id, company.access_token, "sandbox", limits)
    return Ledger(books, company)
