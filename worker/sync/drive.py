"""The heart: one driver at a time works off what a connection owes, for a slice of time (design
3)."""

import logging
import time
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from worker import logs, tracing
from worker.errors import LeaseLost, ProviderError
from worker.store import connections, feeds, hints, runs, submissions
from worker.store.leases import lease
from worker.store.session import Session
from worker.sync import first
from worker.sync.driver import IN_PLACE, Driver, OutOfBudget
from worker.sync.pull import ORDER, pull
from worker.sync.push import Step, push
from worker.sync.services import Services
from worker.sync.settle import settle

log = logging.getLogger(__name__)

DEFECT_SECONDS = 60.0


def drive(services: Services, connection_id: int) -> None:
    """Work off what a connection owes; leaves at once where somebody else is driving it.

    A driver works for a slice of time, then goes to the end of the queue. Without more work it
    looks once more after it has let go of the lease: who woke the connection meanwhile found it
    taken.
    """
    while True:
        with lease(services.database, connection_id) as held:
            if held is None:
                return
            with services.database.begin() as session:
                if not connections.is_there(session, connection_id):
                    return  # a late hint: its tenant was erased
                hints.take_hint(session, connection_id)
                driver = Driver.begin(services, session, connection_id, held)
            known = driver.connection
            with logs.bind(connection=known.id, tenant=known.tenant_id, provider=known.provider):
                try:
                    more = _guarded_slice(driver)
                except LeaseLost:
                    # Somebody else may drive already; if nobody does, the clock will see to it.
                    log.warning("drive.lease_lost")
                    return
        if more:
            with services.database.begin() as session:
                hints.note_hint(session, connection_id)
            services.hints.drive([connection_id])
            return
        with services.database.begin() as session:
            if not hints.is_due(session, connection_id):
                return


def _guarded_slice(driver: Driver) -> bool:
    """A slice; a defect of ours must not be repeated every second, nor be swallowed."""
    try:
        return _slice(driver)
    except (LeaseLost, DBAPIError):
        raise  # the clock tries again once the database is back
    except Exception:
        driver.wait("defect", DEFECT_SECONDS)
        raise


def _slice(driver: Driver) -> bool:
    """Work until the slice is over (True: there may be more) or nothing is due."""
    end = time.monotonic() + driver.services.settings.slice_seconds
    turn = Turn(driver)
    while time.monotonic() < end:
        connection = driver.connection
        if connection.state != "active":
            return False
        step = _guarded(turn)
        if not step.worked:
            if 0 < step.delay <= IN_PLACE:
                time.sleep(step.delay)
            elif _asleep(turn, connection.wake_seq, step.delay):
                return False
        driver.refresh()
    return True


def _guarded(turn: "Turn") -> Step:
    """One step; what the ledger says about the whole connection is acted upon here."""
    try:
        step = turn.step()
    except OutOfBudget as spent:
        turn.driver.wait("budget", spent.wait)
        return Step(worked=False)
    except ProviderError as error:
        _react(turn.driver, error)
        return Step(worked=True)
    if step.worked:
        turn.driver.succeeded()
    return step


def _react(driver: Driver, error: ProviderError) -> None:
    """Pause, wait, back off or refresh; a failed refresh is such an error itself."""
    log.info(
        "drive.trouble",
        extra={
            "error": type(error).__name__,
            "reason": str(error),
            "correlation_id": error.correlation_id,
        },
    )
    try:
        driver.trouble(error)
    except ProviderError as worse:
        driver.trouble(worse)


def _asleep(turn: "Turn", wake_seq: int, delay: float) -> bool:
    """Write down when there is work again; False if somebody woke the connection since."""
    with turn.driver.services.database.begin() as session:
        return connections.sleep(
            session, turn.driver.connection.id, wake_seq, pushing=turn.pushing, delay=delay
        )


@dataclass
class Turn:
    """Whose turn it is: settling goes first, then runs and pushes alternate."""

    driver: Driver
    pushing: bool = False
    run_last: bool = False
    completed: set[str] = field(default_factory=set)

    def step(self) -> Step:
        """Settle, pull a page or push. Raises as they do."""
        driver = self.driver
        with driver.services.database.begin() as session:
            # Known before anything else, since it decides whether due links count when asleep.
            self.pushing = self._is_complete(session)
            if driver.is_held():
                return Step(worked=False)
            open_ones = submissions.due(session, driver.connection.id, 1)
            run = runs.most_urgent(session, driver.connection.id, ORDER)
        for submission_id in open_ones:
            settle(driver, submission_id)
            return Step(worked=True)
        if run and (not self.run_last or not self.pushing):
            self.run_last = True
            with (
                logs.bind(run=run.id, resource=run.resource),
                tracing.span(f"pull {run.resource}", [run.traceparent], run=run.id),
            ):
                pull(driver, run)
            return Step(worked=True)
        self.run_last = False
        step = push(driver) if self.pushing else Step(worked=False)
        return Step(True) if run else step

    def _is_complete(self, session: Session) -> bool:
        """Whether the first pulls are in; those that nobody has asked for are queued.

        What is in stays so: it is read again only where other settings may want more.
        """
        driver = self.driver
        needed = set(first.needed(driver.connection.settings))
        if not self.completed >= needed:
            self.completed = feeds.completed(session, driver.connection.id)
            if driver.restored:
                # Parties and items that it has forgotten are known by their marks.
                fresh = feeds.completed(session, driver.connection.id, driver.restored_at)
                self.completed -= first.MATCHED - fresh
        if self.completed >= needed:
            return True
        first.queue_missing(session, driver.connection, self.completed)
        return False
