"""One driver's time on one connection: its lease, its budget, and how its calls to the books are
made."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from worker import metrics, tracing
from worker.errors import (
    DAY_LIMIT,
    Disconnected,
    LeaseLost,
    ProviderError,
    Throttled,
    TokenExpired,
    Unavailable,
    Unexplained,
)
from worker.providers.budget import Budget
from worker.providers.lookup import Chart
from worker.providers.port import Answer, Books, Limits, Submission
from worker.store import connections, installation, usage
from worker.store.connections import Connection
from worker.store.leases import Lease
from worker.store.session import Session, now
from worker.store.submissions import Sending
from worker.store.usage import Call
from worker.sync import charts, restored, tokens, unruled
from worker.sync.outcomes import backoff
from worker.sync.services import Ledger, Services

Result = TypeVar("Result")


IN_PLACE = 1.0  # seconds that a driver waits for its budget instead of leaving
HOPELESS = 20  # failures in a row, which take hours, before fresh tokens that are refused pause


class OutOfBudget(Exception):
    """Our own budget says no before the ledger has to; `wait` in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"no call is left for {wait:.1f} s")
        self.wait = wait


class NotSent(Exception):
    """A recorded request was not sent: its last moment had passed, or the lease was gone."""


@dataclass
class Driver:
    """Holds the lease while it lives; `books` speaks to the ledger with a valid token."""

    services: Services
    connection: Connection
    lease: Lease
    restored_at: datetime | None = None  # since when the database is another one than before
    id: UUID = field(default_factory=uuid4)
    _moment: datetime | None = None
    _token: str = ""
    _books: Books | None = None
    _chart: tuple[object, Chart] | None = None  # with what of the connection is in it
    _renewed: bool = False

    @classmethod
    def begin(
        cls, services: Services, session: Session, connection_id: int, held: Lease
    ) -> "Driver":
        """The holder of the lease, with the connection and the database as they are now."""
        row = connections.get(session, connection_id)
        since = restored.notice(session)
        return cls(services, row, held, restored_at=since, _moment=now(session))

    @property
    def restored(self) -> bool:
        """Whether the database may have forgotten what it created: that is looked up first."""
        return self.restored_at is not None

    def check_database(self, session: Session) -> None:
        """Make sure, before anything is recorded that goes out, that it is the one that this driver
        has planned by: it may have been frozen while another one was put in its place.

        Raises: LeaseLost.
        """
        if not installation.is_still(session, self.restored_at):
            raise LeaseLost("the database was restored meanwhile")

    @property
    def ledger(self) -> Ledger:
        return self.services.ledgers[self.connection.provider]

    @property
    def limits(self) -> Limits:
        return self.ledger.limits

    @property
    def timing(self) -> Sending:
        """Another driver may touch a submission once nobody can be sending it any more (design
        5.3)."""
        settings = self.services.settings
        after = settings.send_by + self.limits.timeout + settings.settle_margin
        return Sending(settings.send_by, after)

    def refresh(self) -> Connection:
        """Read the connection's row again: state, mapping, budget, `wake_seq` as they are now."""
        with self.services.database.begin() as session:
            self.connection = connections.get(session, self.connection.id)
            self._moment = now(session)
        return self.connection

    @property
    def moment(self) -> datetime:
        """The database's time when this driver looked last: whatever it reads now is no older."""
        assert self._moment is not None  # every step begins with `refresh`
        return self._moment

    def is_outdated(self, row: Connection) -> bool:
        """Whether a person has changed what this driver plans by since it read the connection."""
        known = self.connection
        planned_by = (known.settings, known.mapping, known.start_date)
        return planned_by != (row.settings, row.mapping, row.start_date)

    def is_held(self) -> bool:
        """Whether the connection waits for the ledger's or our own limit, or backs off."""
        until = self.connection.hold_until
        return until is not None and self._moment is not None and until > self._moment

    def books(self) -> Books:
        """The company's books, opened once a slice with a token that outlives it."""
        if self._books is None:
            self._token = tokens.access_token(self.services, self.connection, self.lease)
            self._books = self.ledger.open(self.connection, self._token)
        return self._books

    def chart(self, session: Session) -> Chart:
        """Accounts, taxes, mapping, policies and preferences, loaded once a slice and after a
        change of theirs."""
        row = self.connection
        chosen = (row.mapping, row.settings, row.company)
        if self._chart is None or self._chart[0] != chosen:
            self._chart = (chosen, charts.load(session, self.connection))
        return self._chart[1]

    def forget_chart(self) -> None:
        """Accounts or taxes were pulled: load them anew when they are needed."""
        self._chart = None

    def budget(self, session: Session) -> Budget:
        """What is left of the company's limits, at the database's time.

        Only the holder of the lease spends, so what this driver read last is what stands in the
        row.
        """
        moment = now(session).timestamp()
        return Budget.load(self.limits, self.connection.budget, moment)

    def spend(self, session: Session, budget: Budget, call: Call, calls: int) -> None:
        """Write down what is left after so many calls, and count them."""
        state = budget.dump()
        connections.change(session, self.connection.id, budget=state)
        usage.count(session, self.connection.id, call, calls)
        self.connection = replace(self.connection, budget=state)

    def read(self, endpoint: str, ask: Callable[[Books], Result]) -> Result:
        """A read, debited before it is made; what it took beyond one call is debited after it.

        Raises: ProviderError, OutOfBudget, LeaseLost.
        """
        books = self.books()
        while (wait := self._debit()) > 0:
            if wait > IN_PLACE:
                raise OutOfBudget(wait)
            time.sleep(wait)
        self.lease.check()
        before = books.calls
        try:
            return self._timed(endpoint, lambda: ask(books))
        finally:
            self._debit_more(books.calls - before - 1)
            self.hear(books)

    def _debit(self) -> float:
        """Spend one call, or the seconds until it is possible."""
        with self.services.database.begin() as session:
            budget = self.budget(session)
            wait = budget.wait(1)
            if not wait:
                self.spend(session, budget.spend(1), Call.READ, 1)
            return wait

    def _debit_more(self, calls: int) -> None:
        if calls > 0:
            with self.services.database.begin() as session:
                budget = self.budget(session).spend(calls)
                self.spend(session, budget, Call.READ, calls)

    def hear(self, books: Books) -> None:
        """Keep what the ledger said is left of its day and minute."""
        if (books.day_left, books.minute_left) == (None, None):
            return
        with self.services.database.begin() as session:
            budget = self.budget(session).told(books.day_left).told_minute(books.minute_left)
            connections.change(session, self.connection.id, budget=budget.dump())
        self.connection = replace(self.connection, budget=budget.dump())

    def _end_day(self, seconds: float) -> None:
        with self.services.database.begin() as session:
            budget = self.budget(session).ends(seconds).dump()
            connections.change(session, self.connection.id, budget=budget)
        self.connection = replace(self.connection, budget=budget)

    def saves(self) -> float:
        """Seconds for which reads by the clock leave what is left of the day to others."""
        return Budget.load(self.limits, self.connection.budget, self.moment.timestamp()).saves()

    def send(self, books: Books, endpoint: str, submission: Submission, deadline: float) -> Answer:
        """Send exactly these bytes once, if the lease stands and `deadline` (monotonic) is ahead
        when they are about to leave.

        Raises: ProviderError, NotSent, LeaseLost.
        """

        def still() -> None:
            self.lease.check()
            if time.monotonic() >= deadline:
                raise NotSent
            size = metrics.BATCH_SIZE.labels(self.connection.provider)
            size.observe(len(submission.parts))

        return self._timed(endpoint, lambda: books.send(submission, still))

    def _timed(self, endpoint: str, call: Callable[[], Result]) -> Result:
        """A call, counted; what did not leave us is none."""
        started = time.monotonic()
        named = f"{self.connection.provider} {endpoint}"
        try:
            with tracing.span(named, kind=tracing.SpanKind.CLIENT, connection=self.connection.id):
                result = call()
        except ProviderError as error:
            self._count(endpoint, type(error).__name__, started)
            if isinstance(error, Unexplained):
                unruled.keep_error(self.services.database, self.connection, endpoint, error)
            raise
        # Nothing but 200 makes a read return.
        status = str(result.status) if isinstance(result, Answer) else "200"
        self._count(endpoint, status, started)
        return result

    def _count(self, endpoint: str, status: str, started: float) -> None:
        provider = self.connection.provider
        metrics.PROVIDER_REQUESTS.labels(provider, endpoint, status).inc()
        metrics.PROVIDER_SECONDS.labels(provider, endpoint).observe(time.monotonic() - started)

    def trouble(self, error: ProviderError) -> None:
        """React to an error that concerns the whole connection. Raises what is none of these."""
        self._books = None
        match error:
            case TokenExpired() if not self._renewed:
                tokens.renew(self.services, self.connection.id, self._token, self.lease)
                self._renewed = True
            case TokenExpired() if self.connection.failures >= HOPELESS:
                tokens.pause(self.services, self.connection, "consent_withdrawn")
            case Disconnected(code=code):
                tokens.pause(self.services, self.connection, code)
            case Throttled(pause=pause, limit=limit):
                if limit == DAY_LIMIT:
                    self._end_day(pause.total_seconds())
                self.wait(limit, pause.total_seconds())
            case Unavailable() | TokenExpired():  # a fresh token refused: another is no better
                self.wait("unavailable", backoff(min(self.connection.failures, 8)), failures=1)
            case _:
                raise error

    def succeeded(self) -> None:
        """The ledger answered: earlier failures no longer count."""
        if self.connection.failures:
            with self.services.database.begin() as session:
                connections.change(session, self.connection.id, failures=0)

    def wait(self, why: str, seconds: float, failures: int = 0) -> None:
        """Nothing is sent or read for so long."""
        with self.services.database.begin() as session:
            connections.hold(session, self.connection.id, seconds, why)
            count = self.connection.failures + failures
            connections.change(session, self.connection.id, failures=count)
        reason = why.replace(" ", "_")
        metrics.THROTTLE_WAITS.labels(self.connection.provider, reason).inc()
