"""Which event type carries what; and snapshots as they are stored and read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from schemas import status
from schemas.bill import PurchaseInvoice
from schemas.expense import Expense
from schemas.fields import Model
from schemas.invoice import Invoice
from schemas.item import Item
from schemas.kinds import Kind
from schemas.party import Party
from schemas.payment import Payment
from schemas.removal import Removal
from schemas.requests import ConnectionTest, SyncRequest

Record = Party | Item | Invoice | PurchaseInvoice | Expense | Payment
Data = Record | Removal | SyncRequest | ConnectionTest

RECORDS: Mapping[Kind, type[Record]] = MappingProxyType(
    {
        Kind.CUSTOMER: Party,
        Kind.VENDOR: Party,
        Kind.ITEM: Item,
        Kind.INVOICE: Invoice,
        Kind.PURCHASE_INVOICE: PurchaseInvoice,
        Kind.EXPENSE: Expense,
        Kind.PAYMENT: Payment,
    }
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """What an inbound type means: the kind of record (None for a request) and its data's model."""

    kind: Kind | None
    model: type[Data]

    @property
    def removal(self) -> bool:
        return self.model is Removal


_SAVED = {
    Kind.CUSTOMER: ("created", "updated"),
    Kind.VENDOR: ("created", "updated"),
    Kind.ITEM: ("created", "updated"),
    Kind.INVOICE: ("created", "updated"),
    Kind.PURCHASE_INVOICE: ("created", "updated"),
    Kind.EXPENSE: ("saved",),
    Kind.PAYMENT: ("recorded",),
}
_REMOVED = {
    Kind.CUSTOMER: "archived",
    Kind.VENDOR: "archived",
    Kind.ITEM: "archived",
    Kind.INVOICE: "voided",
    Kind.PURCHASE_INVOICE: "voided",
    Kind.EXPENSE: "deleted",
    Kind.PAYMENT: "deleted",
}

INBOUND: Mapping[str, Inbound] = MappingProxyType(
    {f"{k}.{verb}": Inbound(k, RECORDS[k]) for k, verbs in _SAVED.items() for verb in verbs}
    | {f"{kind}.{verb}": Inbound(kind, Removal) for kind, verb in _REMOVED.items()}
    | {
        "sync.requested": Inbound(None, SyncRequest),
        "connection.test_requested": Inbound(None, ConnectionTest),
    }
)

_STATUS_MODELS: tuple[type[status.Status], ...] = (
    status.RecordSynced,
    status.RecordWaiting,
    status.RecordFailed,
    status.RecordSkipped,
    status.RecordConflict,
    status.RecordDiscovered,
    status.RecordChanged,
    status.AccountChanged,
    status.TaxChanged,
    status.PaymentReceived,
    status.PaymentChanged,
    status.PaymentReversed,
    status.ConnectionEstablished,
    status.ConnectionReauthorizationRequired,
    status.ConnectionRestored,
    status.ConnectionDisconnected,
    status.ConnectionTested,
    status.SyncStarted,
    status.SyncCompleted,
    status.SyncFailed,
)
STATUS: Mapping[str, type[status.Status]] = MappingProxyType(
    {model.event_type: model for model in _STATUS_MODELS}
)


def load_record(kind: Kind, snapshot: Mapping[str, Any]) -> Record:
    """A stored snapshot as model again; ValidationError if it does not fit (a defect)."""
    return RECORDS[kind].model_validate(dict(snapshot))


def load_removal(snapshot: Mapping[str, Any]) -> Removal:
    """A stored removal as model again; ValidationError if it does not fit (a defect)."""
    return Removal.model_validate(dict(snapshot))


def dump(model: Model) -> dict[str, Any]:
    """A model as JSON-ready dict: decimals and dates as strings, absent fields left out."""
    # Defaults are left out as well, so that a default that changes does not change old snapshots.
    return model.model_dump(mode="json", exclude_unset=True, exclude_none=True)
