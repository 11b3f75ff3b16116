"""What goes into one request together, and what requests touch in common. Pure."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from schemas.kinds import Kind
from worker.providers.lookup import PLACEHOLDER, Lookup
from worker.providers.port import Operation, Part, Work
from worker.providers.wire import Body, ready


class Sheet(Protocol):
    """One translated link."""

    @property
    def touches(self) -> frozenset[str]: ...

    @property
    def size(self) -> int:
        """In bytes, as it goes over the wire."""
        ...


AnySheet = TypeVar("AnySheet", bound=Sheet)


def groups(sheets: Sequence[AnySheet], batch: int, most_bytes: int) -> Iterator[list[AnySheet]]:
    """As few requests as take them all."""
    if len(sheets) > batch:
        # One party's documents together: requests that share a party cannot fly at once.
        sheets = sorted(sheets, key=lambda sheet: min(sheet.touches, default=""))
    group: list[AnySheet] = []
    size = 0
    for sheet in sheets:
        if group and (len(group) == batch or size + sheet.size > most_bytes):
            yield group
            group, size = [], 0
        group.append(sheet)
        size += sheet.size
    if group:
        yield group


def party_of(kind: Kind) -> Kind:
    """Whose documents of a kind are."""
    return Kind.CUSTOMER if kind in (Kind.INVOICE, Kind.PAYMENT) else Kind.VENDOR


def touches(work: Work, lookup: Lookup, noun: Callable[[Kind], str]) -> frozenset[str]:
    """The record itself, the party, and stock: its quantity moves with each document.

    `noun` is what the ledger calls records of a kind.
    """
    touched = {(work.kind, work.ref)}
    touched.add((Kind.INVOICE, work.applied_to))  # what it paid: it may pay another one by now
    touched.add((party_of(work.kind), work.party))  # whose it was: it may be another one's by now
    for kind, record_id in work.document.references():
        target = lookup.target(kind, record_id)
        if kind is not Kind.ITEM or target.stocked:
            touched.add((kind, target.ref))
        if kind is Kind.INVOICE:  # who pays it
            touched.add((Kind.CUSTOMER, target.party))
    return frozenset(f"{noun(kind)}:{ref}" for kind, ref in touched if ref and ref != PLACEHOLDER)


def part(work: Work, key: str, body: Body, about: Body, total: Decimal | None) -> Part:
    """What a request does for a link. `about` names its document to people, `total` is what the
    books' must come to."""
    removing = work.operation is Operation.REMOVE
    # A removal sends no more than an id: what it is about is added for the sentences on it.
    said = {**about, **body} if removing else body
    return Part(
        link_id=work.link_id,
        kind=work.kind,
        record_id=work.record_id,
        operation=work.operation,
        key=key,
        body=ready(said),
        ref=work.ref,
        sync_token=work.sync_token,
        expected_total=None if removing else total,
    )
