"""What whoever asked for a run is told of it, and the ends of runs that cannot go on."""

import logging
from collections.abc import Iterable
from typing import Any

from schemas.status import ConnectionTested, Status, SyncFailed
from worker.errors import Category
from worker.providers.port import Fault, Resource
from worker.store import runs
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.store.runs import Mode, Run
from worker.store.session import Session
from worker.sync.effects import Effects
from worker.sync.failing import excerpt
from worker.sync.tell import Origin, about, error_of, tell

log = logging.getLogger(__name__)


def own(run: Run) -> Origin:
    return Origin(run.event_id, run.traceparent)


def joined(run: Run) -> list[Origin]:
    """The events that asked for the same while it was open."""
    return [Origin(one["event_id"], one["traceparent"]) for one in run.joined]


def was_asked(run: Run) -> bool:
    """Whether somebody waits for an answer; the clock, a new connection and a webhook do not."""
    return run.asked_by not in ("connect", "schedule", "webhook")


def can_wait(run: Run) -> bool:
    """Whether nobody asked for it, not later either, and nothing depends on it."""
    return run.urgency >= runs.SCHEDULED


def of(connection: Connection, run: Run) -> dict[str, Any]:
    """What every answer says of the run."""
    asked = {"resource": run.resource, "run_id": str(run.id), "asked_by": run.asked_by}
    return about(connection) | asked


def answers(
    connection: Connection, run: Run, status: Status, to: Iterable[Origin] | None = None
) -> list[Outgoing]:
    """The same answer for each who asked (or `to` these); a dry run is the command line's alone."""
    if run.mode == Mode.DRY:
        return []
    origins = [own(run), *joined(run)] if to is None else to
    return [tell(connection.tenant_id, status, origin, "runs") for origin in origins]


def fail(
    session: Session, connection: Connection, run: Run, code: str, detail: str = ""
) -> list[Outgoing]:
    """End a run; the answers to whoever asked for it. `detail` is for engineers, who find it in the
    log under the id that the answers bear."""
    status = _failure(connection, run, code)
    assert status.error is not None
    known = {"run": run.id, "resource": run.resource, "connection": connection.id, "code": code}
    found = {"failure": status.error.failure_id, "detail": excerpt(detail) or None}
    log.warning("run.failed", extra=known | found)
    runs.finish(session, run.id, run.counts, status.error.model_dump(mode="json"))
    return answers(connection, run, status)


def fail_asked(session: Session, connection: Connection, code: str) -> Effects:
    """End what was asked for and is open still, since its connection comes to rest.

    What the clock or a new connection began stays, and goes on after the reconnect; those who
    joined it are answered.
    """
    effects = Effects()
    for run in runs.asked_for(session, connection.id):
        if was_asked(run):
            effects.told += fail(session, connection, run, code)
            effects.runs.append((connection.provider, run.resource, "failed"))
        else:
            runs.forget_joined(session, run.id)
            effects.told += answers(connection, run, _failure(connection, run, code), joined(run))
    return effects


def _failure(connection: Connection, run: Run, code: str) -> ConnectionTested | SyncFailed:
    names = {
        "provider": connection.provider,
        "resource": run.resource,
        "company": str(connection.company.get("name", "")),
    }
    error = error_of(Fault(code, Category.CONNECTION, names))
    if run.resource == Resource.CONNECTION:
        return ConnectionTested(**about(connection), ok=False, error=error)
    return SyncFailed(**of(connection, run), error=error)
