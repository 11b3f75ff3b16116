"""Status events: what the worker tells the CMMS about records, connections and pulls."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, JsonValue

from schemas import books
from schemas.fields import Flag, Label, Model, RecordId, Version
from schemas.kinds import Kind
from schemas.money import Money

_Count = Annotated[int, Field(strict=True, ge=0)]


class Environment(StrEnum):
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Retry(StrEnum):
    """Whether something that failed goes on by itself."""

    AUTOMATIC = "automatic"
    AFTER_FIX = "after_fix"
    NEVER = "never"


class Error(Model):
    """A failure in words for a bookkeeper: no provider's text, no secrets. Engineers find the
    detail under `failure_id`."""

    code: Label
    category: Label
    title: Annotated[str, Field(min_length=1, max_length=60)]
    explanation: Label
    steps: tuple[str, ...] = ()
    retry: Retry
    failure_id: Label | None = None


class Status(Model):
    """What every status event says: which of the tenant's connections it is about."""

    event_type: ClassVar[str]
    provider: Label
    environment: Environment

    @property
    def subject(self) -> str | None:
        """The id of the CMMS record that it is about, if there is one."""
        return None


class _AboutRecord(Status):
    kind: Kind
    record_id: RecordId

    @property
    def subject(self) -> str | None:
        return self.record_id


class RecordStatus(_AboutRecord):
    """What became of one version of a CMMS record."""

    version: Version | None = None


class Operation(StrEnum):
    """What was done to bring the books to this version."""

    CREATED = "created"
    UPDATED = "updated"
    LINKED = "linked"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


class RecordSynced(RecordStatus):
    """The books hold this version under `ref`; `variance` is the books' total less the CMMS's."""

    event_type = "accounting.record.synced"
    operation: Operation
    ref: Label
    number: str | None = None
    url: str | None = None
    total: Money | None = None
    variance: Money | None = None


class WaitingOn(Model):
    """What a record waits for: another record (its kind), or a mapping, run, period, connection."""

    kind: Label
    id: Label


class RecordWaiting(RecordStatus):
    """It goes on by itself once `waiting_on` is there; `reason` is one sentence.

    `error` says what can be done, where a check or the books refused it meanwhile.
    """

    event_type = "accounting.record.waiting"
    reason: Label
    waiting_on: WaitingOn | None = None
    error: Error | None = None


class RecordFailed(RecordStatus):
    """A person must act."""

    event_type = "accounting.record.failed"
    error: Error


class RecordSkipped(RecordStatus):
    """Left out on purpose; can be asked for again."""

    event_type = "accounting.record.skipped"
    reason: Label


class FieldConflict(Model):
    """One field that was changed on both sides; `before` is what both agreed on last."""

    cmms: JsonValue = None
    books: JsonValue = None
    before: JsonValue = None


class RecordConflict(RecordStatus):
    """Changed in the books and in the CMMS since the last sync: nothing is overwritten."""

    event_type = "accounting.record.conflict"

    # `fields` is the contract's name, and taken by pydantic's own class attribute.
    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    conflicts: dict[str, FieldConflict] = Field(alias="fields")


class RecordDiscovered(Status):
    """A record in the books that no CMMS record is linked to."""

    event_type = "accounting.record.discovered"
    kind: Literal[Kind.CUSTOMER, Kind.VENDOR, Kind.ITEM]
    ref: Label
    record: books.AnyDetails
    suggestion: books.Suggestion | None = None


class RecordChanged(_AboutRecord):
    """Changed in the books by somebody else: the snapshot afterwards and the changed fields."""

    event_type = "accounting.record.changed"
    ref: Label
    record: books.AnyRecord
    changed: tuple[str, ...]


class AccountChanged(Status):
    """An account of the books is new or has changed."""

    event_type = "accounting.account.changed"
    account: books.Account


class TaxChanged(Status):
    """A tax code or rate of the books is new or has changed."""

    event_type = "accounting.tax.changed"
    tax: books.Tax


class _PaymentStatus(Status):
    payment: books.ReceivedPayment
    invoice_id: RecordId
    invoice_ref: Label
    applied: Money
    paid_amount: Money
    balance: Money
    status: books.InvoiceStatus

    @property
    def subject(self) -> str | None:
        return self.invoice_id


class PaymentReceived(_PaymentStatus):
    """A payment in the books, what of it went to this invoice, and where the invoice stands."""

    event_type = "accounting.payment.received"


class PaymentChanged(_PaymentStatus):
    """A payment that was announced before has another date, amount or allocation."""

    event_type = "accounting.payment.changed"


class PaymentReversed(_PaymentStatus):
    """A payment that was announced before is void, deleted or no longer on this invoice."""

    event_type = "accounting.payment.reversed"


class _ConnectionStatus(Status):
    company: books.Company | None = None
    reason: str | None = None


class ConnectionEstablished(_ConnectionStatus):
    """A person consented, and the company's books are bound to the tenant."""

    event_type = "accounting.connection.established"


class ConnectionReauthorizationRequired(_ConnectionStatus):
    """Nothing moves until a person consents again."""

    event_type = "accounting.connection.reauthorization_required"


class ConnectionRestored(_ConnectionStatus):
    """A paused connection goes on."""

    event_type = "accounting.connection.restored"


class ConnectionDisconnected(_ConnectionStatus):
    """A person ended the connection; its links stay for a reconnect."""

    event_type = "accounting.connection.disconnected"


class ConnectionTested(Status):
    """The answer to connection.test_requested."""

    event_type = "accounting.connection.tested"
    ok: Flag
    company: books.Company | None = None
    error: Error | None = None


class _SyncStatus(Status):
    resource: Label
    run_id: Label | None = None  # a request that is refused has no run
    asked_by: str | None = None
    read: _Count | None = None
    created: _Count | None = None
    changed: _Count | None = None
    removed: _Count | None = None
    unchanged: _Count | None = None


class SyncStarted(_SyncStatus):
    """A pull out of the books began."""

    event_type = "accounting.sync.started"


class SyncCompleted(_SyncStatus):
    """A pull is through, with what it found."""

    event_type = "accounting.sync.completed"


class SyncFailed(_SyncStatus):
    """A pull ended early or was refused."""

    event_type = "accounting.sync.failed"
    error: Error
