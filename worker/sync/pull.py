"""Runs: one page of what the books say at a time, and the answers to connection tests."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from schemas.books import Account, Company, Tax
from schemas.status import (
    AccountChanged,
    ConnectionTested,
    Status,
    SyncCompleted,
    SyncStarted,
    TaxChanged,
)
from worker import metrics
from worker.errors import (
    Disconnected,
    Misuse,
    Throttled,
    TokenExpired,
    Unavailable,
    Unexplained,
)
from worker.providers.port import LedgerRecord, Page, Resource
from worker.store import connections, feeds, outbox, records, runs, waiting
from worker.store.records import Pulled
from worker.store.runs import Run
from worker.store.session import Session
from worker.sync import causes, issues, merges, payments
from worker.sync.company import keep as keep_company
from worker.sync.driver import Driver, OutOfBudget
from worker.sync.failed_runs import answers, fail, joined, of, own, was_asked
from worker.sync.tell import about, tell

log = logging.getLogger(__name__)

# Of the same urgency: what opens the way for writing goes first.
ORDER = (Resource.CONNECTION, Resource.ACCOUNTS, Resource.TAXES, Resource.PAYMENTS)
AGAIN_SECONDS = 60.0
OVERLAP = timedelta(minutes=5)  # between two pulls: the ledger's clock and ours are not the same

_KINDS = {Resource.ACCOUNTS: ("account",), Resource.TAXES: ("tax_code", "tax_rate")}
_IN_USE = frozenset({"account", "tax_code"})
_CAUSES = {Resource.ACCOUNTS: ("account", "mapping"), Resource.TAXES: ("tax_code",)}


def pull(driver: Driver, run: Run) -> None:
    """One page of a run, or its end.

    Raises: ProviderError where the whole connection is concerned; the run goes on after that, or
    has been answered as failed where nobody can say when that will be.
    """
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
        _fail(driver, run, "defect", error)


def _start(driver: Driver, run: Run) -> Run:
    with driver.services.database.begin() as session:
        started = runs.start(session, run.id)
        if run.resource != Resource.CONNECTION:
            status = SyncStarted(**of(driver.connection, started))
            outbox.add(session, answers(driver.connection, started, status))
    return started


def _test(driver: Driver, run: Run) -> None:
    """Who is behind the connection, with the preferences that translation needs."""
    company = driver.read("company", lambda books: books.test())
    with driver.services.database.begin() as session:
        connections.wake(session, [driver.connection.id])
        keep_company(session, driver.connection.id, company)
        told = Company(ref=company.ref, name=company.name, currency=company.currency)
        status = ConnectionTested(**about(driver.connection), ok=True, company=told)
        run = runs.get(session, run.id)  # with whoever joined meanwhile
        to = None if was_asked(run) else joined(run)
        outgoing = answers(driver.connection, run, status, to)
        partitions = _finish(driver, session, run, {}, outgoing)
    driver.services.hints.relay(sorted(partitions))


def _page(driver: Driver, run: Run, resource: Resource) -> None:
    cursor = run.cursor or (driver.connection.created_at - OVERLAP).isoformat()
    page = driver.read(resource.value, lambda books: books.page(resource, cursor, run.position))
    effects = payments.Effects()
    with driver.services.database.begin() as session:
        connections.wake(session, [driver.connection.id])
        told = _keep(driver, session, run, page.records)
        if resource is Resource.PAYMENTS:
            effects = payments.keep(session, driver.connection, page, own(run))
        counts = _add(run.counts, page, told, effects)
        outgoing = [*(_tell(driver, run, status) for _, status in told), *effects.told]
        if page.position is None:
            partitions = _complete(driver, session, run, counts, outgoing)
        else:
            partitions = outbox.add(session, outgoing)
            runs.advance(session, run.id, page.position, counts)
        _review(driver, session, resource, page)
    driver.services.hints.relay(sorted(partitions))


def _keep(
    driver: Driver, session: Session, run: Run, found: Sequence[LedgerRecord]
) -> list[tuple[str, Status]]:
    """Store what was pulled; tells what is new (`created`) or different (`changed`)."""
    pulled = [
        Pulled(one.kind, one.ref, one.name, one.active, dict(one.data), one.code, one.sync_token)
        for one in found
    ]
    difference = records.keep(session, driver.connection.id, pulled)
    told: list[tuple[str, Status]] = []
    for one in pulled:
        key = (one.kind, one.ref)
        if key in difference.created:
            told.append(("created", _changed(driver, one)))
        elif key in difference.changed:
            told.append(("changed", _changed(driver, one)))
    return told


def _changed(driver: Driver, record: Pulled) -> Status:
    if record.kind == "account":
        return AccountChanged(
            **about(driver.connection), account=Account.model_validate(dict(record.data))
        )
    return TaxChanged(**about(driver.connection), tax=Tax.model_validate(dict(record.data)))


def _add(
    counts: Mapping[str, int],
    page: Page,
    told: Sequence[tuple[str, Status]],
    effects: payments.Effects,
) -> dict[str, int]:
    read = len(page.records) + len(page.payments)
    created = sum(what == "created" for what, _ in told) + effects.created
    changed = len(told) - sum(what == "created" for what, _ in told) + effects.changed
    new = {
        "read": read,
        "created": created,
        "changed": changed,
        "removed": effects.removed,
        "unchanged": max(read - created - changed - effects.removed, 0),
    }
    return {name: counts.get(name, 0) + count for name, count in new.items()}


def _review(driver: Driver, session: Session, resource: Resource, page: Page) -> None:
    """Open and close the issues that this page is about."""
    connection = connections.get(session, driver.connection.id)
    if resource in _KINDS or any(one.kind in _IN_USE for one in page.records):
        issues.review(session, connection)
    if page.position is None:
        merges.review(session, connection)


def _complete(
    driver: Driver,
    session: Session,
    run: Run,
    counts: dict[str, int],
    outgoing: list[outbox.Outgoing],
) -> set[int]:
    """The last page is in: what was not seen is gone, and what waited for any of it wakes."""
    resource = Resource(run.resource)
    if resource in _KINDS and run.started_at:
        gone = records.retire_unseen(
            session, driver.connection.id, _KINDS[resource], run.started_at
        )
        counts["removed"] += len(gone)
        for one in gone:
            inactive = replace(one, data=dict(one.data) | {"active": False})
            outgoing.append(_tell(driver, run, _changed(driver, inactive)))
    waited = waiting.causes(session, driver.connection.id, _CAUSES.get(resource, ()))
    missing = causes.still_missing(session, driver.connection, waited)
    waiting.wake(session, driver.connection.id, set(waited) - missing)
    status = SyncCompleted(**of(driver.connection, run) | counts)
    run = runs.get(session, run.id)  # with whoever joined meanwhile
    outgoing += answers(driver.connection, run, status)
    driver.forget_chart()
    return _finish(driver, session, run, counts, outgoing)


def _finish(
    driver: Driver,
    session: Session,
    run: Run,
    counts: Mapping[str, int],
    outgoing: Sequence[outbox.Outgoing],
) -> set[int]:
    """The run is through; the next one begins where this one did, less an overlap.

    A payment can be on an invoice whose own outcome was unknown still, or be the CMMS's own without
    our knowing: it is read again then.
    """
    known = [moment for moment in (run.started_at, run.unknown_since) if moment is not None]
    cursor = (min(known) - OVERLAP).isoformat() if known else None
    feeds.complete(session, driver.connection.id, run.resource, cursor)
    runs.finish(session, run.id, counts)
    metrics.RUNS.labels(driver.connection.provider, run.resource, "done").inc()
    return outbox.add(session, outgoing)


def _fail(driver: Driver, run: Run, code: str, error: Exception) -> None:
    """Answer a run that cannot go on; never silence.

    What a new connection begins with is tried again until it is there: nothing is written before.
    """
    if run.asked_by == "connect" and not isinstance(error, Disconnected):
        with driver.services.database.begin() as session:
            runs.postpone(session, run.id, AGAIN_SECONDS)
        log.warning("run.postponed", extra={"run": run.id, "reason": str(error)})
        return
    log.warning("run.failed", extra={"run": run.id, "resource": run.resource, "reason": str(error)})
    with driver.services.database.begin() as session:
        connections.lock(session, driver.connection.id)  # against those who join it now
        told = fail(session, driver.connection, runs.get(session, run.id), code)
        partitions = outbox.add(session, told)
    metrics.RUNS.labels(driver.connection.provider, run.resource, "failed").inc()
    driver.services.hints.relay(sorted(partitions))


def _tell(driver: Driver, run: Run, status: Status) -> outbox.Outgoing:
    return tell(driver.connection.tenant_id, status, own(run), "runs")
