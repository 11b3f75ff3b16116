"""The clock: sends the periodic actors' messages; what is due stands in the tables, so any number
may run."""

import logging
import signal
import threading
import time
from functools import partial

import pika.exceptions
from sqlalchemy.exc import DBAPIError

from events.connection import connect
from events.topology import DEAD
from worker import logs, metrics
from worker.bootstrap import make_services
from worker.broker import BrokerHints, make_broker
from worker.settings import Settings, from_environment, mark_ready
from worker.store import reports
from worker.sync.services import Services

log = logging.getLogger(__name__)

EVERY_TICK = ("wake_due", "pull_payments", "relay_pending")
EVERY_MINUTE = ("derive_due", "pull_lists", "tidy")


def run() -> None:
    """Tick until SIGTERM or SIGINT."""
    settings = from_environment()
    logs.configure(settings.log_format, settings.log_level)
    hints = BrokerHints(make_broker(settings.broker_url))
    services = make_services(settings, hints)
    metrics.register(
        metrics.DatabaseCollector(partial(_backlog, services), partial(_dead, settings))
    )
    port = metrics.serve(settings.metrics_host, settings.metrics_port)
    log.info("scheduler.ready", extra={"metrics_port": port})
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    mark_ready(settings)
    tick(hints, settings, stopped)
    services.database.close()


def tick(hints: BrokerHints, settings: Settings, stopped: threading.Event) -> None:
    """Send what is periodic, until `stopped`."""
    slow_due = 0.0
    while not stopped.is_set():
        for actor in EVERY_TICK:
            hints.send(actor)
        if time.monotonic() >= slow_due:
            slow_due = time.monotonic() + settings.wake_all_seconds
            for actor in EVERY_MINUTE:
                hints.send(actor)
        stopped.wait(settings.tick_seconds)


def _backlog(services: Services) -> metrics.Backlog | None:
    try:
        with services.database.begin() as session:
            return reports.backlog(session)
    except DBAPIError:
        return None


def _dead(settings: Settings) -> int | None:
    """How many messages wait in `books.dead`: passive declare, right at once (the management API
    lags)."""
    try:
        with connect(settings.broker_url, "books scheduler") as connection:
            found = connection.channel().queue_declare(DEAD, passive=True)
    except (pika.exceptions.AMQPError, OSError):
        return None
    return int(found.method.message_count)
