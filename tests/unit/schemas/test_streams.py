"""Whole streams of events, and messages that break the contract in every known way."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.catalogue import INBOUND, RECORDS, dump, load_record
from schemas.envelope import InvalidEvent, parse
from tests.unit.schemas.builders import parsed

SMALL = Path(__file__).parents[2] / "data" / "small.jsonl"
SHARED = Path(__file__).parents[4] / "shared" / "data"
Case = dict[str, Any]


def malformed() -> list[Any]:
    path = SHARED / "malformed.jsonl"
    if not path.exists():
        return [pytest.param({}, id="absent", marks=pytest.mark.skip(reason=f"no {path.name}"))]
    cases = [json.loads(line) for line in path.read_text().splitlines()]
    return [pytest.param(case, id=case["name"]) for case in cases]


def header(value: object) -> object:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


@pytest.mark.parametrize("case", malformed())
def test_a_message_is_taken_or_refused_with_a_reason(case: Case) -> None:
    body = base64.b64decode(case["body_base64"])
    headers = {name: header(value) for name, value in case["headers"].items()}

    reason = ""
    try:
        parse(body, case["content_type"], headers, case["routing_key"])
    except InvalidEvent as invalid:
        reason = invalid.reason

    assert case["valid"] in (not reason, "either")
    assert not reason or 20 < len(reason) < 300


@pytest.mark.parametrize("path", [SMALL, SHARED / "month.jsonl"], ids=["small", "month"])
def test_every_line_of_a_stream_is_an_event(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"no {path.name}")

    events = [parsed(line) for line in path.read_bytes().splitlines()]

    assert {event.type for event in events} == INBOUND.keys()
    records = [event for event in events if isinstance(event.data, tuple(RECORDS.values()))]
    for event in records:
        assert event.kind is not None
        assert load_record(event.kind, dump(event.data)) == event.data
