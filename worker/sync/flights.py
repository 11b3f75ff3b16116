"""A recorded request on its way to the ledger, and how its flight is concluded."""

from dataclasses import dataclass

from worker import logs, tracing
from worker.errors import BooksError, LeaseLost, NoAnswer, ProviderError, Unexplained
from worker.providers.port import Answer, Books
from worker.store import submissions
from worker.store.session import Session
from worker.sync import answers
from worker.sync.act import Effects
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
    traces: tuple[str | None, ...] = ()  # the trace context of each document in it


Result = Answer | ProviderError | NotSent | LeaseLost


def attempt(driver: Driver, books: Books, flight: Flight) -> Result:
    """One send; what went wrong is a value here, so that every flight is concluded."""
    parts = flight.submission.parts
    records = [f"{part.kind}/{part.record_id}" for part in parts]
    name, documents = f"write {flight.endpoint}", len(parts)
    with (
        logs.bind(submission=flight.submission_id, records=records),
        tracing.span(name, flight.traces, submission=flight.submission_id, documents=documents),
    ):
        try:
            return driver.send(books, flight.endpoint, flight.submission, flight.deadline)
        except (ProviderError, NotSent, LeaseLost) as error:
            return error


def conclude(driver: Driver, flight: Flight, result: Result, *, first: bool) -> BooksError | None:
    """Write down what became of one request; returns what must end this driver's work."""
    with driver.services.database.begin() as session:
        match result:
            case Answer():
                effects = _answered(driver, session, flight, result)
            case NoAnswer() | Unexplained():
                _keep_unknown(driver, session, flight, result)
                return None
            case _ if first:
                # Nothing left us, or nothing was taken: for certain.
                answers.release(session, driver.connection.id, flight.submission_id)
                return None if isinstance(result, NotSent) else result
            case _:
                delay = 0.0 if isinstance(result, NotSent) else backoff(1)
                submissions.postpone(session, flight.submission_id, delay)
                return None if isinstance(result, NotSent) else result
    after(driver, effects)
    return None


def _answered(driver: Driver, session: Session, flight: Flight, answer: Answer) -> Effects:
    answers.keep(session, flight.submission_id, answer)
    effects = answers.apply(
        session, driver.connection.id, flight.submission_id, answer.outcomes, looked_up=False
    )
    if effects.unknown:
        # Answered, so nobody is working on it any more: what is still unknown is settled soon.
        sends = submissions.get(session, flight.submission_id).sends
        submissions.postpone(session, flight.submission_id, backoff(sends - 1))
    return effects


def _keep_unknown(
    driver: Driver, session: Session, flight: Flight, error: NoAnswer | Unexplained
) -> None:
    """Nobody knows what became of it; as nobody is sending it any more, it is settled soon."""
    in_flight = isinstance(error, NoAnswer) and error.in_flight
    if isinstance(error, NoAnswer) and error.status is not None:
        submissions.keep_answer(
            session, flight.submission_id, error.status, str(error), error.correlation_id
        )
    sends = submissions.get(session, flight.submission_id).sends
    delay = driver.services.settings.settle_margin if in_flight else backoff(sends - 1)
    submissions.postpone(session, flight.submission_id, delay)
    if isinstance(error, Unexplained):
        answers.keep_unexplained(session, driver.connection, flight.submission_id, error)
