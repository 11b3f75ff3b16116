"""The port: what the flow (sync) asks of a ledger, in our words, and what a ledger answers.

A provider is one folder that implements `Books`. It holds no session and no settings; translation
and planning are pure, only `send`, `find`, `page` and `test` talk to the ledger.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from schemas.catalogue import Record
from schemas.kinds import Kind
from worker.errors import Category
from worker.providers.lookup import Lookup
from worker.providers.pulled import (
    Company,
    InvoiceSeen,
    LedgerRecord,
    Page,
    PaymentSeen,
    Resource,
)
from worker.terms import Cause, Operation, Part, Request, Submission

__all__ = [
    "Absent", "Answer", "Barred", "Books", "Both", "Cause", "Changed", "Clash", "Company", "Fault",
    "Found", "Held", "InvoiceSeen", "LedgerRecord", "Limits", "Operation", "Ours", "Outcome",
    "Page", "Part", "PaymentSeen", "Plan", "Record", "Refused", "Removed", "Request", "Resource",
    "Several", "Sought", "Stale", "Stranger", "Submission", "Unknown", "Untouched", "Work",
    "Written",
]  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One due link with the newest snapshot of its document (the last full one for a removal)."""

    link_id: int
    kind: Kind
    record_id: str
    operation: Operation
    document: Record
    ref: str | None = None
    sync_token: str | None = None
    alias: str | None = None  # the name suffix chosen after an earlier clash of names
    base: Mapping[str, str] | None = None  # mapped fields that CMMS and books last agreed on
    held: Mapping[str, str] | None = None  # mapped fields as the books are known to hold them now
    dated: date | None = None  # of a document: its day in the books, as last written
    party: str | None = None  # of a document: the ref of its customer or vendor there
    applied_to: str | None = None  # of a payment: the ref of the invoice that it pays there
    applied: Decimal | None = None  # and how much of it
    total: Decimal | None = None  # of a document: what the CMMS said it comes to at the last sync
    paid: Decimal | None = None  # what payments cover of it there; None: that is looked up, or was


@dataclass(frozen=True)
class Fault:
    """Why something was refused. `names` fill the sentence of our code; `detail` is for engineers
    only."""

    code: str  # ours, stable: a key of worker.failures.CODES
    category: Category
    names: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    causes: frozenset[Cause] = frozenset()  # what it waits for, where something will mend it


@dataclass(frozen=True)
class Held:
    """A due link that cannot be sent now: it waits for `causes`, or a check refused it
    (`fault`)."""

    link_id: int
    causes: frozenset[Cause] = frozenset()
    fault: Fault | None = None


@dataclass(frozen=True)
class Both:
    """A due link whose record changed on both sides: field -> {cmms, books, before}, as shown."""

    link_id: int
    fields: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Plan:
    """Requests, and the links that get none: held, the same in the books already, in conflict, or
    to be looked up first."""

    requests: tuple[Request, ...]
    held: tuple[Held, ...] = ()
    same: tuple[int, ...] = ()
    both: tuple[Both, ...] = ()
    look: tuple[int, ...] = ()  # looked up in the books before they may be sent


@dataclass(frozen=True)
class Written:
    """The record as the books hold it after a write (or as it was found)."""

    ref: str
    sync_token: str | None = None
    number: str | None = None
    total: Decimal | None = None
    balance: Decimal | None = None  # still open; of a payment: applied to nothing yet
    digest: str = (
        ""  # hash over the fields that we map; never balances, links or quantities on hand
    )
    url: str | None = None
    record: LedgerRecord | None = None  # of parties and items: all of it, as a pull would see it
    dated: date | None = None  # of documents: the day that the books have
    party: str | None = None  # of documents: the ref of their customer or vendor
    applied_to: str | None = None  # of a payment: the ref of its invoice


@dataclass(frozen=True)
class Removed:
    """Gone, voided or inactive, as a removal asked for."""

    ref: str
    sync_token: str | None = None
    digest: str = ""


@dataclass(frozen=True)
class Stale:
    """Somebody changed the record since we read it (QuickBooks 5010): look before sending again."""

    detail: str = ""


@dataclass(frozen=True)
class Clash:
    """The name or number is taken in the books (QuickBooks 6240, 6140): look who has it."""

    fault: Fault


