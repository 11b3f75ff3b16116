"""The process that takes events in: `books.intake` into the tables, and `books.dead` into dead
letters."""

import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from events.consumer import BatchConsumer, NotNow
from events.delivery import Delivery
from events.topology import DEAD, INTAKE
from worker import logs, tracing
from worker.bootstrap import expose, make_services
from worker.settings import Settings, from_environment, mark_ready
from worker.store import hints
from worker.sync import intake, restored, revive
from worker.sync.revive import Tried

log = logging.getLogger(__name__)


class Intake:
    """Both consumers of one process, each in a thread of its own with its own connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.services = make_services(settings)
        self._consumers = [
            self._consumer(INTAKE, self.take, settings.intake_batch),
            self._consumer(DEAD, self.revive, 1),
        ]

    def run(self) -> None:
        """Consume until SIGTERM or SIGINT; finishes what is in hand."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        threads = [threading.Thread(target=consumer.run) for consumer in self._consumers[1:]]
        for thread in threads:
            thread.start()
        mark_ready(self._settings)
        try:
            self._consumers[0].run()
        finally:
            self._stop()
            for thread in threads:
                thread.join()
            self.services.database.close()

    def take(self, deliveries: Sequence[Delivery]) -> None:
        self.take_in(deliveries)

    def take_in(self, deliveries: Sequence[Delivery]) -> intake.Taken:
        """Store a batch and hint the connections that it concerns. Raises NotNow while PostgreSQL
        is away."""
        try:
            taken = intake.take_in(self.services.database, deliveries)
            with self.services.database.begin() as session:
                hinted = hints.claim_hints(session, sorted(taken.connections))
        except DBAPIError as error:
            log.warning("intake.database_away", extra={"error": type(error.orig).__name__})
            raise NotNow from error
        self.services.hints.drive(hinted)
        self.services.hints.relay(sorted(taken.partitions))
        return taken

    def revive(self, deliveries: Sequence[Delivery]) -> None:
        """Try what killed a process once more, in a child; what fails again is a dead letter."""
        for delivery in deliveries:
            try:
                revive.revive(self.services.database, delivery, in_child)
            except DBAPIError as error:
                raise NotNow from error

    def is_ready(self) -> bool:
        """Whether PostgreSQL answers: before that nothing is consumed, so nothing is lost or
        counted."""
        try:
            with self.services.database.begin() as session:
                session.execute(sa.text("SELECT FROM inbox LIMIT 1"))
                restored.notice(session)  # what comes in from now on is newer than the restore
        except DBAPIError:
            return False
        return True

    def _consumer(
        self, queue: str, handle: Callable[[Sequence[Delivery]], None], batch: int
    ) -> BatchConsumer:
        return BatchConsumer(
            self._settings.broker_url,
            queue,
            handle=handle,
            ready=self.is_ready,
            batch=batch,
            linger=self._settings.intake_linger,
        )

    def _stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        for consumer in self._consumers:
            consumer.stop()


def in_child(message: bytes) -> Tried:
    """A message (Delivery as JSON) taken in by a process of its own, which may end by it."""
    return revive.apart([sys.executable, "-m", "worker.intake"], message)


def run() -> None:
    """Take events in until stopped."""
    settings = from_environment()
    logs.configure(settings.log_format, settings.log_level)
    process = Intake(settings)
    port = expose(process.services, "intake")
    log.info("intake.ready", extra={"metrics_port": port})
    with tracing.exporting(settings.otlp_endpoint, "intake", settings.trace_ratio):
        process.run()


def run_one() -> None:
    """Take in one message from standard input: the child of `in_child`."""
    settings = from_environment()
    logs.configure(settings.log_format, settings.log_level)
    take_apart(Intake(settings))


def take_apart(process: Intake) -> None:
    """The work of that process: first it writes down what the message is, for the letter; in the
    end what came of it, for those who count."""
    delivery = revive.unpack(sys.stdin.buffer.read())
    sys.stdout.buffer.write(revive.address(delivery) + b"\n")
    sys.stdout.buffer.flush()
    try:
        taken = process.take_in([delivery])
    except NotNow:
        sys.exit(revive.NOT_NOW)
    sys.stdout.buffer.write(json.dumps(taken.numbers()).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    run_one()
