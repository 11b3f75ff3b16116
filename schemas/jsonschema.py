"""JSON Schemas of all events, generated from the models: `python -m schemas.jsonschema`.

They are a little looser than the models: codes are checked by shape, and rules that span several
fields (a line's amount against its price) are not in them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from schemas.attributes import LONGEST
from schemas.catalogue import INBOUND, STATUS
from schemas.fields import Model
from schemas.status_event import SOURCE

DIRECTORY = Path(__file__).parent / "json"

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]

_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_ENVELOPE: Schema = {
    "specversion": {"const": "1.0"},
    "id": _TEXT | {"description": "Unique per source: (source, id) identifies a repeat."},
    "source": _TEXT | {"format": "uri-reference"},
    "type": _TEXT,
    "time": {"type": "string", "format": "date-time"},
    "tenantid": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    "subject": {"type": ["string", "null"], "maxLength": LONGEST},
    "dataschema": {"type": ["string", "null"], "pattern": r"/v1(\.[0-9A-Za-z.]+)?/?$"},
    "traceparent": {"type": ["string", "null"]},
    "causationid": {
        "type": ["string", "null"],
        "description": "The id of the event that this one corrects or follows from.",
    },
    "data": {"type": "object"},
}
_REQUIRED = ["specversion", "id", "source", "type", "time", "tenantid", "data"]


def event_schema(type_: str) -> Schema:
    """The schema of the structured envelope of one inbound or status type, with its data."""
    if type_ in STATUS:
        outbound = {"source": {"const": SOURCE}, "causationid": {"type": "string"}}
        return _schema(type_, STATUS[type_], "serialization", outbound)
    return _schema(type_, INBOUND[type_].model, "validation", {})


def write(directory: Path) -> None:
    """Write `<type>.v1.json` for every type, and remove the files of types that are no more."""
    directory.mkdir(exist_ok=True)
    current = {f"{type_}.v1.json": event_schema(type_) for type_ in (*INBOUND, *STATUS)}
    for path in directory.glob("*.json"):
        if path.name not in current:
            path.unlink()
    for name, schema in current.items():
        (directory / name).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


def _schema(type_: str, model: type[Model], mode: Mode, attributes: Schema) -> Schema:
    data = model.model_json_schema(mode=mode)
    definitions = data.pop("$defs", {})
    for schema in (data, *definitions.values()):
        _tidy(schema)
    properties = _ENVELOPE | {"type": {"const": type_}} | attributes | {"data": data}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": type_,
        "type": "object",
        "properties": properties,
        "required": _REQUIRED,
        "$defs": definitions,
    }


def _tidy(schema: Schema) -> None:
    """Let `null` stand for every absent optional field, and drop titles that say nothing."""
    schema.pop("title", None)
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        field.pop("title", None)
        if "oneOf" in field:
            # Told apart by the models; to a schema that ignores unknown names an item is a party.
            field["anyOf"] = field.pop("oneOf")
        if field.get("default", "") is None:
            del field["default"]
        if name not in required:
            schema["properties"][name] = _nullable(field)


def _nullable(field: Schema) -> Schema:
    default = {"default": field["default"]} if "default" in field else {}
    choices = [choice for choice in _choices(field) if choice != {"type": "null"}]
    if len(choices) == 1 and isinstance(choices[0].get("type"), str) and "enum" not in choices[0]:
        return choices[0] | {"type": [choices[0]["type"], "null"]} | default
    return {"anyOf": [*choices, {"type": "null"}]} | default


def _choices(field: Schema) -> Iterator[Schema]:
    """The alternatives of a field, however deep pydantic nests them."""
    if "anyOf" not in field:
        yield {name: value for name, value in field.items() if name != "default"}
    for choice in field.get("anyOf", []):
        yield from _choices(choice)


if __name__ == "__main__":
    write(DIRECTORY)
