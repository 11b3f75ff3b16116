"""Every ledger that we support, each in a company of its own; the simulators are real processes."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.providers import PROVIDERS, QUICKBOOKS, Provider
from tests.contract.simulated import CANNOT, running_simulators
from worker.providers.http import client
from worker.providers.lookup import Chart

# The pace that a ledger asks for is kept where the traffic is recorded: it is checked there. Nobody
# waits for it otherwise.
RECORDING = "SIMULATOR_TRAFFIC" in os.environ


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with client() as shared:
        yield shared


@pytest.fixture(scope="session")
def simulators() -> Iterator[dict[str, Any]]:
    with running_simulators(recorded=True) as info:
        if not RECORDING:
            lift_limits(info)
        yield info


@pytest.fixture(scope="session")
def strict_simulators() -> Iterator[dict[str, Any]]:
    """For requests that are made to be refused: nothing is recorded, no limits are in the way."""
    with running_simulators(recorded=False) as info:
        lift_limits(info)
        yield info


def lift_limits(simulators: dict[str, Any]) -> None:
    for info in simulators.values():
        httpx.put(f"{info['control']}/settings", json={"limits": None})


@pytest.fixture(scope="session")
def charts() -> dict[str, Chart]:
    """Accounts and taxes are alike in new companies of one kind, but for their ids in some ledgers:
    where they are, they are pulled once."""
    return {}


def opening(
    provider: Provider, http: httpx.Client, simulators: dict[str, Any], charts: dict[str, Chart]
) -> Open:
    """Opens books in new companies of a provider."""

    def open_(**options: object) -> Ledger:
        company = provider.new_company(http, simulators, **options)
        limits = provider.limits if RECORDING else replace(provider.limits, per_second=1000)
        mapping = dict(provider.mapping)
        kind = company.id if provider.own_ids else f"{provider.name} {sorted(options.items())}"
        if kind not in charts:
            charts[kind] = Ledger(
                provider, provider.open(company, limits), company, mapping
            ).chart()
        books = provider.open(company, limits)
        return Ledger(provider, books, company, mapping, pulled=charts[kind])

    return open_


@pytest.fixture
def open_quickbooks(
    http: httpx.Client, simulators: dict[str, Any], charts: dict[str, Chart]
) -> Open:
    """Opens books in a new company of QuickBooks."""
    return opening(QUICKBOOKS, http, simulators, charts)


@pytest.fixture
def quickbooks(open_quickbooks: Open) -> Ledger:
    """Books in the usual company: one currency, manual sales tax of 8 per cent."""
    return open_quickbooks()


@pytest.fixture(params=PROVIDERS)
def open_ledger(
    request: pytest.FixtureRequest,
    http: httpx.Client,
    simulators: dict[str, Any],
    charts: dict[str, Chart],
) -> Open:
    """Opens books of every provider in turn, for what all of them promise.

    A test that `needs` what this one cannot do has to fail here: CANNOT says why.
    """
    for mark in request.node.iter_markers("needs"):
        if reason := CANNOT[request.param].get(mark.args[0]):
            request.applymarker(pytest.mark.xfail(reason=reason, raises=AssertionError))
    return opening(PROVIDERS[request.param], http, simulators, charts)


@pytest.fixture
def ledger(open_ledger: Open) -> Ledger:
    """Books of every provider in turn, in the usual company."""
    return open_ledger()


@pytest.fixture
def refusing(http: httpx.Client, strict_simulators: dict[str, Any]) -> Open:
    """Opens QuickBooks where requests are made to be refused."""

    def open_(**options: object) -> Ledger:
        company = QUICKBOOKS.new_company(http, strict_simulators, **options)
        books = QUICKBOOKS.open(company, replace(QUICKBOOKS.limits, per_second=1000))
        return Ledger(QUICKBOOKS, books, company, dict(QUICKBOOKS.mapping))

    return open_
