"""One company's books: its records, what is unique among them, and who is linked to whom."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from tests.simulators.quickbooks.clock import now, stamp
from tests.simulators.quickbooks.events import is_told
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.gate import Gate
from tests.simulators.quickbooks.replay import Replays
from tests.simulators.quickbooks.wire import Json

Key = tuple[str, ...]
Record = tuple[str, str]  # kind and Id
Watcher = Callable[[str, str, str, str, str], None]  # company, kind, Id, operation, deleted Id

NAMES = ("Customer", "Vendor", "Employee")  # share one name space and one sequence of ids
DOCUMENTS = (
    *("Invoice", "CreditMemo", "Payment"),
    *("Bill", "VendorCredit", "BillPayment", "JournalEntry"),
)
# Kinds start at different ids: a client that mixes them up must not get away with it.
FIRST_IDS = {"names": 58, "documents": 145, "Item": 7, "Account": 30, "TaxCode": 2, "TaxRate": 3}
ZERO = Decimal(0)
CURRENCIES = {
    "USD": "United States Dollar",
    "CAD": "Canadian Dollar",
    "GBP": "British Pound Sterling",
    "EUR": "Euro",
    "AUD": "Australian Dollar",
    "CHF": "Swiss Franc",
    "JPY": "Japanese Yen",
    "MXN": "Mexican Peso",
    "NZD": "New Zealand Dollar",
}


@dataclass
class Switches:
    """States of a company that no record shows."""

    read_only: bool = False  # subscription ended: 6190
    no_permission: bool = False  # the consenting user lost his rights: 5020
    closing_password: bool = False  # a closed period answers 6210 instead of 6200
    withdrawn: bool = False  # consent withdrawn inside QuickBooks
    restores_names: bool = False  # reactivation takes the suffix " (deleted)" off again


@dataclass
class Company:
    """All state of one company; every access holds `lock`."""

    id: str
    name: str
    country: str
    currency: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    records: dict[str, dict[str, Body]] = field(default_factory=lambda: defaultdict(dict))
    deleted: list[tuple[str, str, datetime]] = field(default_factory=list)
    voided: set[Record] = field(default_factory=set)
    deposited: set[str] = field(default_factory=set)  # payments in a bank deposit: locked
    applied: dict[Record, dict[Record, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    switches: Switches = field(default_factory=Switches)
    gate: Gate = field(default_factory=Gate)
    replays: Replays = field(default_factory=Replays)
    watcher: Watcher | None = None
    _unique: dict[Key, set[Record]] = field(default_factory=lambda: defaultdict(set))
    _sequences: dict[str, int] = field(default_factory=dict)  # the last drawn of each

    @property
    def is_us(self) -> bool:
        return self.country == "US"

    @property
    def preferences(self) -> Body:
        return self.records["Preferences"]["1"]

    def preference(self, path: str) -> Json:
        """A preference by its path; of `OtherPrefs` by name."""
        section, _, name = path.partition(".")
        part = self.preferences.get(section, {})
        if section == "OtherPrefs":
            pairs = {pair["Name"]: pair.get("Value") for pair in part.get("NameValue", ())}
            return pairs.get(name)
        return part.get(name)

    @property
    def multicurrency(self) -> bool:
        return bool(self.preference("CurrencyPrefs.MultiCurrencyEnabled"))

    def copy(self, number: str) -> Company:
        """Another company with the same records and states, to which nobody has spoken yet."""
        with self.lock:
            return replace(
                self,
                id=number,
                lock=threading.RLock(),
                gate=Gate(),
                replays=Replays(),
                watcher=None,
                switches=replace(self.switches),
                records=deepcopy(self.records),
                deleted=list(self.deleted),
                voided=set(self.voided),
                deposited=set(self.deposited),
                applied=deepcopy(self.applied),
                _unique=deepcopy(self._unique),
                _sequences=dict(self._sequences),
            )

    def find(self, kind: str, number: str) -> Body | None:
        return self.records[kind].get(number)

    def holder(self, key: Key, own: str | None) -> Record | None:
        """Which other record holds a unique value."""
        return next((record for record in self._unique.get(key, ()) if record[1] != own), None)

    def insert(self, kind: str, body: Body, *, number: str | None = None) -> Body:
        """A new record, with everything QuickBooks adds; its Id is drawn unless given."""
        moment = stamp(now())
        stored: Body = {
            "domain": "QBO",
            "sparse": False,
            "Id": number or self._next_id(kind),
            "SyncToken": "0",
            "MetaData": {"CreateTime": moment, "LastUpdatedTime": moment},
        }
        # What QuickBooks sets wins over whatever a body brought along.
        stored = body | stored
        self.records[kind][stored["Id"]] = stored
        self._index(kind, stored)
        self._tell(kind, stored["Id"], "created")
        return stored

    def replace(self, kind: str, old: Body, body: Body, told_as: str = "updated") -> Body:
        """A new version of a record; `told_as` is what webhooks call it."""
        self._unindex(kind, old)
        stored = body | {key: old[key] for key in ("domain", "sparse", "Id")}
        stored["SyncToken"] = old["SyncToken"]
        stored["MetaData"] = dict(old["MetaData"])
        self.records[kind][stored["Id"]] = stored
        self._index(kind, stored)
        # Webhooks say deleted for a list record that was made inactive.
        gone = old.get("Active", True) and not body.get("Active", True) and is_told(kind, "deleted")
        self.touch(kind, stored, "deleted" if gone else told_as)
        return stored

    def touch(self, kind: str, body: Body, told_as: str = "updated", deleted_id: str = "") -> None:
        """QuickBooks changed the record: newer token, newer time."""
        body["SyncToken"] = str(int(body["SyncToken"]) + 1)
        # A new object: answers that were remembered keep the old one.
        body["MetaData"] = body["MetaData"] | {"LastUpdatedTime": stamp(now())}
        self._tell(kind, body["Id"], told_as, deleted_id)

    def remove(self, kind: str, body: Body) -> None:
        self.forget(kind, body)
        self.deleted.append((kind, body["Id"], now()))
        self._tell(kind, body["Id"], "deleted")

    def forget(self, kind: str, body: Body) -> None:
        """A record disappears without a trace: it was merged into another one."""
        self._unindex(kind, body)
        del self.records[kind][body["Id"]]

    def _tell(self, kind: str, number: str, operation: str, deleted_id: str = "") -> None:
        if self.watcher:
            self.watcher(self.id, kind, number, operation, deleted_id)

    def _next_id(self, kind: str) -> str:
        sequence = "names" if kind in NAMES else "documents" if kind in DOCUMENTS else kind
        return self._draw(sequence, FIRST_IDS.get(sequence, 1))

    def next_number(self, kind: str) -> str:
        """The document number that QuickBooks gives by itself."""
        return self._draw(f"{kind} number", 1001)

    def _draw(self, sequence: str, first: int) -> str:
        self._sequences[sequence] = self._sequences.get(sequence, first - 1) + 1
        return str(self._sequences[sequence])

    def _index(self, kind: str, body: Body) -> None:
        for key in unique_keys(kind, body):
            self._unique[key].add((kind, body["Id"]))

    def _unindex(self, kind: str, body: Body) -> None:
        for key in unique_keys(kind, body):
            self._unique[key].discard((kind, body["Id"]))


def unique_keys(kind: str, body: Body) -> list[Key]:
    """What must be unique about a record; inactive ones give their name free."""
    if kind in NAMES:
        return [name_key(body["DisplayName"])] if body["Active"] else []
    if kind in ("Item", "Account", "Class", "Department"):
        parent = body.get("ParentRef", {}).get("value", "")
        return [(kind, parent, fold(body["Name"]))] if body.get("Active", True) else []
    number = body.get("DocNumber")
    if kind not in DOCUMENTS or not number:
        return []
    return [(kind, number_space(kind, body), fold(number))]


def number_space(kind: str, body: Body) -> str:
    """Within what a document number is unique: bills and vendor credits carry their vendor's."""
    return str(body["VendorRef"]["value"]) if kind in ("Bill", "VendorCredit") else ""


def name_key(name: str) -> Key:
    return ("name", fold(name))


def fold(text: str) -> str:
    """How names are compared: without case and outer blanks."""
    return text.strip().casefold()


def display(body: Body) -> str:
    """The `name` that a reference to this record shows."""
    for key in ("DisplayName", "FullyQualifiedName", "Name", "DocNumber"):
        if key in body:
            return str(body[key])
    return ""
