"""The records of one tenant's CMMS, and what it makes of status events; no wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

Json = Any  # whatever JSON can hold
Event = dict[str, Json]
"""A CloudEvent in structured mode."""

SOURCE = "/cmms/simulated"
SAVED = {"expense": ("saved", "saved"), "payment": ("recorded", "recorded")}
REMOVED = {
    "invoice": "voided",
    "purchase_invoice": "voided",
    "expense": "deleted",
    "payment": "deleted",
}
_STATUS = "accounting.record."
_FROM_BOOKS = ("discovered", "changed")


@dataclass
class Record:
    """One record: its data without id and version, and what was said of it, the oldest first."""

    kind: str
    id: str
    data: dict[str, Json]
    version: int = 1
    archived: bool = False
    said: list[Event] = field(default_factory=list)

    @property
    def status(self) -> str | None:
        """What the last status event called it: synced, waiting, failed ..."""
        return self.said[-1]["type"].removeprefix(_STATUS) if self.said else None

    @property
    def ref(self) -> str | None:
        """Its id in the books, as last heard of."""
        refs = (event["data"].get("ref") for event in reversed(self.said))
        return next((ref for ref in refs if ref), None)

    @property
    def snapshot(self) -> dict[str, Json]:
        return {"id": self.id, "version": self.version, **self.data}


@dataclass
class Cmms:
    """One tenant. Whatever changes a record returns the event that tells of it."""

    tenant: str
    provider: str = "quickbooks"
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    heard: dict[str, Event] = field(default_factory=dict)
    strange: list[Event] = field(default_factory=list)  # about records that nobody here knows

    def of(self, kind: str) -> list[Record]:
        return [record for record in self.records.values() if record.kind == kind]

    def save(self, kind: str, id: str, **data: Json) -> Event:  # noqa: A002 - the contract's name
        """Create or change a record; None takes a field away."""
        known = self.records.get((kind, id))
        if known is None:
            record = self.records[kind, id] = Record(kind, id, {})
        else:
            record = known
            record.version += 1
            record.archived = False
        merged = record.data | data
        record.data = {name: value for name, value in merged.items() if value is not None}
        created, updated = SAVED.get(kind, ("created", "updated"))
        return self._event(record, updated if known else created, record.snapshot)

    def archive(self, kind: str, id: str, reason: str) -> Event:  # noqa: A002
        """Archive, void or delete a record, as its kind has it."""
        record = self.records[kind, id]
        record.version += 1
        record.archived = True
        removal = {"id": id, "version": record.version, "reason": reason}
        return self._event(record, REMOVED.get(kind, "archived"), removal)

    def request(self, type_: str, **data: Json) -> Event:
        """`sync.requested` or `connection.test_requested`."""
        return self._envelope(type_, None, data)

    def hear(self, event: Event) -> list[Event]:
        """Take a status event in, once; the events that answer it."""
        if event["tenantid"] != self.tenant or event["id"] in self.heard:
            return []
        self.heard[event["id"]] = event
        what = event["type"].removeprefix(_STATUS)
        if what == event["type"]:
            return []
        if what not in _FROM_BOOKS:
            self._note(event)
            return []
        answers = self._discovered if what == "discovered" else self._changed
        return list(answers(event))

    def _note(self, event: Event) -> None:
        """Remember it with its record."""
        data = event["data"]
        record = self.records.get((data["kind"], data["record_id"]))
        if record is None:
            self.strange.append(event)
        else:
            record.said.append(event)

    def _discovered(self, event: Event) -> Iterator[Event]:
        """Become the record of the books: the suggested one, else a new one."""
        data = event["data"]
        kind, refs = data["kind"], {self.provider: data["ref"]}
        if any(record.data.get("external_refs") == refs for record in self.of(kind)):
            return
        if suggested := data.get("suggestion"):
            yield self.save(kind, suggested["record_id"], external_refs=refs)
            return
        yield self.save(kind, f"{kind}-of-{data['ref']}", **data["record"], external_refs=refs)

    def _changed(self, event: Event) -> Iterator[Event]:
        """Take the books' side over; the new version goes back to them."""
        data = event["data"]
        record = self.records.get((data["kind"], data["record_id"]))
        if record is None:
            self.strange.append(event)
            return
        changed = {name: data["record"].get(name) for name in data["changed"]}
        if record.archived:  # to publish it would bring it back
            record.data |= changed
        else:
            yield self.save(record.kind, record.id, **changed)

    def _event(self, record: Record, verb: str, data: dict[str, Json]) -> Event:
        return self._envelope(f"{record.kind}.{verb}", record.id, data)

    def _envelope(self, type_: str, subject: str | None, data: dict[str, Json]) -> Event:
        about = {"subject": subject} if subject else {}
        return {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": SOURCE,
            "type": type_,
            "time": datetime.now(UTC).isoformat(),
            "tenantid": self.tenant,
            **about,
            "data": data,
        }
