"""The process `books web`: uvicorn round the application, stopped within the grace period."""

import logging
import signal
import socket

import pika
import uvicorn
from sqlalchemy.exc import DBAPIError

from events.connection import LOST
from events.connection import connect as connect_broker
from worker import logs
from worker.bootstrap import expose, make_services
from worker.settings import Settings, from_environment, mark_ready
from worker.store import migrate
from worker.store.session import Database
from worker.web.app import Probe, create

log = logging.getLogger(__name__)

_GRACE_SECONDS = 8
_THREADS = 40  # as many handlers as Starlette runs at once


class Server(uvicorn.Server):
    """Says that it is ready once it listens."""

    def __init__(self, config: uvicorn.Config, settings: Settings, metrics_port: int) -> None:
        super().__init__(config)
        self._settings = settings
        self._metrics_port = metrics_port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            ports = {"port": self._settings.web_port, "metrics_port": self._metrics_port}
            log.info("web.ready", extra=ports)
            mark_ready(self._settings)


def run() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = from_environment()
    logs.configure(settings.log_format, settings.log_level)
    services = make_services(settings, threads=_THREADS)
    probes = {
        "database": database_probe(services.database),
        "broker": broker_probe(settings.broker_url),
    }
    config = uvicorn.Config(
        create(services, probes),
        host=settings.web_host,
        port=settings.web_port,
        # Addresses hold codes, states and signed links: no log of them, and our own logging.
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises what stopped it once more at its end: that would be our end as well.
        signal.signal(number, lambda *_: None)
    try:
        Server(config, settings, expose(services, "web")).run()
    finally:
        services.close()


def database_probe(database: Database) -> Probe:
    """Asks whether the database answers and has the tables that this code was written for."""

    def probe() -> str | None:
        try:
            current = migrate.is_current(database)
        except DBAPIError as error:
            return f"does not answer ({type(error.orig).__name__})"
        return None if current else "the tables are of another version: run `books migrate`"

    return probe


def broker_probe(url: str) -> Probe:
    """Asks whether the broker takes a connection."""

    def probe() -> str | None:
        try:
            connection: pika.BlockingConnection = connect_broker(url, "books readiness")
            connection.close()
        except LOST as error:
            return f"does not answer ({type(error).__name__})"
        return None

    return probe
