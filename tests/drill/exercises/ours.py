"""Conditions of our own processes, of PostgreSQL and of RabbitMQ."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg

from events.topology import DEAD, INTAKE
from tests.chaos import sales
from tests.chaos.poison import poisoned
from tests.drill.exercise import Held
from tests.drill.stage import CROWD, Stage
from tests.system import broker

_PENDING = "SELECT count(*) FROM outbox WHERE state = 'pending'"
_DELIVERIES = 21  # one more than the queue allows
_BURST = 1_100
_ONE_BY_ONE_SECONDS = 0.2
_BETWEEN_SECONDS = 4.0  # several scrapes, so that Prometheus sees several of the deaths


def intake_gone(stage: Stage) -> Iterator[Held]:
    """kill -9 of intake and web; events go on coming, and one of them kills whoever reads it."""
    stage.system.kill("web")
    stage.system.kill("intake")
    [killer] = sales.invoices(CROWD[0], "killer", 1, seed=1)
    stage.sold.append(killer)
    stage.publish([killer.line])
    _deliver_in_vain(stage)
    repeated = sales.vendors(CROWD[0])[0]
    with ExitStack() as stack:
        stage.publish([repeated] * _BURST)
        stack.enter_context(stage.publishing(repeated, _ONE_BY_ONE_SECONDS))
        yield Held("events not taken in", lambda: stage.queued(INTAKE) + stage.queued(DEAD))
    for process in ("web", "intake"):
        stage.start(process)
    stage.runbook(*_INTAKE)


_INTAKE = (
    *("BooksWebDown", "BooksTargetDown", "BooksIntakeDown", "BooksIntakeQueueUnread"),
    *("BooksIntakeQueueGrows", "BooksDeadQueueNotEmpty"),
)


def _deliver_in_vain(stage: Stage) -> None:
    """Take the message and vanish, again and again, until RabbitMQ puts it into `books.dead`."""
    while not stage.queued(DEAD):
        with broker.connected(stage.system.services.broker) as connection:
            connection.channel().basic_get(INTAKE)


def housekeeping_gone(stage: Stage) -> Iterator[Held]:
    """kill -9 of the housekeeping: the books are up to date, and the CMMS hears nothing of it."""
    stage.system.kill("worker-housekeeping")
    stage.sell(CROWD[1], "untold", 3)
    yield Held("status events not sent", lambda: stage.count(_PENDING))
    stage.start("worker-housekeeping")
    stage.runbook("BooksHousekeepingDown", "BooksStatusEventsStuck")


def drivers_gone(stage: Stage) -> Iterator[Held]:
    """kill -9 of the worker that talks to the ledgers: records are due, a pull is asked for."""
    name = CROWD[2]
    stage.system.books("connections", "settings", name, "feed.accounts=60")
    stage.system.kill("worker-drive")
    stage.request_pulls("accounts", [name])
    stage.sell(name, "undriven", 20)
    yield Held("invoices not in the books", lambda: stage.unsynced(name))
    stage.system.books("connections", "settings", name, "feed.accounts=")
    stage.start("worker-drive")
    stage.runbook("BooksDriveDown", "BooksNothingMoves", "BooksBacklogStuck", acme=name)
    stage.runbook("BooksPullStuck", "BooksFeedOverdue", acme=name)


def scheduler_frozen(stage: Stage) -> Iterator[None]:
    """SIGSTOP of the scheduler: it looks alive, and the clock stands still."""
    stage.system.processes["scheduler"].freeze()
    yield None
    stage.system.processes["scheduler"].thaw()
    stage.runbook("BooksSchedulerDown", "BooksClockStopped")


def crashing(stage: Stage) -> Iterator[Held]:
    """Messages that kill intake, which is started again at once each time, until it is mended."""
    stage.rig("intake", "tests.chaos.intake")
    killers = [poisoned(sale) for sale in sales.invoices(CROWD[5], "poisoned", 3, seed=1)]
    stage.sold += killers
    for sale in killers:
        stage.publish([sale.line])
        time.sleep(_BETWEEN_SECONDS)
    query = "SELECT count(*) FROM dead_letters WHERE state = 'open'"
    yield Held("dead letters open", lambda: stage.count(query))
    stage.system.stop("intake")
    stage.start("intake")
    stage.runbook("BooksProcessCrashes")


def database_gone(stage: Stage) -> Iterator[Held]:
    """kill -9 of PostgreSQL while invoices are published: they wait in RabbitMQ."""
    stage.ground.ours().postgres.kill()
    stage.sell(CROWD[0], "no-database")
    yield Held("events not taken in", lambda: stage.queued(INTAKE))
    stage.ground.ours().postgres.start()
    stage.runbook("BooksDatabaseDown")


def broker_gone(stage: Stage) -> Iterator[None]:
    """kill -9 of RabbitMQ: nothing comes in, nothing is told."""
    stage.ground.ours().rabbitmq.kill()
    yield None
    stage.ground.ours().rabbitmq.start()
    stage.runbook("BooksBrokerDown")
    stage.sell(CROWD[0], "after-the-broker")


def short_of_memory(stage: Stage) -> Iterator[None]:
    """RabbitMQ may use less memory and needs more disk than there is: it takes no messages."""
    node = stage.ground.ours().rabbitmq
    node.control("set_vm_memory_high_watermark", "0.00001")
    node.control("set_disk_free_limit", "100000GB")
    yield None
    node.control("set_vm_memory_high_watermark", "0.4")
    node.control("set_disk_free_limit", "50MB")
    stage.runbook("BooksRabbitMqMemoryAlarm", "BooksRabbitMqDiskAlarm")


def figures_missing(stage: Stage) -> Iterator[None]:
    """Somebody's session holds a lock on the links, as a careless ALTER TABLE would."""
    with psycopg.connect(stage.system.database_url) as careless:
        careless.execute("LOCK TABLE links IN ACCESS EXCLUSIVE MODE")
        yield None
        careless.rollback()
    stage.runbook("BooksGaugesMissing")


def restored(stage: Stage) -> Iterator[Held]:
    """The database is put back from a copy: another one under the same name."""
    stage.put_back_database()
    stage.sell(CROWD[1], "restored", 3)
    yield Held("invoices not in the books", lambda: stage.unsynced(CROWD[1]))
    stage.runbook("BooksRestored")
