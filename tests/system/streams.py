"""Streams of events from files: published in file order, and what they say in the end."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, cmp_to_key
from pathlib import Path
from typing import Any

from events.publisher import Publisher
from schemas.envelope import InvalidEvent, parse

STRUCTURED = "application/cloudevents+json"
REQUESTS = ("requested", "test_requested")
REMOVALS = ("archived", "voided", "deleted")


@dataclass(frozen=True)
class Line:
    """One message; `envelope` is empty where the body is no JSON object."""

    body: bytes
    envelope: Mapping[str, Any]
    routing_key: str
    content_type: str | None = STRUCTURED
    headers: Mapping[str, object] | None = None

    @cached_property
    def is_valid(self) -> bool:
        """Whether the contract takes it; the others are published all the same."""
        try:
            parse(self.body, self.content_type, self.headers or {}, self.routing_key)
        except InvalidEvent:
            return False
        return True

    @property
    def tenant(self) -> str:
        return str(self.envelope["tenantid"])


@dataclass(frozen=True)
class Record:
    """A CMMS record after its whole stream; `data` is its newest snapshot, removed or not."""

    kind: str
    id: str
    removed: bool
    data: Mapping[str, Any]


def read(path: Path) -> list[Line]:
    """One envelope in structured mode a line, as `data/small.jsonl` has them."""
    return [_line(text) for text in path.read_bytes().splitlines() if text.strip()]


def read_messages(path: Path) -> dict[str, Line]:
    """Messages by name, each with its properties, as `data/malformed.jsonl` has them."""
    found = {}
    for text in path.read_bytes().splitlines():
        one = json.loads(text)
        body = base64.b64decode(one["body_base64"])
        headers = {name: _header(value) for name, value in one["headers"].items()}
        envelope = _envelope(body)
        line = Line(body, envelope, one["routing_key"], one["content_type"], headers or None)
        found[one["name"]] = line
    return found


def publish(url: str, lines: Iterable[Line]) -> int:
    """Publish in this order, each confirmed before the next; how many there were."""
    count = 0
    with Publisher(url) as publisher:
        for line in lines:
            publisher.publish_raw(
                line.body,
                routing_key=line.routing_key,
                content_type=line.content_type,
                headers=line.headers,
                message_id=_text(line.envelope.get("id")),
            )
            count += 1
    return count


def tenants(lines: Iterable[Line]) -> list[str]:
    """In the order in which they appear."""
    return list(dict.fromkeys(line.tenant for line in lines if line.is_valid))


def currencies(lines: Iterable[Line]) -> set[str]:
    """All currencies that records are in."""
    data = (line.envelope["data"] for line in lines if line.is_valid)
    return {one["currency"] for one in data if one.get("currency")}


def fold(lines: Iterable[Line]) -> dict[tuple[str, str], Record]:
    """Every record as it must be in the end, by kind and id, whatever the order of delivery.

    The newest counts (contract, "Envelope"): by version if both have one, else by the envelope's
    time; the same version goes by time, then id.
    """
    histories: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for event in (line.envelope for line in lines if line.is_valid):
        kind, _, verb = event["type"].partition(".")
        if verb not in REQUESTS:
            histories.setdefault((kind, event["data"]["id"]), []).append(event)
    return {key: _folded(key, events) for key, events in histories.items()}


def _folded(key: tuple[str, str], events: list[Mapping[str, Any]]) -> Record:
    ordered = sorted(events, key=cmp_to_key(_compare))
    kept = [event["data"] for event in ordered if not _removes(event)]
    return Record(*key, removed=_removes(ordered[-1]), data=kept[-1] if kept else {})


def _removes(event: Mapping[str, Any]) -> bool:
    return str(event["type"]).rpartition(".")[2] in REMOVALS


def _compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    left, right = one["data"].get("version"), other["data"].get("version")
    if left is not None and right is not None and left != right:
        return -1 if left < right else 1
    mine, theirs = _age(one), _age(other)
    return (mine > theirs) - (mine < theirs)


def _age(event: Mapping[str, Any]) -> tuple[datetime, str]:
    return datetime.fromisoformat(event["time"]), str(event["id"])


def _line(text: bytes) -> Line:
    envelope = _envelope(text)
    return Line(text, envelope, _text(envelope.get("type")) or "")


def _envelope(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _header(value: object) -> object:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _text(value: object) -> str | None:
    """AMQP's short strings hold up to 255 bytes."""
    return value if isinstance(value, str) and len(value.encode(errors="replace")) < 256 else None
