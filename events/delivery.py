"""A message as it was delivered, and its headers in a form that JSON columns keep whole."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Self

from pika.spec import Basic, BasicProperties

from schemas.strictjson import is_storable

# On quorum queues: how often the message was delivered before and not acknowledged.
_COUNT_HEADER = "x-delivery-count"
_BROKERS_OWN = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-", "x-acquired-")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message; `delivery_count` is how often it was delivered before (0: the first time)."""

    body: bytes
    routing_key: str
    content_type: str | None
    headers: Mapping[str, object]
    message_id: str | None
    redelivered: bool
    delivery_count: int
    tag: int

    @classmethod
    def of(
        cls, method: Basic.Deliver | Basic.GetOk, properties: BasicProperties, body: bytes
    ) -> Self:
        """What pika handed out, with text as text even where the sender did not write UTF-8."""
        headers = {_text(name): value for name, value in (properties.headers or {}).items()}
        count = headers.get(_COUNT_HEADER)
        return cls(
            body=body,
            routing_key=_text(method.routing_key),
            content_type=_text(properties.content_type) or None,
            headers=headers,
            message_id=_text(properties.message_id) or None,
            redelivered=method.redelivered,
            # Classic queues do not count, they only say "not the first time".
            delivery_count=count if isinstance(count, int) else int(method.redelivered),
            tag=method.delivery_tag or 0,
        )


def _text(value: str | bytes | None) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return value or ""


def storable(headers: Mapping[str, object]) -> dict[str, object]:
    """Headers as JSON that PostgreSQL takes; `restored` is the way back.

    What JSON has no word for is an object with one name: base64, timestamp (epoch) or decimal.
    """
    return {name.replace("\x00", r"\x00"): _storable(value) for name, value in headers.items()}


def restored(headers: Mapping[str, object]) -> dict[str, object]:
    """Headers as they were before `storable`, to publish them again.

    Without what the broker added (deaths, counts), and strings that held a NUL are bytes now.
    """
    own = (name for name in headers if not name.startswith(_BROKERS_OWN))
    return {name: _restored(headers[name]) for name in own}


def _storable(value: object) -> object:  # noqa: PLR0911  # one for each type there is
    match value:
        case None | bool():
            return value
        case int():
            return int(value)  # from pika's own subclass, which JSON encoders may not know
        case str() if is_storable(value):
            return value
        case str():
            return _storable(value.encode(errors="surrogatepass"))
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
        case datetime():
            return {"timestamp": int(value.timestamp())}
        case Decimal():
            return {"decimal": str(value)}
        case list():
            return [_storable(one) for one in value]
        case dict():
            return storable({_text(name): one for name, one in value.items()})
        case _:
            raise TypeError(f"no AMQP header has a value of type {type(value).__name__}")


def _restored(value: object) -> object:
    match value:
        case {"base64": str(text), **others} if not others:
            return base64.b64decode(text)
        case {"timestamp": int(seconds), **others} if not others:
            return datetime.fromtimestamp(seconds, UTC)
        case {"decimal": str(text), **others} if not others:
            return Decimal(text)
        case dict():
            return restored(value)
        case list():
            return [_restored(one) for one in value]
        case _:
            return value
