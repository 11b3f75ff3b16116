"""A simulator for the session and a fresh company for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.simulators.client import Books, Simulator, started

CALM = {
    "limits": None,
    "latency_ms": [0, 0],
    "token_seconds": 3600,
    "rotation_seconds": 86_400,
    "grace_seconds": 86_400,
    "request_id_seconds": 86_400,
    "cdc_cap": 1000,
    "webhooks": None,
}


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    with started() as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """The session's simulator without limits, latency and faults."""
    running_simulator.control("PUT", "settings", CALM)
    running_simulator.control("DELETE", "faults")
    return running_simulator


@pytest.fixture
def books(simulator: Simulator) -> Books:
    """A new company in the US."""
    return open_books(simulator, {})


@pytest.fixture
def british_books(simulator: Simulator) -> Books:
    return open_books(simulator, {"country": "GB"})


@pytest.fixture
def multicurrency_books(simulator: Simulator) -> Books:
    return open_books(simulator, {"country": "US", "multicurrency": True})


def open_books(simulator: Simulator, wanted: dict[str, object]) -> Books:
    number = simulator.control("POST", "companies", wanted)["id"]
    tokens = simulator.control("POST", f"companies/{number}/tokens")
    return Books(simulator, number, tokens["access_token"], tokens["refresh_token"])
