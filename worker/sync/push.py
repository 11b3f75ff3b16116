"""One step of pushing: plan what is due, record it, send it, write down what became of it."""

import contextvars
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from worker.providers.lookup import Lookup
from worker.providers.port import Books, Work
from worker.store import connections, links, submissions
from worker.store.links import Due
from worker.store.session import Session, now
from worker.store.usage import Call
from worker.sync import discover, found
from worker.sync.causes import make_house_items
from worker.sync.conflicts import settle_compared
from worker.sync.driver import Driver
from worker.sync.finish import finish
from worker.sync.flights import Flight, attempt, conclude
from worker.sync.plan import Rules, choose, collects, house_items, sort
from worker.sync.planning import hold, look_first, lookup_for, planned
from worker.sync.scope import Scope
from worker.sync.subjects import wanted_of
from worker.terms import Request, Submission


@dataclass(frozen=True)
class Step:
    """Whether anything was done; else for how many seconds due links wait (budget, company)."""

    worked: bool
    delay: float = 0.0


class _TakenAway(Exception):
    """A link is no longer due (a person dismissed it): nothing is recorded, all is planned anew."""


def push(driver: Driver) -> Step:
    """Send what is due, as far as budget, order and the ledger's concurrency allow.

    Raises: ProviderError where the whole connection is concerned, LeaseLost.
    """
    with driver.services.database.begin() as session:
        due = links.due(session, driver.connection.id, driver.limits.planned)
        if not due:
            return Step(worked=False)
        budget = driver.budget(session)
        if collects(due, driver.limits.batch, budget):
            waited = now(session) - min(link.wanted_since for link in due)
            left = timedelta(seconds=driver.services.settings.collect_seconds) - waited
            if left > timedelta(0):
                return Step(worked=False, delay=left.total_seconds())
        found_due = sort(due, _rules(driver))
        everything = [work for _, work in (*found_due.work, *found_due.looking)]
        lookup = lookup_for(driver, session, everything)
        if _needs_house_items(driver, session, lookup, everything):
            return Step(worked=True)
        creates = found_due.creates
        near = discover.concerns(session, driver.connection, creates)
    if near and discover.decide(driver, creates):
        return Step(worked=True)
    settled_here = finish(driver, found_due)
    by_link = {link.id: link for link in due}
    looked = found.look(driver, found_due.looking, lookup, by_link)
    step = _push_planned(driver, [work for _, work in found_due.work], lookup, by_link)
    return Step(step.worked or settled_here or looked, step.delay)


def _rules(driver: Driver) -> Rules:
    final = driver.ledger.traits.final
    scope = Scope.of(driver.connection)
    return Rules(driver.connection.provider, final, scope, driver.restored)


def _needs_house_items(
    driver: Driver, session: Session, lookup: Lookup, work: Sequence[Work]
) -> bool:
    """Whether items of our own had to be made: they go first, and the documents after them."""
    if not driver.ledger.traits.sales_items:
        return False
    named = house_items((one.document for one in work), lookup.chart)
    missing = {record_id for kind, record_id in named if not lookup.knows(kind, record_id)}
    if not missing:
        return False
    connections.wake(session, [driver.connection.id])
    return make_house_items(session, driver.connection, lookup.chart, missing)


def _push_planned(
    driver: Driver, work: Sequence[Work], lookup: Lookup, due: Mapping[int, Due]
) -> Step:
    if not work:
        return Step(worked=False)
    books = driver.books()
    fresh = [one for one in work if not due[one.link_id].attempts]
    troubled = [[one] for one in work if due[one.link_id].attempts]
    # What had trouble before goes alone, so that it cannot take others with it again.
    plans = [planned(books, group, lookup) for group in (fresh, *troubled) if group]
    held = hold(driver, [one for plan in plans for one in plan.held], due)
    asked = look_first(driver, [link for plan in plans for link in plan.look])
    asked |= settle_compared(driver, plans, due)
    flights, wait = _record(driver, [one for plan in plans for one in plan.requests], due)
    if flights:
        _fly(driver, books, flights)
    return Step(worked=held or asked or bool(flights), delay=wait)


def _record(
    driver: Driver, requests: Sequence[Request], due: Mapping[int, Due]
) -> tuple[list[Flight], float]:
    """Write the chosen requests down and debit the budget, before a byte is sent."""
    started = time.monotonic()
    try:
        with driver.services.database.begin() as session:
            # The connection before its links, as everybody takes them: intake holds both.
            row = connections.lock(session, driver.connection.id)
            driver.check_database(session)
            if driver.is_outdated(row):
                return [], 0.0  # planned by settings that are others by now: all is planned anew
            chosen = choose(requests, driver.budget(session), driver.limits.concurrency)
            flights = [
                _record_one(driver, session, request, due, started) for request in chosen.requests
            ]
            if flights:
                driver.spend(session, chosen.budget, Call.WRITE, len(flights))
    except _TakenAway:
        return [], 0.0
    return flights, 0.0 if flights else chosen.wait


def _record_one(
    driver: Driver, session: Session, request: Request, due: Mapping[int, Due], started: float
) -> Flight:
    ids = {part.link_id for part in request.parts}
    if links.mark_sent(session, sorted(ids)) != ids:
        raise _TakenAway
    wanted = {part.link_id: wanted_of(due[part.link_id]) for part in request.parts}
    draft = submissions.Draft(driver.connection.id, driver.id, uuid4(), request, wanted)
    timing = driver.timing
    submission_id = submissions.record(session, draft, timing)
    submission = Submission(
        str(draft.key), request.method, request.path, request.body, request.parts
    )
    deadline = started + timing.send_by
    traces = tuple(one.traceparent for one in wanted.values())
    return Flight(submission_id, request.endpoint, submission, deadline, traces)


def _fly(driver: Driver, books: Books, flights: Sequence[Flight]) -> None:
    """Send recorded requests, at once where there are several; no database connection is held.

    Each is concluded as soon as it is answered: what is known must not wait for the slowest.
    """
    if len(flights) == 1:
        troubles = [conclude(driver, flights[0], attempt(driver, books, flights[0]), first=True)]
    else:
        send = driver.services.senders.submit
        futures = {
            # Each with what is bound here: its lines in the log name the connection as well.
            send(contextvars.copy_context().run, attempt, driver, books, flight): flight
            for flight in flights
        }
        troubles = [
            conclude(driver, futures[done], done.result(), first=True)
            for done in as_completed(futures)
        ]
    driver.hear(books)
    for trouble in filter(None, troubles):
        raise trouble
