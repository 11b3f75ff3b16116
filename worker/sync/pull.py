"""Runs: one page of what the books say at a time, and the answers to connection tests."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from schemas.books import Company
from schemas.kinds import Kind
from schemas.status import (
    ConnectionTested,
    SyncCompleted,
    SyncStarted,
)
from worker import metrics
from worker.errors import (
    Disconnected,
    Misuse,
    ProviderError,
    Throttled,
    TokenExpired,
    Unavailable,
    Unexplained,
)
from worker.providers.port import Page, Resource
from worker.store import connections, feeds, outbox, runs, waiting
from worker.store.connections import Connection
from worker.store.runs import SCHEDULED, Asked, Mode, Run
from worker.store.session import Session
from worker.sync import causes, discover, issues, merges, pages, rehearsal, unseen
from worker.sync.act import Acting
from worker.sync.company import keep as keep_company
from worker.sync.driver import Driver, OutOfBudget
from worker.sync.effects import Effects
from worker.sync.failed_runs import answers, can_wait, fail, joined, of, own, was_asked
from worker.sync.first import PULLS, is_off
from worker.sync.subjects import after
from worker.sync.tell import about

log = logging.getLogger(__name__)

# Of the same urgency: what opens the way for writing goes first.
ORDER = (*PULLS, Resource.DOCUMENTS, Resource.PAYMENTS)
AGAIN_SECONDS = 60.0
LATER_SECONDS = 3600.0  # until it is looked again whether the day's calls allow reads by the clock
OVERLAP = timedelta(minutes=5)  # between two pulls: the ledger's clock and ours are not the same
# Ledgers tell for a month what was deleted: after a longer pause it is found by reading everything.
FORGOTTEN = timedelta(days=29)
# Not every change shows in what ledgers say has changed: the clock reads a list whole so often.
WHOLE_EVERY = timedelta(days=1)

_IN_USE = frozenset({"account", "tax_code"})
_CAUSES = {
    Resource.ACCOUNTS: ("account", "mapping"),
    Resource.TAXES: ("tax_code",),
    Resource.PAYMENTS: ("account", "mapping"),  # accounts that changed come with them
}
_LISTS = frozenset({Resource.ACCOUNTS, Resource.TAXES})
_SINCE_CONNECTED = frozenset({Resource.PAYMENTS, Resource.DOCUMENTS})
COMPARING = "comparing"  # the position of a run that has read everything: both sides are compared


def pull(driver: Driver, run: Run) -> None:
    """One page of a run, or its end.

    Raises: ProviderError where the whole connection is concerned; the run goes on after that, or
    has been answered as failed where nobody can say when that will be.
    """
    if can_wait(run) and (seconds := driver.saves()):
        with driver.services.database.begin() as session:
            runs.postpone(session, run.id, min(seconds, LATER_SECONDS))
        return
    if run.state == "queued":
        run = _start(driver, run)
    resource = Resource(run.resource)
    try:
        if resource is Resource.CONNECTION:
            _test(driver, run)
        else:
            _page(driver, run, resource)
    except OutOfBudget as spent:
        with driver.services.database.begin() as session:
            runs.postpone(session, run.id, spent.wait)
    except (Throttled, Unavailable, TokenExpired) as error:
        if resource is Resource.CONNECTION and run.asked_by != "connect":
            _fail(driver, run, "books_unavailable", error)
        raise
    except Disconnected as error:
        _fail(driver, run, error.code, error)
        raise
    except Misuse as error:
        _fail(driver, run, error.code, error)
    except Unexplained as error:
        _fail(driver, run, "defect", error)
    except (LookupError, ValueError, TypeError, ArithmeticError) as error:
        log.exception("run.broken", extra={"run": run.id})  # our reading of the books is at fault
        metrics.DEFECTS.labels("pull").inc()
        _fail(driver, run, "defect", error)


def _start(driver: Driver, run: Run) -> Run:
    with driver.services.database.begin() as session:
        started = runs.start(session, run.id)
        if started.cursor and driver.moment - datetime.fromisoformat(started.cursor) > FORGOTTEN:
            started = _read_whole(session, driver, started)
        elif _is_due_whole(session, driver, started):
            started = runs.read_whole(session, run.id)
        if run.resource != Resource.CONNECTION:
            status = SyncStarted(**of(driver.connection, started))
            outbox.add(session, answers(driver.connection, started, status))
    return started


def _is_due_whole(session: Session, driver: Driver, run: Run) -> bool:
    """Whether the clock reads changes of a list that it has not read whole for a day."""
    by_clock = run.asked_by == "schedule" and run.mode == Mode.CHANGES
    if not by_clock or run.resource not in discover.LISTS:
        return False
    last = feeds.whole_at(session, run.connection_id, run.resource)
    return last is None or driver.moment - last > WHOLE_EVERY


def _read_whole(session: Session, driver: Driver, run: Run) -> Run:
    """A list is read whole itself, and so are payments; where changes are read, all lists are to
    be."""
    if run.mode == Mode.CHANGES and run.resource in discover.LISTS:
        return runs.read_whole(session, run.id)
    if run.mode == Mode.CHANGES and run.resource == Resource.PAYMENTS:
        for resource in discover.LISTS:
            if not is_off(driver.connection.settings, resource):
                asked = Asked("schedule", f"whole:{run.id}", SCHEDULED, mode=Mode.FULL)
                runs.queue(session, driver.connection.id, resource, asked)
        return runs.read_whole(session, run.id)
    return run


def _test(driver: Driver, run: Run) -> None:
    """Who is behind the connection, with the preferences that translation needs."""
    known = driver.connection.company
    # The clock asks for the closing date: name and country are worth no call a day.
    brief = run.asked_by == "schedule" and "country" in known
    company = driver.read(
        "company", lambda books: books.preferences(known) if brief else books.test()
    )
    with driver.services.database.begin() as session:
        connections.wake(session, [driver.connection.id])
        keep_company(session, driver.connection.id, company)
        told = Company(ref=company.ref, name=company.name, currency=company.currency)
        status = ConnectionTested(**about(driver.connection), ok=True, company=told)
        run = runs.get(session, run.id)  # with whoever joined meanwhile
        to = None if was_asked(run) else joined(run)
        outgoing = answers(driver.connection, run, status, to)
        effects = _finish(driver, session, run, {}, outgoing)
    after(driver, effects)


def _page(driver: Driver, run: Run, resource: Resource) -> None:
    if run.position == COMPARING:
        _compare(driver, run, resource)
        return
    cursor = _cursor(driver, run, resource)
    page = driver.read(resource.value, lambda books: books.page(resource, cursor, run.position))
    if run.mode == Mode.DRY:
        rehearsal.rehearse(driver, run, resource, page)
        return
    with driver.services.database.begin() as session:
        connections.wake(session, [driver.connection.id])
        applied = pages.apply(session, driver.connection, page, driver.moment, own(run))
        counts = {name: run.counts.get(name, 0) + n for name, n in applied.counts.items()}
        outgoing = applied.told
        if unseen.reads_all(run):
            unseen.note(session, run, page)
        if page.position is None:
            effects = _complete(driver, session, run, counts, outgoing)
        else:
            effects = Effects(partitions=outbox.add(session, outgoing))
            runs.advance(session, run.id, page.position, counts)
        _review(driver, session, resource, page)
    after(driver, effects)


def _compare(driver: Driver, run: Run, resource: Resource) -> None:
    """Some of what is linked to nothing on both sides; the run is through once nothing is left."""
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        kinds = _compared(session, driver, acting.connection, resource)
        more = [kind for kind in kinds if discover.settle(acting, kind).more]
        effects.write(session)
        if not more:
            done = _complete(driver, session, run, dict(run.counts), [])
            effects.partitions |= done.partitions
            effects.runs += done.runs
    after(driver, effects)


def _compared(
    session: Session, driver: Driver, connection: Connection, resource: Resource
) -> list[Kind]:
    brought = driver.ledger.traits.brought(resource)
    return discover.compared(session, connection, resource, brought)


def _cursor(driver: Driver, run: Run, resource: Resource) -> str | None:
    """Since when changes are read; None: everything, as accounts and taxes always are.

    Payments and documents from before the connection are nobody's business.
    """
    if resource in _SINCE_CONNECTED:
        known = None if run.mode == Mode.FULL else run.cursor
        return known or (driver.connection.created_at - OVERLAP).isoformat()
    return run.cursor if run.mode == Mode.CHANGES else None


def _review(driver: Driver, session: Session, resource: Resource, page: Page) -> None:
    """Open and close the issues that this page is about."""
    connection = connections.get(session, driver.connection.id)
    if resource in _LISTS or any(one.kind in _IN_USE for one in page.records):
        issues.review(session, connection)
    if page.position is None:
        merges.review(session, connection)


def _complete(
    driver: Driver,
    session: Session,
    run: Run,
    counts: dict[str, int],
    outgoing: list[outbox.Outgoing],
) -> Effects:
    """The last page is in: what was not seen is gone, and what waited for any of it wakes."""
    resource = Resource(run.resource)
    read = run.position != COMPARING
    if read and _saw_everything(run, resource) and run.started_at:
        gone = pages.retire_unseen(session, driver.connection, resource, run.started_at, own(run))
        counts["removed"] += gone.removed
        outgoing += gone.told
    if read and unseen.reads_all(run):
        taken_back = unseen.take_back(session, driver.connection, run)
        counts["removed"] += taken_back.removed
        outgoing += taken_back.told
    if read and _compared(session, driver, driver.connection, resource):
        runs.advance(session, run.id, COMPARING, counts)
        return Effects(partitions=outbox.add(session, outgoing))
    waited = waiting.causes(session, driver.connection.id, _CAUSES.get(resource, ()))
    missing = causes.still_missing(session, driver.connection, waited)
    waiting.wake(session, driver.connection.id, set(waited) - missing)
    status = SyncCompleted(**of(driver.connection, run) | counts)
    run = runs.get(session, run.id)  # with whoever joined meanwhile
    outgoing += answers(driver.connection, run, status)
    driver.forget_chart()
    return _finish(driver, session, run, counts, outgoing)


def _saw_everything(run: Run, resource: Resource) -> bool:
    if resource in _LISTS:
        return True
    return resource in pages.KINDS and (run.cursor is None or run.mode == Mode.FULL)


def _finish(
    driver: Driver,
    session: Session,
    run: Run,
    counts: Mapping[str, int],
    outgoing: Sequence[outbox.Outgoing],
) -> Effects:
    """The run is through; the next one begins where this one did, less an overlap.

    A payment can be on an invoice whose own outcome was unknown still, or be the CMMS's own without
    our knowing: it is read again then.
    """
    known = [moment for moment in (run.started_at, run.unknown_since) if moment is not None]
    cursor = (min(known) - OVERLAP).isoformat() if known else None
    if driver.restored and run.resource == Resource.PAYMENTS:
        cursor = run.cursor or cursor  # what is forgotten may be said again, until all of it is
    feeds.complete(session, driver.connection.id, run.resource, cursor)
    runs.finish(session, run.id, counts)
    done = (driver.connection.provider, run.resource, "done")
    return Effects(partitions=outbox.add(session, outgoing), runs=[done])


def _fail(driver: Driver, run: Run, code: str, error: Exception) -> None:
    """Answer a run that cannot go on; never silence.

    What a new connection begins with is tried again until it is there: nothing is written before.
    """
    if run.asked_by == "connect" and not isinstance(error, Disconnected):
        with driver.services.database.begin() as session:
            runs.postpone(session, run.id, AGAIN_SECONDS)
        log.warning("run.postponed", extra={"run": run.id, "reason": str(error)})
        return
    support = error.correlation_id if isinstance(error, ProviderError) else None
    detail = f"{error} [{support}]" if support else str(error)
    with driver.services.database.begin() as session:
        connections.lock(session, driver.connection.id)  # against those who join it now
        told = fail(session, driver.connection, runs.get(session, run.id), code, detail)
        failed = (driver.connection.provider, run.resource, "failed")
        effects = Effects(partitions=outbox.add(session, told), runs=[failed])
    after(driver, effects)
