"""What became of writes, as a ledger says it, and what a look-up in its books finds."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from worker.errors import Category
from worker.providers.pulled import InvoiceSeen, LedgerRecord
from worker.terms import Cause, Part


def _new_id() -> str:
    return f"f-{secrets.token_hex(5)}"


@dataclass(frozen=True)
class Unruled:
    """A ledger's words that no rule of ours knows; `code` is the ledger's own, where it has one."""

    code: str
    text: str


@dataclass(frozen=True)
class Fault:
    """Why something was refused. `names` fill the sentence of our code; `detail` is for engineers
    only, who find it under `id`: the sentence, the tables and the log have the same."""

    code: str  # ours, stable: a key of worker.failures.CODES
    category: Category
    names: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    causes: frozenset[Cause] = frozenset()  # what it waits for, where something will mend it
    unruled: Unruled | None = field(default=None, compare=False)
    id: str = field(default_factory=_new_id, compare=False)


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
    # The fields of which the books made something else than was sent: canonical text of that.
    sent: Mapping[str, str] = field(default_factory=dict)
    dated: date | None = None  # of documents: the day that the books have
    party: str | None = None  # of documents: the ref of their customer or vendor
    applied_to: str | None = None  # of a payment: the ref of its invoice
    # Of a look-up: the contract's fields that stand as the part would have them, no news to anyone.
    brought: frozenset[str] = field(default=frozenset(), compare=False)
    lacks: Fault | None = None  # it was taken, but for something that was sent: why


@dataclass(frozen=True)
class Removed:
    """Gone, voided or inactive, as a removal asked for."""

    ref: str
    sync_token: str | None = None
    digest: str = ""
    record: LedgerRecord | None = None  # of parties and items, as of `Written`
    agreed: Mapping[str, str] = field(default_factory=dict)  # its fields that the removal changed
    brought: frozenset[str] = field(default=frozenset(), compare=False)  # in the contract's names


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
    named: bool = False  # a person names the record: whatever it holds, it is asked for as it is
    revives: bool = False  # documents may wait for it: that others made it inactive is no news
    shared: bool | None = None  # as `Work.shared`


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
    written: Written | None = None  # the record as it is now; None where a removal met the change


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
    record: LedgerRecord | None = None  # of a party or an item of the same kind: all of it
    twice: bool = True  # whether the books could take a second document with that number


@dataclass(frozen=True)
class Several:
    """More than one record in the books bears our marker: stop and say so."""

    refs: tuple[str, ...]


@dataclass(frozen=True)
class Barred:
    """The record is there, but as it stands in the books this part must not be sent (paid, or
    matched with a bank statement)."""

    fault: Fault
    standing: InvoiceSeen | None = None  # of an invoice or a bill


@dataclass(frozen=True)
class Named:
    """The record that a person named; `marked` tells whether it bears another record's marker."""

    written: Written
    marked: bool


Found = Named | Ours | Untouched | Changed | Absent | Stranger | Several | Barred
