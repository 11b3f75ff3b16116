"""Webhook events and the body they travel in (Xero: webhooks, its overview and OpenAPI file)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.xero.clock import now
from tests.simulators.xero.wire import Json, dump

CATEGORIES = {"Contact": "CONTACT", "Invoice": "INVOICE"}  # the other kinds have to be polled
TYPES = frozenset({"CREATE", "UPDATE"})
API = "https://api.xero.com"


@dataclass(frozen=True)
class Event:
    """Something happened to one record of one organisation; `sequence` counts an app's events."""

    tenant: str
    kind: str
    number: str
    operation: str
    sequence: int
    at: datetime = field(default_factory=now)

    @classmethod
    def parse(cls, given: dict[str, Json], sequence: int) -> Event:
        """An invented event: company, entity, id, operation, time.

        Raises ValueError for other names, KeyError for missing ones.
        """
        if unknown := set(given) - {"company", "entity", "id", "operation", "time"}:
            raise ValueError(f"unknown: {sorted(unknown)}")
        moment = given.get("time")
        names = ("company", "entity", "id", "operation")
        tenant, kind, number, operation = (str(given[name]) for name in names)
        at = datetime.fromisoformat(moment) if moment else now()
        return cls(tenant, kind, number, operation, sequence, at)

    def data(self) -> dict[str, Json]:
        return {
            "resourceUrl": f"{API}/api.xro/2.0/{self.kind}s/{self.number}",
            "resourceId": self.number,
            # An instant in UTC that does not say so.
            "eventDateUtc": f"{self.at:%Y-%m-%dT%H:%M:%S.%f}"[:-3],
            "eventType": self.operation,
            "eventCategory": CATEGORIES.get(self.kind, self.kind.upper()),
            "tenantId": self.tenant,
            "tenantType": "ORGANISATION",
        }


def body_of(events: Sequence[Event], entropy: str = "") -> bytes:
    """One post. Some colons have a space behind them: who serialises anew breaks the signature."""
    first, last = (events[0].sequence, events[-1].sequence) if events else (0, 0)
    listed = dump([event.data() for event in events]).decode()
    # Of the same events the same noise: a repeated post is the same to the byte.
    noise = entropy or hashlib.sha256(listed.encode()).hexdigest()[:20].upper()
    return (
        f'{{"events":{listed},"firstEventSequence": {first},'
        f'"lastEventSequence": {last}, "entropy": "{noise}"}}'
    ).encode()
