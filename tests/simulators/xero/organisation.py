"""One organisation's books: its records, what is unique among them, and its states."""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.simulators.xero.clock import now
from tests.simulators.xero.wire import Json

Body = dict[str, Json]
Key = tuple[str, str]
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
ZERO = Decimal(0)


@dataclass
class Switches:
    """States of an organisation that no record shows, and doubts about what Xero does."""

    payments_touch_invoices: bool = False  # a payment moves its invoice's UpdatedDateUTC
    approval_limit: bool = False  # the plan's number of approved invoices is used up
    no_tracked_items: bool = False  # the plan has no tracked inventory


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
    _unique: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    _documents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _paid_by: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _last_number: int = 0
    _last_stamp: datetime = field(default_factory=now)

    @property
    def multicurrency(self) -> bool:
        return len(self.records["Currency"]) > 1

    @property
    def locked_until(self) -> tuple[date, str] | None:
        """The later lock date with the name of its setting."""
        names = ("PeriodLockDate", "EndOfYearLockDate")
        return max(((self.settings[n], n) for n in names if n in self.settings), default=None)

    def copy(self, tenant_id: str) -> Organisation:
        """Another organisation with the same records and states."""
        with self.lock:
            return replace(
                self,
                tenant_id=tenant_id,
                lock=threading.RLock(),
                watcher=None,
                switches=replace(self.switches),
                records=deepcopy(self.records),
                settings=dict(self.settings),
                _unique=deepcopy(self._unique),
                _documents=deepcopy(self._documents),
                _paid_by=deepcopy(self._paid_by),
            )

    def find(self, kind: str, number: str) -> Body | None:
        return self.records[kind].get(number)

    def holder(self, key: Key, own: str | None = None) -> Body | None:
        """The first other record that holds a unique value; of the kind that the key names."""
        kind = key[0].partition(" ")[0]
        found = next((number for number in self._unique.get(key, ()) if number != own), None)
        return self.records[kind][found] if found else None

    def insert(self, kind: str, body: Body) -> Body:
        """A new record; its id is drawn unless the body has one."""
        name = ID_FIELDS[kind]
        stored = {name: body.get(name) or str(uuid.uuid4())} | body
        stored["UpdatedDateUTC"] = self.stamp()
        self.records[kind][stored[name]] = stored
        self._index(kind, stored)
        self._tell(kind, stored, "CREATE")
        return stored

    def replace(self, kind: str, old: Body, new: Body, *, unseen: bool = False) -> Body:
        """A new version; `unseen`: a change that does not move the modified stamp."""
        number = old[ID_FIELDS[kind]]
        self._unindex(kind, old)
        stored = new | {ID_FIELDS[kind]: number, "UpdatedDateUTC": old["UpdatedDateUTC"]}
        if not unseen:
            stored["UpdatedDateUTC"] = self.stamp()
        self.records[kind][number] = stored
        self._index(kind, stored)
        if not unseen:
            self._tell(kind, stored, "UPDATE")
        return stored

    def remove(self, kind: str, body: Body) -> None:
        """The record is really gone: Items and Accounts only."""
        self._unindex(kind, body)
        del self.records[kind][body[ID_FIELDS[kind]]]

    def stamp(self) -> datetime:
        """A moment in whole milliseconds, later than any given before."""
        moment = now()
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._last_stamp = max(moment, self._last_stamp + MILLISECOND)
        return self._last_stamp

    def next_invoice_number(self) -> str:
        """The number that Xero gives to a sales invoice without one."""
        while True:
            self._last_number += 1
            number = f"INV-{self._last_number:04d}"
            if not self.holder(("Invoice number", fold(number))):
                return number

    def documents_of(self, contact_id: str) -> Iterator[Body]:
        """The invoices and bills of a contact."""
        return (self.records["Invoice"][number] for number in sorted(self._documents[contact_id]))

    def payments_of(self, invoice_id: str) -> list[Body]:
        """All payments of a document, deleted ones too, in their order."""
        return [self.records["Payment"][number] for number in self._paid_by[invoice_id]]

    def _tell(self, kind: str, body: Body, told_as: str) -> None:
        if self.watcher:
            self.watcher(self.tenant_id, kind, body[ID_FIELDS[kind]], told_as)

    def _index(self, kind: str, body: Body) -> None:
        number = body[ID_FIELDS[kind]]
        for key in unique_keys(kind, body):
            self._unique[key].add(number)
        if kind == "Invoice":
            self._documents[body["Contact"]["ContactID"]].add(number)
        if kind == "Payment" and number not in (
            paid := self._paid_by[body["Invoice"]["InvoiceID"]]
        ):
            paid.append(number)

    def _unindex(self, kind: str, body: Body) -> None:
        number = body[ID_FIELDS[kind]]
        for key in unique_keys(kind, body):
            self._unique[key].discard(number)
        if kind == "Invoice":
            self._documents[body["Contact"]["ContactID"]].discard(number)


def unique_keys(kind: str, body: Body) -> list[Key]:
    """What must be unique; archived contacts give their name free, but not their number."""
    match kind:
        case "Contact":
            names = [("Contact name", fold(body["Name"]))]
            number = body.get("ContactNumber")
            numbers = [("Contact number", number)] if number else []
            return numbers + (names if body["ContactStatus"] == "ACTIVE" else [])
        case "Invoice":
            return [("Invoice number", fold(body["InvoiceNumber"]))] if is_sale(body) else []
        case "Item" | "Account" if "Code" in body:
            return [(f"{kind} code", fold(body["Code"]))]
    return []


def is_sale(invoice: Body) -> bool:
    return bool(invoice["Type"] == "ACCREC")


def fold(text: str) -> str:
    """How names and numbers are compared."""
    return text.strip().casefold()