@dataclass(frozen=True)
class Refused:
    """The books said no. `certain`: the same bytes can never have been accepted before either."""

    fault: Fault
    certain: bool = False


@dataclass(frozen=True)
class Unknown:
    """No word on this part: it may or may not have taken effect."""

    why: str = ""


Outcome = Written | Removed | Stale | Clash | Refused | Unknown


@dataclass(frozen=True)
class Answer:
    """What the ledger said to one request: an outcome for every part, by `Part.key`."""

    status: int
    outcomes: Mapping[str, Outcome]
    excerpt: str = ""  # at most 4,000 characters, redacted, for engineers
    correlation_id: str | None = None


@dataclass(frozen=True)
class Sought:
    """What to look for in the books: one part, with what is known of its link."""

    part: Part
    digest: str | None = None  # of the books' answer to our last write
    since: datetime | None = None  # of the first send


@dataclass(frozen=True)
class Ours:
    """The books hold what the part says: it took effect (or was the same already).

    `matched` False: the record bears our marker, but what it holds is not what the part says.
    """

    outcome: Written | Removed
    matched: bool = True


@dataclass(frozen=True)
class Untouched:
    """The record is as we left it at our last write: this part has not arrived."""

    sync_token: str | None = None


@dataclass(frozen=True)
class Changed:
    """Others changed the mapped fields since our last write: name -> {cmms, books}."""

    fields: Mapping[str, Mapping[str, str]]
    sync_token: str | None = None


@dataclass(frozen=True)
class Absent:
    """No such record in the books."""


@dataclass(frozen=True)
class Stranger:
    """A record that could be meant but is not marked as ours.

    `same_kind` tells whether it is of the part's kind; `exact` whether it matches in all that
    identifies it; `marked` whether it bears the marker of another CMMS record.
    """

    ref: str
    kind: str
    name: str
    same_kind: bool
    exact: bool
    marked: bool
    sync_token: str | None = None
    shown: str = ""  # what tells it from others, for people


@dataclass(frozen=True)
class Several:
    """More than one record in the books bears our marker: stop and say so."""

    refs: tuple[str, ...]


@dataclass(frozen=True)
class Barred:
    """The record is there, but as it stands in the books this part must not be sent (paid)."""

    fault: Fault


Found = Ours | Untouched | Changed | Absent | Stranger | Several | Barred


@dataclass(frozen=True)
class Limits:
    """What the ledger allows one company, and how long its memory of idempotency keys is
    trusted."""

    batch: int  # documents a call
    concurrency: int
    per_second: int
    per_minute: int
    batches_per_minute: int
    replay_window: float  # seconds after the first send in which the identical request is safe
    key_lifetime: (
        float  # seconds after which no key is remembered: absence can be proven from then on
    )
    timeout: float  # seconds until a write is given up as unanswered
    costs: Mapping[Resource, int] = field(default_factory=dict)  # reads of an idle run of the clock
    # Kinds that are looked up before a driver repeats what another one may have sent.
    looked_up: frozenset[Kind] = frozenset()
    costs: Mapping[Resource, int] = field(default_factory=dict)  # reads of an idle run of the clock


class Books(Protocol):
    """One company's books, built by bootstrap for one slice with a valid access token."""

    limits: Limits

    @property
    def calls(self) -> int:
        """The HTTP calls made so far, for the budget: a look-up may take more than one."""
        ...

    def plan(self, due: Sequence[Work], lookup: Lookup) -> Plan:
        """Translate and group; pure. One bad document is `held` and never holds back the others."""
        ...

    def send(self, submission: Submission, still: Callable[[], None]) -> Answer:
        """Send exactly these bytes once.

        `still` is called when all waiting is over, immediately before the first byte leaves: it
        raises what forbids the send by now.

        Raises: what `still` raises, TokenExpired, Disconnected, Throttled, Unavailable (nothing
        taken), NoAnswer (unknown), Unexplained.
        """
        ...

    def find(self, sought: Sequence[Sought]) -> Mapping[int, Found]:
        """Look up by link id what became of parts, in as few reads as possible. Raises as
        `send`."""
        ...

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        """One page of what the books hold (accounts, taxes) or what changed since `cursor`
        (payments)."""
        ...

    def test(self) -> Company:
        """Read company and preferences. Raises as `send`."""
        ...
