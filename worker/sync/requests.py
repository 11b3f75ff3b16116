"""What a CMMS service asks for: `sync.requested` and `connection.test_requested` become runs."""

from schemas.envelope import Event
from schemas.requests import ConnectionTest, SyncRequest
from schemas.requests import Resource as Wanted
from schemas.status import ConnectionTested, Environment, Status, SyncFailed, SyncStarted
from worker.errors import Category
from worker.providers.port import Fault, Resource
from worker.store import connections, outbox, runs
from worker.store.connections import Connection
from worker.store.runs import Asked
from worker.store.session import Session
from worker.sync import first
from worker.sync.failed_runs import answers, of
from worker.sync.tell import Origin, about, error_of, tell

PULLED = (
    *(one for one in first.PULLS if one is not Resource.CONNECTION),
    Resource.PAYMENTS,
)
_NOWHERE = Environment.PRODUCTION  # what an answer says where there is no connection to speak of


def ask(session: Session, event: Event, woken: set[int], partitions: set[int]) -> None:
    """Queue the runs that an event asks for, or answer why not; never silence."""
    data = event.data
    assert isinstance(data, SyncRequest | ConnectionTest)
    found = connections.find(session, event.tenant, data.provider)
    if not found:
        partitions |= outbox.add(session, [_no_connection(event, data)])
    for connection in found:
        if queue_for(session, connection, event, data, partitions):
            woken.add(connection.id)


def queue_for(
    session: Session,
    connection: Connection,
    event: Event,
    data: SyncRequest | ConnectionTest,
    partitions: set[int],
) -> bool:
    """Whether anything was queued or joined for this connection."""
    wanted = _resources(connection, data)
    asked = Asked(
        "event", f"event:{event.source}:{event.id}", runs.ASKED, event.id, event.traceparent
    )
    if connection.state != "active":
        refusals = [_refusal(connection, resource, "not_connected") for resource in wanted]
        partitions |= outbox.add(session, [_tell(connection, event, one) for one in refusals])
        return False
    connections.wake(session, [connection.id])
    for resource in wanted:
        if first.is_off(connection.settings, resource):
            refusal = _refusal(connection, resource, "kind_switched_off")
            partitions |= outbox.add(session, [_tell(connection, event, refusal)])
        else:
            partitions |= _queue(session, connection, resource, asked)
    return True


def _queue(session: Session, connection: Connection, resource: Resource, asked: Asked) -> set[int]:
    """Queue a run or join the open one; who joins one that runs hears of its beginning now."""
    if runs.queue(session, connection.id, resource, asked) is not None:
        return set()
    run = runs.join(session, connection.id, resource, asked)
    if run is None or run.state == "queued" or resource is Resource.CONNECTION:
        return set()
    begun = SyncStarted(**of(connection, run))
    joining = Origin(asked.event_id, asked.traceparent)
    return outbox.add(session, answers(connection, run, begun, [joining]))


def _resources(connection: Connection, data: SyncRequest | ConnectionTest) -> list[Resource]:
    if isinstance(data, ConnectionTest):
        return [Resource.CONNECTION]
    if data.resource is Wanted.ALL:
        return [one for one in PULLED if not first.is_off(connection.settings, one)]
    return [Resource(data.resource.value)]


def _refusal(connection: Connection, resource: Resource, code: str) -> Status:
    names = {"provider": connection.provider, "resource": resource.value}
    error = error_of(Fault(code, Category.CONNECTION, names))
    if resource is Resource.CONNECTION:
        return ConnectionTested(**about(connection), ok=False, error=error)
    return SyncFailed(**about(connection), resource=resource.value, error=error)


def _tell(connection: Connection, event: Event, status: Status) -> outbox.Outgoing:
    return tell(connection.tenant_id, status, Origin(event.id, event.traceparent), "runs")


def _no_connection(event: Event, data: SyncRequest | ConnectionTest) -> outbox.Outgoing:
    """There is nobody to ask: the answer names what was asked for, and how to connect."""
    provider = data.provider or "none"
    error = error_of(Fault("not_connected", Category.CONNECTION, {"provider": provider}))
    status: Status
    if isinstance(data, ConnectionTest):
        status = ConnectionTested(provider=provider, environment=_NOWHERE, ok=False, error=error)
    else:
        resource = data.resource.value
        status = SyncFailed(provider=provider, environment=_NOWHERE, resource=resource, error=error)
    return tell(event.tenant, status, Origin(event.id, event.traceparent), "runs")
