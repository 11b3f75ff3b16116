"""The contract as one AsyncAPI 3 document, generated from the models: `python -m schemas.asyncapi`.

JSON Schemas and examples stand in the document itself, so a tool needs no other file.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from schemas.catalogue import INBOUND, STATUS
from schemas.envelope import STRUCTURED
from schemas.fields import Model
from schemas.jsonschema import event_schema
from schemas.status_event import SOURCE

FILE = Path(__file__).with_name("asyncapi.yaml")
EXAMPLES: Mapping[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text())
"""Type -> the data of one event."""

Json = dict[str, Any]

_DESCRIPTION = """\
Services of the CMMS publish their events to the topic exchange cmms.events; what became of them, \
and what happened in the books, is told on the topic exchange accounting.events. The routing key \
is the event's type. Messages are persistent.

Payloads are CloudEvents 1.0 in structured mode. Inbound events may also come in binary mode: then \
the attributes are headers (cloudEvents_id or cloudEvents:id), and the body is `data` alone.

Money and quantities are decimal strings. Unknown fields are ignored; null stands for an absent \
optional field. Delivery is at least once: (source, id) identifies a repeat."""
_MEANING = {
    "created": "The snapshot is the truth, whether the record was known before or not.",
    "requested": "Pull something out of the books now.",
    "test_requested": "Find out whether the books can be reached.",
}
_MEANING |= dict.fromkeys(("updated", "saved", "recorded"), _MEANING["created"])
_REMOVED = "The record is gone in the CMMS."
_HEADERS: Json = {
    "type": "object",
    "description": "In binary mode the attributes of the event; none in structured mode.",
    "patternProperties": {"^cloudEvents[_:][a-z0-9]+$": {"type": "string"}},
}


def document() -> Json:
    """The whole document, ready for JSON or YAML."""
    types = (*INBOUND, *STATUS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "cmms-books",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": STRUCTURED,
        "servers": {"rabbitmq": _server()},
        "channels": {
            "cmmsEvents": _channel("cmms.events", "What happened in the CMMS.", INBOUND),
            "accountingEvents": _channel("accounting.events", "What became of it.", STATUS),
        },
        "operations": {
            "takeIn": _operation("receive", "cmmsEvents", "Events are taken in.", INBOUND),
            "tell": _operation("send", "accountingEvents", "The CMMS is told.", STATUS),
        },
        "components": {
            "messages": {message_id(type_): _message(type_) for type_ in types},
            "schemas": {"headers": _HEADERS} | _shared_schemas(),
        },
    }


def message_id(type_: str) -> str:
    """The name of a type within the document: some tools take no dots in names."""
    return type_.replace(".", "_")


def envelope_of(type_: str) -> Json:
    """The example of a type as a whole event."""
    data = EXAMPLES[type_]
    attributes = {
        "specversion": "1.0",
        "id": "0d0c3a4e-8d0c-4b0e-9a57-0f5d8c3f4d11",
        "source": SOURCE if type_ in STATUS else "/cmms/office",
        "type": type_,
        "time": "2026-11-20T09:30:00Z",
        "tenantid": "northwind-maintenance",
        "subject": STATUS[type_].model_validate(data).subject
        if type_ in STATUS
        else data.get("id"),
    }
    return {name: value for name, value in attributes.items() if value} | {"data": data}


def write(file: Path) -> None:
    """Write the document as YAML, whose strings are JSON's: no YAML library is needed for that."""
    file.write_text("\n".join(_yaml(document(), "")) + "\n")


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "variables": {"host": {"default": "localhost"}, "port": {"default": "5672"}},
    }


def _channel(exchange: str, title: str, types: Mapping[str, object]) -> Json:
    key = {"description": "The routing key: the event's type.", "enum": list(types)}
    amqp = {
        "is": "routingKey",
        "exchange": {"name": exchange, "type": "topic", "durable": True, "autoDelete": False},
        "bindingVersion": "0.3.0",
    }
    return {
        "address": "{type}",
        "title": title,
        "parameters": {"type": key},
        "messages": {
            id_: {"$ref": f"#/components/messages/{id_}"} for id_ in map(message_id, types)
        },
        "bindings": {"amqp": amqp},
    }


def _operation(action: str, channel: str, summary: str, types: Mapping[str, object]) -> Json:
    here = f"#/channels/{channel}"
    return {
        "action": action,
        "channel": {"$ref": here},
        "summary": summary,
        "messages": [{"$ref": f"{here}/messages/{message_id(type_)}"} for type_ in types],
        "bindings": {"amqp": {"deliveryMode": 2, "bindingVersion": "0.3.0"}},
    }


def _message(type_: str) -> Json:
    payload = {
        name: part
        for name, part in event_schema(type_).items()
        if name not in ("$schema", "$defs", "title")
    }
    headers = {"headers": {"$ref": "#/components/schemas/headers"}} if type_ in INBOUND else {}
    return {
        "name": type_,
        "title": type_,
        "summary": _summary(type_),
        "contentType": STRUCTURED,
        **headers,
        "payload": _shared(payload, type_),
        "examples": [{"name": "example", "payload": envelope_of(type_)}],
    }


def _summary(type_: str) -> str:
    if type_ in STATUS:
        return _first_line(STATUS[type_])
    return _REMOVED if INBOUND[type_].removal else _MEANING[type_.rpartition(".")[2]]


def _first_line(model: type[Model]) -> str:
    return (model.__doc__ or "").splitlines()[0]


def _shared_schemas() -> Json:
    """What the models of several types refer to, once for each direction."""
    return {
        f"{_direction(type_)}_{name}": _shared(schema, type_)
        for type_ in (*INBOUND, *STATUS)
        for name, schema in event_schema(type_)["$defs"].items()
    }


def _direction(type_: str) -> str:
    """What is read and what is written of a model differ: in what must be there, for one."""
    return "told" if type_ in STATUS else "read"


def _shared(schema: Any, type_: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The schema with references to the shared ones."""
    if isinstance(schema, dict):
        return {name: _shared(part, type_) for name, part in schema.items()}
    if isinstance(schema, list):
        return [_shared(part, type_) for part in schema]
    if isinstance(schema, str) and schema.startswith("#/$defs/"):
        return schema.replace("#/$defs/", f"#/components/schemas/{_direction(type_)}_")
    return schema


def _yaml(value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - whatever JSON can hold
    """A mapping or list, not empty, in block style; a line at a time."""
    pairs = value.items() if isinstance(value, dict) else (("-", part) for part in value)
    for name, part in pairs:
        key = name if name == "-" else f"{json.dumps(name)}:"
        if isinstance(part, dict | list) and part:
            yield f"{indent}{key}"
            yield from _yaml(part, f"{indent}  ")
        else:
            yield f"{indent}{key} {json.dumps(part, ensure_ascii=False)}"


if __name__ == "__main__":
    write(FILE)
