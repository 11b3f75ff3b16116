"""Webhook events and both forms in which they travel (Intuit: webhooks)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.quickbooks.clock import now
from tests.simulators.quickbooks.wire import Json

CHANGED = frozenset({"created", "updated"})
REMOVED = CHANGED | {"deleted"}
TOLD = {  # which operations of a kind are told; the other kinds have to be polled
    **dict.fromkeys(("Account", "Class", "Customer", "Employee"), REMOVED | {"merged"}),
    **dict.fromkeys(("Item", "Vendor"), REMOVED | {"merged"}),
    **dict.fromkeys(("Bill", "JournalEntry", "VendorCredit"), REMOVED),
    **dict.fromkeys(("BillPayment", "CreditMemo", "Invoice", "Payment"), REMOVED | {"void"}),
    **dict.fromkeys(("Department", "PaymentMethod"), CHANGED | {"merged"}),
    **dict.fromkeys(("TaxAgency", "Term"), CHANGED),
    "Preferences": frozenset({"updated"}),
}
CLASSIC = {
    "created": "Create",
    "updated": "Update",
    "deleted": "Delete",
    "merged": "Merge",
    "void": "Void",
    "emailed": "Emailed",
}
SOURCE = f"intuit.{secrets.token_urlsafe(15)}="


@dataclass(frozen=True)
class Event:
    """Something happened to one record of one company."""

    company: str
    entity: str
    number: str
    operation: str
    deleted_id: str = ""  # of a merge: the record that disappeared
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=now)

    @classmethod
    def parse(cls, given: dict[str, Json]) -> Event:
        """An invented event: company, entity, id, operation, deleted_id, event_id, time.

        Raises ValueError for other names, KeyError for missing ones.
        """
        known = {"company", "entity", "id", "operation", "deleted_id", "event_id", "time"}
        if unknown := set(given) - known:
            raise ValueError(f"unknown: {sorted(unknown)}")
        moment = given.get("time")
        return cls(
            str(given["company"]),
            str(given["entity"]),
            str(given["id"]),
            str(given["operation"]),
            str(given.get("deleted_id", "")),
            str(given.get("event_id") or uuid.uuid4()),
            datetime.fromisoformat(moment) if moment else now(),
        )


def is_told(entity: str, operation: str) -> bool:
    return operation in TOLD.get(entity, ())


def cloud_events(events: Iterable[Event]) -> Json:
    """One array, whatever the companies."""
    return [
        {
            "specversion": "1.0",
            "id": event.id,
            "source": SOURCE,
            "type": f"qbo.{event.entity.lower()}.{event.operation}.v1",
            "datacontenttype": "application/json",
            # Nine digits of a second, as in the sample.
            "time": f"{event.at:%Y-%m-%dT%H:%M:%S.%f}517Z",
            "intuitentityid": event.number,
            "intuitaccountid": event.company,
            "data": {"deletedid": event.deleted_id} if event.deleted_id else {},
        }
        for event in events
    ]


def classic(events: Iterable[Event]) -> Json:
    """One notification a company."""
    entities: dict[str, list[Json]] = {}
    for event in events:
        entity = {
            "name": event.entity,
            "id": event.number,
            "operation": CLASSIC.get(event.operation, event.operation),
            "lastUpdated": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        gone = {"deletedId": event.deleted_id} if event.deleted_id else {}
        entities.setdefault(event.company, []).append(entity | gone)
    return {
        "eventNotifications": [
            {"realmId": company, "dataChangeEvent": {"entities": found}}
            for company, found in entities.items()
        ]
    }


FORMS = {"cloudevents": cloud_events, "classic": classic}
