"""A simulated Xero for the session, calm and with a fresh organisation for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.simulators.xero.service.client import Books, Service, serving

CALM = {
    "limits": None,
    "latency_ms": [0, 0],
    "token_seconds": 1800,
    "refresh_token_seconds": 5_184_000,
    "grace_seconds": 1800,
    "code_seconds": 300,
    "key_seconds": 360,
    "bulk": False,
    "practice": False,
    "webhooks": None,
}


@pytest.fixture(scope="session")
def running_service() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.fixture
def service(running_service: Service) -> Service:
    """The session's Xero without limits, latency and faults."""
    running_service.control("PUT", "settings", CALM)
    running_service.control("DELETE", "faults")
    return running_service


@pytest.fixture
def books(service: Service) -> Books:
    """A new organisation in the US."""
    return service.open_books()
