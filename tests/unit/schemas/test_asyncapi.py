"""The AsyncAPI document: current, sound to two judges, and its examples true of schema and code."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError

from schemas.asyncapi import EXAMPLES, FILE, document, envelope_of, message_id, write
from schemas.catalogue import INBOUND, STATUS, dump
from schemas.envelope import STRUCTURED, parse
from schemas.jsonschema import event_schema
from schemas.status import Status

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # names of fields in its models of other brokers
    from asyncapi3.models.asyncapi import AsyncAPI3

OFFICIAL = Path(__file__).parents[2] / "data/asyncapi/3.0.0.json"
TYPES = (*INBOUND, *STATUS)


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """The file, as a reader of YAML sees it."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return found


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text()))


def references(value: object) -> Iterator[str]:
    match value:
        case {"$ref": str(target)}:
            yield target
        case dict():
            for part in value.values():
                yield from references(part)
        case list():
            for part in value:
                yield from references(part)


def found_at(document_: Any, reference: str) -> object:  # noqa: ANN401
    for name in reference.removeprefix("#/").split("/"):
        document_ = document_[name]
    return document_


def payload_validator(type_: str, written: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/components/messages/{message_id(type_)}/payload", **written}
    )


def test_the_file_is_what_the_models_say(tmp_path: Path) -> None:
    write(tmp_path / "asyncapi.yaml")

    assert (tmp_path / "asyncapi.yaml").read_text() == FILE.read_text()


def test_readers_of_yaml_see_the_document(written: dict[str, Any]) -> None:
    assert written == document()


def test_it_keeps_asyncapis_own_schema(written: dict[str, Any], official: Draft7Validator) -> None:
    official.validate(written)


def test_asyncapis_schema_sees_a_wrong_action(
    written: dict[str, Any], official: Draft7Validator
) -> None:
    wrong = {**written["operations"]["tell"], "action": "publish"}

    with pytest.raises(ValidationError):
        official.validate(written | {"operations": {"tell": wrong}})


def test_a_parser_reads_channels_operations_and_messages(written: dict[str, Any]) -> None:
    parsed = AsyncAPI3.model_validate(written).model_dump(by_alias=True, exclude_none=True)

    channels = parsed["channels"]
    exchanges = {
        name: one["bindings"]["amqp"]["exchange"]["name"] for name, one in channels.items()
    }
    assert exchanges == {"cmmsEvents": "cmms.events", "accountingEvents": "accounting.events"}
    assert set(channels["cmmsEvents"]["messages"]) == set(map(message_id, INBOUND))
    assert set(channels["accountingEvents"]["messages"]) == set(map(message_id, STATUS))
    actions = {name: one["action"] for name, one in parsed["operations"].items()}
    assert actions == {"takeIn": "receive", "tell": "send"}


def test_the_parser_refuses_what_asyncapi_does_not_know(written: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="chanels"):
        AsyncAPI3.model_validate(written | {"chanels": {}})


def test_every_reference_leads_somewhere(written: dict[str, Any]) -> None:
    targets = set(references(written))

    assert len(targets) > len(TYPES)
    assert all(isinstance(found_at(written, target), dict) for target in targets)


def test_routing_keys_are_the_types(written: dict[str, Any]) -> None:
    keys = {name: one["parameters"]["type"]["enum"] for name, one in written["channels"].items()}

    assert keys == {"cmmsEvents": list(INBOUND), "accountingEvents": list(STATUS)}


def test_a_shared_schema_is_the_same_for_every_type() -> None:
    for types in (INBOUND, STATUS):
        shared: dict[str, Any] = {}
        for type_ in types:
            for name, schema in event_schema(type_)["$defs"].items():
                assert shared.setdefault(name, schema) == schema, f"{name} of {type_}"


def test_there_is_an_example_of_every_type() -> None:
    assert set(EXAMPLES) == set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_an_example_is_valid(type_: str, written: dict[str, Any]) -> None:
    [example] = written["components"]["messages"][message_id(type_)]["examples"]

    payload_validator(type_, written).validate(example["payload"])


@pytest.mark.parametrize("type_", INBOUND)
def test_intake_reads_an_inbound_example(type_: str) -> None:
    body = json.dumps(envelope_of(type_)).encode()

    event = parse(body, STRUCTURED, {}, type_)

    assert event.type == type_
    assert set(dump(event.data)) >= set(EXAMPLES[type_]), "a field that no model knows"


@pytest.mark.parametrize("type_", STATUS)
def test_an_example_of_a_status_is_what_the_model_tells(type_: str) -> None:
    told: Status = STATUS[type_].model_validate(EXAMPLES[type_])

    assert told.model_dump(mode="json", exclude_none=True) == EXAMPLES[type_]


def test_a_broken_example_is_seen(written: dict[str, Any]) -> None:
    broken = envelope_of("invoice.created") | {"data": {"id": "INV-7"}}

    with pytest.raises(ValidationError):
        payload_validator("invoice.created", written).validate(broken)
