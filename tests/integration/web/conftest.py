"""The web application on a port, as browsers and probes reach it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from tests import written
from tests.integration.connecting import (
    office,
    other_office,
    services,
    settings,
    simulator,
    simulators,
    xero,
)
from worker.providers.http import trust
from worker.settings import Settings
from worker.sync.services import Services
from worker.web.app import Probe, create
from worker.web.server import broker_probe, database_probe

__all__ = ["office", "other_office", "services", "settings", "simulator", "simulators", "xero"]


@pytest.fixture(scope="session")
def probes(services: Services, settings: Settings) -> dict[str, Probe]:
    return {
        "database": database_probe(services.database),
        "broker": broker_probe(settings.broker_url),
    }


@contextmanager
def serving(app: Starlette, port: int) -> Iterator[str]:
    """The address of an application that a server runs in a thread."""
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def site(services: Services, settings: Settings, probes: dict[str, Probe]) -> Iterator[str]:
    """The address of the running application: the public one."""
    with serving(create(services, probes), settings.web_port) as address:
        yield address


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    """A browser that has no page open yet."""
    hooks = {"response": [_keep]}
    with httpx.Client(
        base_url=site, follow_redirects=False, verify=trust(), event_hooks=hooks
    ) as client:
        yield client


def _keep(response: httpx.Response) -> None:
    """What a page shows may hold no secret."""
    written.keep_answer(response.read().decode(errors="replace"))
