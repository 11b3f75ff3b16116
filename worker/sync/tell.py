"""Status events: written to the outbox in the transaction that they tell of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from schemas.kinds import Kind
from schemas.status import Environment, Error, Retry, Status, WaitingOn
from schemas.status_event import status_envelope
from worker.failures import describe
from worker.providers.lookup import HOUSE_ITEM
from worker.providers.port import Fault
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.terms import Cause


@dataclass(frozen=True)
class Origin:
    """The event that led here."""

    event_id: str | None = None
    traceparent: str | None = None


def tell(tenant_id: str, data: Status, origin: Origin, key: str) -> Outgoing:
    """A status event; `key` names the record whose events keep their order."""
    envelope = status_envelope(
        data,
        id=str(uuid4()),
        tenant=tenant_id,
        time=datetime.now(UTC),
        traceparent=origin.traceparent,
        causation_id=origin.event_id or None,
    )
    return Outgoing(f"{tenant_id}/{key}", envelope)


def about(connection: Connection) -> dict[str, Any]:
    """What every status event says of its connection."""
    return {"provider": connection.provider, "environment": Environment(connection.environment)}


def record_key(kind: Kind | str, record_id: str) -> str:
    return f"{kind}/{record_id}"


def error_of(fault: Fault) -> Error:
    """A failure in a bookkeeper's words; the engineer's detail stays here."""
    code = describe(fault.code, fault.names)
    return Error(
        code=fault.code,
        category=code.category.value,
        title=code.title,
        explanation=code.explanation,
        steps=code.steps,
        retry=Retry(code.retry),
        failure_id=fault.id,
    )


_REASONS = {
    "mapping": "No account is mapped for “{id}” yet.",
    "account": "The account “{id}” is not an active account of the books.",
    "tax_code": "The tax code “{id}” is not an active tax code of the books.",
    "match": "Whether {id} is in the books already is not decided yet.",
    "period": "The books are closed at this date ({id}).",
    "payments": "Payments in the books stand in the way ({id}).",
}


_NAMELESS: Mapping[Cause, str] = MappingProxyType({})


def waiting_reason(
    causes: Iterable[Cause], called: Mapping[Cause, str] = _NAMELESS
) -> tuple[str, WaitingOn | None]:
    """One sentence on everything a record waits for, and the first of it for machines; `called`:
    what people call these things."""
    ordered = sorted(causes)
    sentences = [_reason(cause, called.get(cause)) for cause in ordered]
    first = WaitingOn(kind=ordered[0].kind, id=ordered[0].id) if ordered else None
    return " ".join(sentences) or "It waits for its turn.", first


def _reason(cause: Cause, name: str | None) -> str:
    if cause.id.startswith(HOUSE_ITEM):
        return "The item for sales lines that name none is not in the books yet."
    text = _REASONS.get(cause.kind)
    if text is not None:
        return text.format(id=name or cause.id)
    if cause.kind.endswith("_ref"):
        kind = cause.kind.removesuffix("_ref").replace("_", " ")
        known = f"{name}, " if name else ""
        return (
            f"The {kind} that it names ({known}number {cause.id} in the books) is inactive there."
        )
    known = f"{name} ({cause.id})" if name else cause.id
    return f"The {cause.kind.replace('_', ' ')} {known} is not in the books yet."
