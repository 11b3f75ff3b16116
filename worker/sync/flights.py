"""A recorded request on its way to the ledger, and how its flight is concluded."""

from dataclasses import dataclass

from worker import metrics
from worker.errors import NoAnswer, ProviderError, Unexplained
from worker.providers.port import Answer, Books
from worker.store import submissions
from worker.store.session import Session
from worker.sync import answers
from worker.sync.driver import Driver, NotSent
from worker.sync.outcomes import backoff
from worker.sync.subjects import after
from worker.terms import Submission


@dataclass(frozen=True)
class Flight:
    """A recorded request, and the last moment (monotonic) at which it may leave."""

    submission_id: int
    endpoint: str
    submission: Submission
    deadline: float


def attempt(driver: Driver, books: Books, flight: Flight) -> Answer | ProviderError | NotSent:
    """One send; what went wrong is a value here, so that every flight is concluded."""
    metrics.BATCH_SIZE.labels(driver.connection.provider).observe(len(flight.submission.parts))
    try:
        return driver.send(books, flight.endpoint, flight.submission, flight.deadline)
    except (ProviderError, NotSent) as error:
        return error


def conclude(
    driver: Driver, flight: Flight, result: Answer | ProviderError | NotSent, *, first: bool
) -> ProviderError | None:
    """Write down what became of one request; returns an error that concerns the whole
    connection."""
    database = driver.services.database
    if isinstance(result, Answer):
        with database.begin() as session:
            answers.keep(session, flight.submission_id, result)
            effects = answers.apply(
                session,
                driver.connection.id,
                flight.submission_id,
                result.outcomes,
                looked_up=False,
            )
            # Answered, so nobody is working on it any more: what is still unknown is settled soon.
            if effects.unknown:
                submissions.postpone(session, flight.submission_id, backoff(0))
        after(driver, effects)
        return None
    with database.begin() as session:
        if isinstance(result, NotSent):
            submissions.postpone(session, flight.submission_id, 0.0)
            return None
        if isinstance(result, NoAnswer | Unexplained):
            _keep_unknown(driver, session, flight, result)
            return None
        if first:
            answers.release(session, driver.connection.id, flight.submission_id)
        else:
            submissions.postpone(session, flight.submission_id, backoff(1))
    return result


def _keep_unknown(
    driver: Driver, session: Session, flight: Flight, error: NoAnswer | Unexplained
) -> None:
    """Nobody knows what became of it; as nobody is sending it any more, it is settled soon."""
    metrics.UNKNOWN.inc()
    in_flight = isinstance(error, NoAnswer) and error.in_flight
    sends = submissions.get(session, flight.submission_id).sends
    delay = driver.services.settings.settle_margin if in_flight else backoff(sends - 1)
    submissions.postpone(session, flight.submission_id, delay)
    if isinstance(error, Unexplained):
        answers.keep_unexplained(session, driver.connection, flight.submission_id, error)
