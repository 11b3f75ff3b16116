"""The Dramatiq actors, and the process that runs them: thin, they take ids and hand over to
sync."""

import functools
import logging
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dramatiq
from sqlalchemy.exc import InterfaceError, OperationalError

from events.publisher import Publisher
from events.topology import STATUSES
from worker import logs, metrics, tracing
from worker.bootstrap import expose, make_services
from worker.broker import DRIVE, HOUSEKEEPING, QUEUES, BrokerHints, make_broker
from worker.settings import Settings, from_environment, mark_ready
from worker.sync import drive as driving
from worker.sync import relay as relaying
from worker.sync import restored, schedule, standstill
from worker.sync.services import Services

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 7  # below the grace period of 10 s; noticing the signal may take one

_local = threading.local()


@functools.cache
def settings() -> Settings:
    return from_environment()


@functools.cache
def services() -> Services:
    """Built once a process, by `run` before the first hint is taken."""
    return make_services(settings(), BrokerHints(broker), settings().worker_threads)


broker = make_broker(settings().broker_url)
dramatiq.set_broker(broker)


@contextmanager
def _patiently() -> Iterator[None]:
    """A database that is away is a line in the log: what is owed stands in it, and the clock hints
    again."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        log.warning("actor.database_away", extra={"error": type(error.orig).__name__})


@dramatiq.actor(queue_name=DRIVE)
@_patiently()
def drive(connection_id: int) -> None:
    """Work off what a connection owes."""
    driving.drive(services(), connection_id)


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def relay(partition: int) -> None:
    """Publish the status events of a partition."""
    relaying.relay(services().database, partition, _publisher().publish_all)


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def wake_due() -> None:
    """Hint connections whose time has come."""
    schedule.wake_due(services())
    metrics.TICKS.inc()


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def derive_due() -> None:
    """Find due connections whatever the hints say."""
    schedule.derive_due(services())


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def pull_payments() -> None:
    """Queue the pulls of payments that are due."""
    schedule.queue_pulls(services(), ["payments"])


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def pull_lists() -> None:
    """Queue the pulls of accounts and taxes that are due."""
    schedule.queue_pulls(services(), schedule.LISTS)


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def relay_pending() -> None:
    """Hint the relay about what is left in the outbox."""
    schedule.relay_pending(services())


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def tidy() -> None:
    """Drop status events and runs that were kept long enough."""
    schedule.tidy(services())


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def note_installation() -> None:
    """Notice a database that was restored or failed over."""
    restored.tick(services())


@dramatiq.actor(queue_name=HOUSEKEEPING)
@_patiently()
def derive_issues() -> None:
    """Say for whom records stand still by now."""
    standstill.derive_changed(services())


def _publisher() -> Publisher:
    """One publisher a thread: pika's connections belong to one."""
    if not hasattr(_local, "publisher"):
        _local.publisher = Publisher(settings().broker_url, exchange=STATUSES)
    found: Publisher = _local.publisher
    return found


def process_name(queues: Sequence[str]) -> str:
    """What a worker for these queues is called: `worker-drive`, or `worker` for all of them."""
    return "worker" if set(queues) == set(QUEUES.values()) else f"worker-{'-'.join(queues)}"


def run(queues: Sequence[str]) -> None:
    """Run a worker for these queues until SIGTERM or SIGINT; leaves within 10 s.

    One process: any number of them may run. What is still in flight then (a slow ledger) is an
    unknown outcome like any other, and is settled by the next driver.
    """
    logs.configure(settings().log_format, settings().log_level)
    # What is wrong with its settings ends the process here, and not every actor.
    port = expose(services(), process_name(queues))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    threads = settings().worker_threads
    worker = dramatiq.Worker(broker, queues=set(queues), worker_threads=threads)
    name = f"worker {' '.join(queues)}"
    with tracing.exporting(settings().otlp_endpoint, name, settings().trace_ratio):
        worker.start()
        log.info("worker.ready", extra={"metrics_port": port})
        mark_ready(settings())
        stopped.wait()
        worker.stop(timeout=SHUTDOWN_SECONDS * 1000)
    services().senders.shutdown(wait=False, cancel_futures=True)
    services().database.close()
    logging.shutdown()
    os._exit(0)  # threads that wait for a ledger's answer would hold up the interpreter's own exit
