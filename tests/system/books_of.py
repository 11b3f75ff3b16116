"""What the simulated books hold, each record with the CMMS record that it belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from tests.system.processes import System

SHOWN = ("ref", "record_id", "number", "name", "status", "currency", "total", "balance")
HOUSE = "~"  # records of the worker's own (an item for sales lines without one) begin with it
PARTIES = ("customer", "vendor")
_MARKER = re.compile(r"\[CMMS ([a-z_]+) ([^\[\]\s]+)\]")
_NUMBER = re.compile(r"CMMS ([a-z_]+) (\S+)")  # a contact's number in Xero
_LINKS = """
    SELECT provider, company_id, kind, ref, record_id FROM sync_status WHERE ref IS NOT NULL
"""
_COMPANIES = "SELECT DISTINCT provider, company_id FROM connections WHERE company_id IS NOT NULL"


@dataclass(frozen=True)
class Place:
    """A company of a ledger."""

    provider: str
    company_id: str


@dataclass(frozen=True)
class Row:
    """One record of the books; `marked` is which CMMS records its note names."""

    place: Place
    kind: str
    ref: str
    record_id: str | None
    number: str | None
    name: str
    status: str
    currency: str | None
    total: Decimal | None
    balance: Decimal | None
    tax: Decimal
    marked: frozenset[tuple[str, str]]

    @property
    def is_live(self) -> bool:
        return self.status not in ("inactive", "voided")


Kinds = dict[str, list[Row]]
Books = dict[str, Kinds]
"""provider -> kind -> rows"""


def read(system: System) -> Books:
    """The books of every connected company, over the simulator's control address."""
    known = {
        (Place(row["provider"], row["company_id"]), row["kind"], row["ref"]): row["record_id"]
        for row in system.rows(_LINKS)
    }
    books: Books = {provider: {} for provider in system.ledgers}
    for company in system.rows(_COMPANIES):
        place = Place(**company)
        kinds = books[place.provider]
        for kind, found in system.ledgers[place.provider].books(place.company_id).items():
            rows = [row(place, kind, one, known.get((place, kind, one["ref"]))) for one in found]
            kinds.setdefault(kind, []).extend(rows)
    return books


def as_json(books: Books) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For a file: amounts as text, `record_id` null where no CMMS record is linked."""
    return {
        provider: {kind: [_shown(row) for row in rows] for kind, rows in kinds.items()}
        for provider, kinds in books.items()
    }


def rows_of(books: Books, kind: str) -> list[Row]:
    """The rows of a kind in all ledgers."""
    return [row for kinds in books.values() for row in kinds.get(kind, ())]


def all_rows(books: Books) -> Iterator[Row]:
    return (row for kinds in books.values() for rows in kinds.values() for row in rows)


def strays(books: Books) -> list[str]:
    """Records that say they are ours, and are linked to nothing or to another than they say."""
    found = []
    for row in all_rows(books):
        said = f"{row.kind} {row.ref} ({row.name}, {row.total})"
        marks = ", ".join(sorted(name for _, name in row.marked))
        if row.marked and row.record_id is None:
            found.append(f"{said} is marked as {marks}, and no link knows it")
        elif row.marked and (row.kind, row.record_id) not in row.marked:
            found.append(f"{said} is linked to {row.record_id}, but marked as {marks}")
    return found


def is_ours(row: Row) -> bool:
    """Whether a CMMS record stands behind it, and not the ledger or the worker alone."""
    return row.record_id is not None and not row.record_id.startswith(HOUSE)


def total(rows: Iterable[Row]) -> dict[str, Decimal]:
    """Sums of the live ones by currency."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.is_live and row.total is not None and row.currency:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.total
    return sums


def row(place: Place, kind: str, found: Mapping[str, Any], record_id: str | None) -> Row:
    """As the simulator lists it, and as our links know it."""
    return Row(
        place=place,
        kind=kind,
        ref=found["ref"],
        record_id=record_id,
        number=found["number"],
        name=found["name"],
        status=found["status"],
        currency=found["currency"],
        total=_amount(found["total"]),
        balance=_amount(found["balance"]),
        tax=_amount(found.get("tax")) or Decimal(0),
        marked=_marked(kind, found["number"] or "", found["note"] or ""),
    )


def _marked(kind: str, number: str, note: str) -> frozenset[tuple[str, str]]:
    """A contact of Xero may be customer and vendor in one, and bears the mark of one only."""
    contact = _NUMBER.fullmatch(number)
    if contact and kind in PARTIES:
        return frozenset({(kind, unquote(contact[2]))} if contact[1] == kind else ())
    marks = _MARKER.findall(f"{number} {note}")
    return frozenset((marked, unquote(record)) for marked, record in marks)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _shown(row: Row) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in SHOWN}
    if not is_ours(row):
        values["record_id"] = None
    return {name: str(v) if isinstance(v, Decimal) else v for name, v in values.items()}
