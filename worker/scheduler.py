"""The clock: sends the periodic actors' messages; what is due stands in the tables, so any number
may run."""

import logging
import signal
import threading
import time
from functools import partial

from dramatiq.common import xq_name
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from events.connection import LOST
from events.depths import depths
from events.topology import DEAD, INTAKE
from worker import logs, metrics
from worker.bootstrap import expose, make_services
from worker.broker import DRIVE, HOUSEKEEPING, BrokerHints, make_broker
from worker.settings import Settings, from_environment, mark_ready
from worker.store.session import Watch, is_late
from worker.sync import figures
from worker.sync.services import Services

log = logging.getLogger(__name__)

QUEUES_SHOWN = (INTAKE, DRIVE, HOUSEKEEPING)
DEAD_HINTS = (xq_name(DRIVE), xq_name(HOUSEKEEPING))

EVERY_TICK = ("wake_due", "pull_payments", "relay_pending")
EVERY_MINUTE = ("derive_due", "pull_lists", "tidy", "note_installation", "derive_issues")


def run() -> None:
    """Tick until SIGTERM or SIGINT."""
    settings = from_environment()
    logs.configure(settings.log_format, settings.log_level)
    hints = BrokerHints(make_broker(settings.broker_url))
    services = make_services(settings, hints)
    watch = Watch(settings.database_url)
    metrics.register(gauges(services, watch))
    port = expose(services, "scheduler")
    log.info("scheduler.ready", extra={"metrics_port": port})
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    mark_ready(settings)
    tick(hints, settings, stopped)
    watch.close()
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


def gauges(services: Services, watch: Watch) -> metrics.GaugeCollector:
    """What stands in tables and queues: shown by the clock, as one process of a kind is enough."""
    backlog = partial(_backlog, services, watch)
    depths = partial(_depths, services.settings)
    return metrics.GaugeCollector(backlog, depths, metrics.times(services.settings.gauges_seconds))


def _backlog(services: Services, watch: Watch) -> metrics.Backlog | None:
    try:
        with watch.begin() as session:
            return figures.take(session, services.ledgers)
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        if isinstance(error, OperationalError) and is_late(error):
            raise metrics.Late from error
        return None
    except Exception as error:  # no fault of the database's
        log.exception("figures.broken")
        metrics.DEFECTS.labels("figures").inc()
        raise metrics.Late from error


def _depths(settings: Settings) -> metrics.Depths | None:
    try:
        found = depths(settings.broker_url, [DEAD, *QUEUES_SHOWN, *DEAD_HINTS])
    except LOST:
        return None
    return metrics.Depths(
        dead=found[DEAD],
        queues={queue: found[queue] for queue in QUEUES_SHOWN},
        dead_hints={queue: found[queue] for queue in DEAD_HINTS},
    )
