"""The generated JSON Schemas: current, sound, and true of the events that travel."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from schemas.catalogue import INBOUND, STATUS
from schemas.jsonschema import DIRECTORY, write
from schemas.status_event import status_envelope
from tests.unit.schemas.builders import (
    Data,
    customer_data,
    envelope,
    expense_data,
    invoice_data,
    line_data,
)
from tests.unit.schemas.test_status import NOON, a_status
from tests.unit.schemas.test_streams import SHARED, SMALL


def validator(type_: str) -> Draft202012Validator:
    schema: Any = json.loads((DIRECTORY / f"{type_}.v1.json").read_text())
    return Draft202012Validator(schema)


def test_the_files_are_what_the_models_say(tmp_path: Path) -> None:
    write(tmp_path)

    generated = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert generated == {path.name: path.read_text() for path in DIRECTORY.iterdir()}


def test_files_of_types_that_are_no_more_go(tmp_path: Path) -> None:
    (tmp_path / "invoice.forgotten.v1.json").write_text("{}")

    write(tmp_path)

    assert len(list(tmp_path.iterdir())) == len(INBOUND) + len(STATUS)


@pytest.mark.parametrize("type_", [*INBOUND, *STATUS])
def test_every_type_has_a_sound_schema(type_: str) -> None:
    Draft202012Validator.check_schema(validator(type_).schema)


@pytest.mark.parametrize("path", [SMALL, SHARED / "small.jsonl"], ids=["copy", "original"])
def test_every_line_of_the_small_stream_is_valid(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"no {path}")
    validators = {type_: validator(type_) for type_ in INBOUND}

    for line in path.read_text().splitlines():
        event = json.loads(line)
        validators[event["type"]].validate(event)


@pytest.mark.parametrize("type_", STATUS)
def test_every_status_event_is_valid(type_: str) -> None:
    event = status_envelope(a_status(STATUS[type_]), id="s-1", tenant="alder", time=NOON)

    validator(type_).validate(event)


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        (
            "customer.created",
            customer_data(email=None, active=None, billing_address={"city": None}),
        ),
        ("expense.saved", expense_data(amount=7)),
        ("invoice.created", invoice_data({"item_id": "T", "amount": "1.00"}, amounts=None)),
    ],
)
def test_what_the_models_take_is_valid(type_: str, data: Data) -> None:
    validator(type_).validate(envelope(type_, data))


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("customer.created", customer_data(name="")),
        ("customer.created", customer_data(currency="US$")),
        ("customer.created", customer_data(version="1")),
        ("expense.saved", expense_data(amount="0.00")),
        ("expense.saved", expense_data(amount=1.5)),
        ("expense.saved", expense_data(vendor_id=None)),
        ("invoice.created", invoice_data(total="-1")),
        ("invoice.created", invoice_data({"unit_price": "1"})),
        ("invoice.created", invoice_data({"description": "Labour", "amount": None})),
        ("invoice.created", invoice_data(line_data(discount_percent="100.01"))),
        ("sync.requested", {"resource": "ledgers"}),
    ],
)
def test_what_the_models_refuse_is_invalid(type_: str, data: Data) -> None:
    with pytest.raises(ValidationError):
        validator(type_).validate(envelope(type_, data))
