"""Runs that cannot go on are answered: whoever asked must not wait for ever."""

from typing import Any

from schemas.status import ConnectionTested, Status, SyncFailed
from worker.errors import Category
from worker.providers.port import Fault, Resource
from worker.store import runs
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.store.runs import Run
from worker.store.session import Session
from worker.sync.tell import Origin, about, error_of, tell


def fail(session: Session, connection: Connection, run: Run, code: str) -> Outgoing:
    """End a run; the answer to whoever asked for it."""
    names = {
        "provider": connection.provider,
        "resource": run.resource,
        "company": str(connection.company.get("name", "")),
    }
    error = error_of(Fault(code, Category.CONNECTION, names))
    status: Status
    if run.resource == Resource.CONNECTION:
        status = ConnectionTested(**about(connection), ok=False, error=error)
    else:
        asked: dict[str, Any] = {
            "resource": run.resource,
            "run_id": str(run.id),
            "asked_by": run.asked_by,
        }
        status = SyncFailed(**about(connection), **asked, error=error)
    runs.finish(session, run.id, run.counts, error.model_dump(mode="json"))
    return tell(connection.tenant_id, status, Origin(run.event_id, run.traceparent), "runs")


def fail_asked(session: Session, connection: Connection, code: str) -> list[Outgoing]:
    """End what was asked for and is open still, since its connection pauses.

    What the clock or a new connection began stays: nobody waits for an answer, and it goes on after
    the reconnect.
    """
    open_ones = runs.asked_for(session, connection.id)
    return [fail(session, connection, run, code) for run in open_ones]
