"""One organisation's books: its records, what is unique among them, and its states."""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulators.xero.clock import now
from tests.simulators.xero.wire import Json

Body = dict[str, Json]
Watcher = Callable[[str, str, str, str], None]  # tenant, kind, id, CREATE or UPDATE

ID_FIELDS = {
    "Account": "AccountID",
    "Contact": "ContactID",
    "Item": "ItemID",
    "Invoice": "InvoiceID",
    "Payment": "PaymentID",
    "ManualJournal": "ManualJournalID",
    "TaxRate": "TaxType",
    "Currency": "Code",
}
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class Switches:
    """States of an organisation that no record shows, and doubts about what Xero does."""

    payments_touch_invoices: bool = False  # a payment moves its invoice's UpdatedDateUTC


@dataclass
class Organisation:
    """All state of one organisation; every access holds `lock`."""

    tenant_id: str
    name: str
    country: str
    currency: str
    is_demo: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock)
    created: datetime = field(default_factory=now)
    records: dict[str, dict[str, Body]] = field(default_factory=lambda: defaultdict(dict))
    settings: Body = field(default_factory=dict)  # lock dates and the like, by their wire names
    switches: Switches = field(default_factory=Switches)
    watcher: Watcher | None = None
    last_stamp: datetime = field(default_factory=now)

    def stamp(self) -> datetime:
        """A moment in whole milliseconds, later than any given before."""
        moment = now()
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self.last_stamp = max(moment, self.last_stamp.replace(microsecond=0) + MILLISECOND)
        return self.last_stamp

    def find(self, kind: str, number: str) -> Body | None:
        return self.records[kind].get(
            number.lower() if kind not in ("TaxRate", "Currency") else number
        )

    def insert(self, kind: str, body: Body) -> Body:
        """A new record; its id is drawn unless the body has one."""
        key = ID_FIELDS[kind]
        stored = {key: body.get(key) or str(uuid.uuid4())} | body
        self.records[kind][stored[key]] = stored
        self.touch(kind, stored, "CREATE")
        return stored

    def touch(self, kind: str, body: Body, told_as: str = "UPDATE") -> None:
        """The record has changed: a newer stamp, and whoever watches is told."""
        body["UpdatedDateUTC"] = self.stamp()
        if self.watcher:
            self.watcher(self.tenant_id, kind, body[ID_FIELDS[kind]], told_as)
