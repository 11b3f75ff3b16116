"""The words that the flow, the tables and the ledgers share: causes, operations, parts of
requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from schemas.kinds import Kind


@dataclass(frozen=True, order=True)
class Cause:
    """Something a link waits for, `kind:id` in the tables: `customer:CUS-7`, `mapping:income`,
    `account:4000`."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cause":
        kind, _, name = text.partition(":")
        return cls(kind, name)


@dataclass(frozen=True)
class Target:
    """A record in the books that documents name: its ref, and whether it can be used."""

    ref: str
    removed: bool = False
    currency: str | None = None
    stocked: bool = True  # of an item: whether the books may keep a quantity of it
    party: str | None = None  # of an invoice: the ref of its customer
    balance: Decimal | None = None  # what an invoice has open, as far as we know
    label: str | None = None  # what people call it: a name or number
    code: str | None = None  # of an item: the code that the books have for it


# Stands before a field's name in what both sides agreed on, where the books made something else of
# what they were sent (a number written in another way): with it what was sent, without it theirs.
SENT = "~"


class Operation(StrEnum):
    """What a part does. `withdraw` takes a record out to make it anew, where a ledger lets nobody
    edit records of its kind: once it is out, the link is due again and has no ref."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Part:
    """What one request does for one link. `key` names it inside the request and its answer
    (in a batch, the item's id)."""

    link_id: int
    kind: Kind
    record_id: str
    operation: Operation
    key: str
    body: Mapping[
        str, object
    ]  # what is sent for this link, JSON-ready: look-ups compare against it
    ref: str | None = None
    sync_token: str | None = None
    expected_total: Decimal | None = None


@dataclass(frozen=True)
class Request:
    """One write call, complete but for its idempotency key, which the flow draws and records.

    `touches` names parties, items and documents ("customer:58"): requests in flight share none.
    """

    method: str
    path: str
    body: str
    endpoint: str  # for metrics: "batch", "customer", ...
    parts: tuple[Part, ...]
    touches: frozenset[str] = frozenset()
    batch: int = 0  # what it costs of the batch budget (0 or 1); each request costs one call


@dataclass(frozen=True)
class Submission:
    """A recorded request about to be sent; `key` and `body` never change."""

    key: str
    method: str
    path: str
    body: str
    parts: tuple[Part, ...]
