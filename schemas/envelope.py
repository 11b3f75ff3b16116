"""CloudEvents over AMQP: from a delivered message to an Event, or to the reason why not."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from schemas import attributes as attribute
from schemas import strictjson
from schemas.attributes import Attributes
from schemas.catalogue import INBOUND, Data, Inbound
from schemas.invalid import Category, InvalidEvent, malformed
from schemas.kinds import Kind
from schemas.requests import ConnectionTest, SyncRequest

__all__ = ["MAX_BYTES", "STRUCTURED", "Category", "Event", "InvalidEvent", "parse"]

MAX_BYTES = 1024 * 1024
STRUCTURED = "application/cloudevents+json"
_PREFIXES = ("cloudevents_", "cloudevents:")
_JSON_TYPE = re.compile(r"(?:application|text)/json|application/(?!cloudevents)[\w.-]+\+json")


@dataclass(frozen=True, slots=True)
class Event:
    """An inbound event that keeps the contract; `kind` is None for requests, `time` is UTC."""

    id: str
    source: str
    type: str
    time: datetime
    tenant: str
    subject: str | None
    dataschema: str | None
    traceparent: str | None
    causation: str | None
    kind: Kind | None
    data: Data

    @property
    def record_id(self) -> str | None:
        """The id of the record that it is about; None for requests."""
        return None if isinstance(self.data, SyncRequest | ConnectionTest) else self.data.id

    @property
    def version(self) -> int | None:
        """The record's explicit version; where there is none, `time` decides."""
        return None if isinstance(self.data, SyncRequest | ConnectionTest) else self.data.version


def parse(
    body: bytes,
    content_type: str | None,
    headers: Mapping[str, object],
    routing_key: str | None,
) -> Event:
    """Read one message in structured or binary mode; InvalidEvent if it breaks the contract.

    Without a routing key (a body that did not come over the wire) it is not compared to the type.
    """
    try:
        return _event(_opened(body, content_type, headers), routing_key)
    except InvalidEvent as invalid:
        _identify(invalid, body, headers)
        raise


def _opened(body: bytes, content_type: str | None, headers: Mapping[str, object]) -> Attributes:
    """All attributes together with `data`, whichever mode they came in."""
    if len(body) > MAX_BYTES:
        fault = f"the message has {len(body)} bytes, more than {MAX_BYTES}"
        raise InvalidEvent(fault, Category.TOO_LARGE)
    media = _media_type(content_type)
    if media != STRUCTURED:
        if media is not None and _JSON_TYPE.fullmatch(media) is None:
            raise malformed("the content type is neither CloudEvents in JSON nor plain JSON")
        # CloudEvents' AMQP binding: the content type decides first, then the headers.
        if binary := _binary(headers):
            return binary | {"data": _decoded(body)}
    value = _decoded(body)
    if not isinstance(value, dict):
        raise malformed("the body is not a JSON object")
    if media != STRUCTURED and "specversion" not in value:
        raise malformed("this is neither a structured nor a binary event: specversion is missing")
    return value


def _media_type(content_type: str | None) -> str | None:
    """The content type in lower case without parameters; only UTF-8 is read."""
    if not content_type:
        return None
    media, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise malformed("the content type names a charset that is not UTF-8")
    return media.strip()


def _binary(headers: Mapping[str, object]) -> dict[str, object]:
    """The attributes among the headers of a message; empty if it is not in binary mode."""
    found: dict[str, object] = {}
    for name, value in headers.items():
        prefix = name[:12].lower()
        if prefix not in _PREFIXES:
            continue
        if isinstance(value, str) and not strictjson.is_storable(value):
            raise malformed("a header holds a NUL character or a lone surrogate")
        if found.setdefault(name[12:].lower(), value) != value:
            raise malformed("an attribute is there twice among the headers")
    return found


def _decoded(body: bytes) -> object:
    try:
        return strictjson.decode(body)
    except strictjson.InvalidJson as error:
        raise InvalidEvent(str(error), Category.MALFORMED_JSON) from None


def _event(attributes: Attributes, routing_key: str | None) -> Event:
    attribute.check_specversion(attributes)
    type_ = attribute.required(attributes, "type")
    # The type comes before the rest: what is not for us is said to be so, however it looks.
    inbound = INBOUND.get(type_)
    if inbound is None:
        raise InvalidEvent("the attribute type names no event that is known", Category.UNKNOWN_TYPE)
    if routing_key is not None and routing_key != type_:
        raise malformed(f"the routing key is not the type, {type_}")
    return Event(
        id=attribute.required(attributes, "id"),
        source=attribute.source(attributes),
        type=type_,
        time=attribute.time(attributes),
        tenant=attribute.tenant(attributes),
        subject=attribute.optional(attributes, "subject"),
        dataschema=attribute.check_dataschema(attributes),
        traceparent=attribute.traceparent(attributes),
        causation=attribute.causation(attributes),
        kind=inbound.kind,
        data=_data(inbound, attributes.get("data")),
    )


def _data(inbound: Inbound, value: object) -> Data:
    if value is None:
        raise malformed("the required attribute data is missing")
    if not isinstance(value, dict):
        raise malformed("the attribute data is not an object")
    try:
        return inbound.model.model_validate(value)
    except ValidationError as error:
        raise InvalidEvent(explain(error), Category.INVALID_DATA) from None


def explain(error: ValidationError) -> str:
    """The first fault as one sentence with its place, without the value that was given."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(["data", *(str(part)[:64] for part in first["loc"])])
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _identify(invalid: InvalidEvent, body: bytes, headers: Mapping[str, object]) -> None:
    """Note what can be read of the identity, however broken the rest is."""
    found = _salvaged(body, headers)
    for name in ("source", "id", "type"):
        with suppress(InvalidEvent):
            setattr(invalid, name, attribute.required(found, name))
    with suppress(InvalidEvent):
        invalid.tenant = attribute.tenant(found)


def _salvaged(body: bytes, headers: Mapping[str, object]) -> Attributes:
    found: Attributes = {}
    with suppress(InvalidEvent):
        found = _binary(headers)
    if not found and len(body) <= MAX_BYTES:
        # Duplicate keys, NaN and the like do not matter here; what does not parse at all does.
        with suppress(ValueError, RecursionError):
            value = json.loads(body)
            found = value if isinstance(value, dict) else {}
    return {n: v for n, v in found.items() if isinstance(v, str) and strictjson.is_storable(v)}
