"""Messages as they go over the wire, and how an event of the contract becomes one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, auto
from uuid import uuid4

from events import tracing
from schemas.catalogue import dump
from schemas.envelope import STRUCTURED, parse
from schemas.fields import Model


class Mode(Enum):
    """CloudEvents modes: the whole envelope as body, or the attributes as headers."""

    STRUCTURED = auto()
    BINARY = auto()


@dataclass(frozen=True, slots=True)
class Message:
    """What is published; `message_id` is for people who look at queues."""

    body: bytes
    routing_key: str
    content_type: str | None = STRUCTURED
    headers: Mapping[str, object] = field(default_factory=dict)
    message_id: str | None = None


def compose(
    type_: str,
    *,
    source: str,
    tenant: str,
    data: Mapping[str, object] | Model,
    id: str | None = None,  # noqa: A002  # the attribute's name
    time: datetime | None = None,
    subject: str | None = None,
    traceparent: str | None = None,
    causationid: str | None = None,
    mode: Mode = Mode.STRUCTURED,
) -> Message:
    """An event of the contract as message; raises InvalidEvent if the worker would refuse it.

    Absent are: `id` a new UUID, `time` now, `subject` the record's id, `traceparent` that of the
    span which is open in this thread. Decimals and dates in `data` may be Python's.
    """
    snapshot = dump(data) if isinstance(data, Model) else data
    attributes = {
        "specversion": "1.0",
        "id": id or str(uuid4()),
        "source": source,
        "type": type_,
        "time": (time or datetime.now(UTC)).isoformat(),
        "tenantid": tenant,
        "subject": subject or snapshot.get("id"),
        "traceparent": traceparent or tracing.current(),
        "causationid": causationid,
    }
    given = {name: str(value) for name, value in attributes.items() if value is not None}
    message = _written(given, snapshot, mode)
    # What is checked is what is sent, byte by byte, by the reader that the worker uses.
    parse(message.body, message.content_type, message.headers, message.routing_key)
    return message


def _written(attributes: dict[str, str], data: Mapping[str, object], mode: Mode) -> Message:
    type_, id_ = attributes["type"], attributes["id"]
    if mode is Mode.STRUCTURED:
        return Message(_json({**attributes, "data": data}), type_, STRUCTURED, {}, id_)
    headers = {f"cloudEvents_{name}": value for name, value in attributes.items()}
    return Message(_json(data), type_, "application/json", headers, id_)


def _json(value: Mapping[str, object]) -> bytes:
    text = json.dumps(value, default=_text, ensure_ascii=False, separators=(",", ":"))
    # What is no Unicode text is for the reader to refuse, like everything else.
    return text.encode(errors="surrogatepass")


def _text(value: object) -> str:
    """What JSON has no word for: decimals and dates."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"an event holds no {type(value).__name__}")
