"""The Dramatiq actors, and the process that runs them: thin, they take ids and hand over to sync."""

import functools
import logging
import threading

import dramatiq
from dramatiq.cli import main as run_dramatiq
from dramatiq.cli import make_argument_parser

from events.publisher import Publisher
from events.topology import STATUSES
from worker import logs, metrics
from worker.bootstrap import make_services
from worker.broker import DRIVE, HOUSEKEEPING, Boot, BrokerHints, make_broker
from worker.settings import Settings, from_environment, mark_ready
from worker.sync import drive as driving
from worker.sync import relay as relaying
from worker.sync import schedule
from worker.sync.services import Services

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 8  # below the grace period of 10 s

_local = threading.local()


@functools.cache
def settings() -> Settings:
    return from_environment()


@functools.cache
def services() -> Services:
    """Built in the worker's own process, when the first actor needs it."""
    return make_services(settings(), BrokerHints(broker), settings().worker_threads)


def _start() -> None:
    logs.configure(settings().log_format, settings().log_level)
    port = metrics.serve(settings().metrics_host, settings().metrics_port)
    log.info("worker.ready", extra={"metrics_port": port})
    mark_ready(settings())


def _stop() -> None:
    services().senders.shutdown(wait=False, cancel_futures=True)
    services().database.close()


broker = make_broker(settings().broker_url, Boot(_start, _stop))
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name=DRIVE)
def drive(connection_id: int) -> None:
    """Work off what a connection owes."""
    driving.drive(services(), connection_id)


@dramatiq.actor(queue_name=HOUSEKEEPING)
def relay(partition: int) -> None:
    """Publish the status events of a partition."""
    relaying.relay(services().database, partition, _publisher().publish_all)


@dramatiq.actor(queue_name=HOUSEKEEPING)
def wake_due() -> None:
    """Hint connections whose time has come."""
    schedule.wake_due(services())


@dramatiq.actor(queue_name=HOUSEKEEPING)
def derive_due() -> None:
    """Find due connections whatever the hints say."""
    schedule.derive_due(services())


@dramatiq.actor(queue_name=HOUSEKEEPING)
def pull_payments() -> None:
    """Queue the pulls of payments that are due."""
    schedule.queue_pulls(services(), ["payments"])


@dramatiq.actor(queue_name=HOUSEKEEPING)
def pull_lists() -> None:
    """Queue the pulls of accounts and taxes that are due."""
    schedule.queue_pulls(services(), schedule.LISTS)


@dramatiq.actor(queue_name=HOUSEKEEPING)
def relay_pending() -> None:
    """Hint the relay about what is left in the outbox."""
    schedule.relay_pending(services())


def _publisher() -> Publisher:
    """One publisher a thread: pika's connections belong to one."""
    if not hasattr(_local, "publisher"):
        _local.publisher = Publisher(settings().broker_url, exchange=STATUSES)
    found: Publisher = _local.publisher
    return found


def run(queues: list[str]) -> int:
    """Run a worker of one process for these queues (none: all); returns the exit status."""
    arguments = [__name__, "--processes", "1", "--threads", str(settings().worker_threads)]
    arguments += ["--worker-shutdown-timeout", str(SHUTDOWN_SECONDS * 1000), "--skip-logging"]
    arguments += ["--queues", *(queues or [DRIVE, HOUSEKEEPING])]
    return int(run_dramatiq(make_argument_parser().parse_args(arguments)))
