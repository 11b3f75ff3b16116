"""The port: what the flow (sync) asks of a ledger, in our words, and what a ledger answers.

A provider is one folder that implements `Books`. It holds no session and no settings; translation
and planning are pure, only `send`, `find`, `page` and `test` talk to the ledger.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from schemas.catalogue import Record
from schemas.kinds import Kind
from worker.policies import Conflict
from worker.providers.lookup import Lookup
from worker.providers.outcomes import (
    Absent,
    Answer,
    Barred,
    Changed,
    Clash,
    Fault,
    Found,
    Named,
    Ours,
    Outcome,
    Refused,
    Removed,
    Several,
    Sought,
    Stale,
    Stranger,
    Unknown,
    Untouched,
    Written,
)
from worker.providers.pulled import (
    Company,
    InvoiceSeen,
    LedgerRecord,
    Merged,
    Page,
    PaymentSeen,
    Resource,
)
from worker.terms import Cause, Operation, Part, Request, Submission

__all__ = [
    "Absent", "Agreed", "Answer", "Barred", "Books", "Both", "Cause", "Changed", "Clash",
    "Company", "Fault", "Found", "Held", "InvoiceSeen", "LedgerRecord", "Limits", "Merged",
    "Named", "Operation", "Ours", "Outcome", "Page", "Part", "PaymentSeen", "Plan", "Record",
    "Refused", "Removed", "Request", "Resource", "Several", "Sought", "Stale", "Stranger",
    "Submission", "Traits", "Unknown", "Untouched", "Work", "Written",
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
    linked: Record | None = None  # what the CMMS said when it was linked; `base`: what they held
    # What a person decided about fields that changed on both sides: the contract's name -> side.
    decided: Mapping[str, Conflict] = field(default_factory=dict)
    dated: date | None = None  # of a document: its day in the books, as last written
    party: str | None = None  # of a document: the ref of its customer or vendor there
    applied_to: str | None = None  # of a payment: the ref of the invoice that it pays there
    applied: Decimal | None = None  # and how much of it
    total: Decimal | None = None  # of a document: what the CMMS said it comes to at the last sync
    # Of a party: whether its record in the books is also one of the other kind, of the CMMS (False:
    # that one is gone) or of the books; None: nobody knows of one.
    shared: bool | None = None
    unasked: bool = False  # of a document: what payments cover of it there is not looked up yet


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
class Agreed:
    """What both sides agree on from now on, known from comparing them; `kept`: fields that changed
    on both, of which the books' side stays, as `Both.fields`."""

    link_id: int
    base: Mapping[str, str]
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Requests, and the links that get none: held, the same in the books already, in conflict, or
    to be looked up first."""

    requests: tuple[Request, ...]
    held: tuple[Held, ...] = ()
    same: tuple[int, ...] = ()
    both: tuple[Both, ...] = ()
    look: tuple[int, ...] = ()  # looked up in the books before they may be sent
    agreed: tuple[Agreed, ...] = ()


_KINDS_AT_ONCE = 4  # invoices, bills and expenses go together, some of them as updates


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
    per_day: int | None = None  # calls; the ledger says with its answers how many are left
    mixed: bool = True  # whether one call takes documents of several kinds

    @property
    def planned(self) -> int:
        """Due links planned at once: enough to fill a call of each kind that may be among them."""
        return self.batch if self.mixed else self.batch * _KINDS_AT_ONCE


@dataclass(frozen=True)
class Traits:
    """In what ledgers differ that the flow must know of."""

    # Kinds that are looked up before a driver repeats what another one may have sent.
    looked_up: frozenset[Kind] = frozenset()
    # Operations whose repeat the ledger knows by its key; others are looked up, never repeated.
    keyed: frozenset[Operation] = frozenset(Operation)
    # Whether it answers a key with the 5xx once more that it was answered with before.
    keeps_errors: bool = False
    # Kinds of which nothing is left once they are removed: saved again, it is a new one.
    final: frozenset[Kind] = frozenset()
    sales_items: bool = False  # whether lines of sales have to name an item
    # Lists that are one in the books: a pull of any of them brings all.
    one_list: frozenset[Resource] = frozenset()
    costs: Mapping[Resource, int] = field(default_factory=dict)  # reads of an idle run of the clock
    # Seconds between two pulls by the clock, where the ledger wants others than are usual; 0: off.
    feeds: Mapping[Resource, int] = field(default_factory=dict)

    def brought(self, resource: Resource) -> frozenset[Resource]:
        """What a pull of this resource brings."""
        return self.one_list if resource in self.one_list else frozenset({resource})


class Books(Protocol):
    """One company's books, built by bootstrap for one slice with a valid access token."""

    limits: Limits

    @property
    def calls(self) -> int:
        """The HTTP calls made so far, for the budget: a look-up may take more than one."""
        ...

    @property
    def day_left(self) -> int | None:
        """The calls left of the day, as the ledger said last; None where it says nothing of it."""
        ...

    @property
    def minute_left(self) -> int | None:
        """The same of the minute."""
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

    def preferences(self, known: Mapping[str, object]) -> Company:
        """Read the preferences alone, which one call tells; of the rest what is `known`: the data
        of an earlier `test`, with the name. Raises as `send`."""
        ...
