"""Compares the books with what a stream must have led to: every record by id, number and amount."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.system import books_of
from tests.system.books_of import Books, Kinds, Row
from tests.system.ledger import TITLES
from tests.system.streams import Record

Records = Mapping[tuple[str, str], Record]
"""Kind and id -> a record of the stream, folded."""


@dataclass(frozen=True)
class _Number:
    """The fields that may have become a record's number in the books, up to a length.

    No ledger cuts anything: longer ones go in another way.
    """

    fields: tuple[str, ...]
    longest: int


NUMBERS = {
    "quickbooks": {
        "item": _Number(("sku",), 21),
        "invoice": _Number(("number",), 21),
        "purchase_invoice": _Number(("number",), 21),
        "expense": _Number(("reference", "id"), 21),
        "payment": _Number(("reference",), 21),
    },
    "xero": {  # its journals have none, and what its payments refer to begins with our marker
        "item": _Number(("sku", "id"), 30),
        "invoice": _Number(("number",), 255),
        "purchase_invoice": _Number(("number",), 255),
    },
}
"""Provider -> kind -> what its numbers are."""

_CENT = Decimal("0.01")


@dataclass
class Verdict:
    """What was found: `faults` are sentences, `checked` counts records by kind."""

    faults: list[str] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)


def judge(expected: Mapping[str, Any], records: Records, books: Books) -> dict[str, Verdict]:
    """Compare the books of every ledger with what all of them must hold, by provider."""
    verdicts = {}
    for provider, kinds in books.items():
        found = compare(expected, records, provider, kinds)
        verdicts[provider] = replace(found, faults=named(provider, found.faults))
    return verdicts


def named(provider: str, faults: Iterable[str]) -> list[str]:
    """The faults with the ledger that they are in."""
    return [f"{TITLES[provider]}: {fault}" for fault in faults]


def allocations(records: Records, kinds: Kinds) -> list[str]:
    """What is open of each live invoice must be what the stream's own payments leave of it."""
    paid: dict[str, Decimal] = {}
    for record in records.values():
        if record.kind == "payment" and not record.removed:
            invoice = record.data["invoice_id"]
            paid[invoice] = paid.get(invoice, Decimal(0)) + Decimal(record.data["amount"])
    rows = [row for row in kinds.get("invoice", ()) if row.record_id and row.is_live]
    open_ = {row.record_id: (row.total or 0) - paid.get(row.record_id or "", 0) for row in rows}
    return [
        f"invoice: {row.record_id} has {row.balance} open instead of {open_[row.record_id]}"
        for row in rows
        if row.balance != open_[row.record_id]
    ]


def compare(expected: Mapping[str, Any], records: Records, provider: str, kinds: Kinds) -> Verdict:
    """Compare one ledger's books with an expected file; `records` are the stream's own, folded.

    Of parties and items the file only counts those that live, so their ids come from the stream.
    """
    verdict = Verdict()
    for kind in expected.get("records", {}):
        numbers = NUMBERS[provider].get(kind, _Number((), 0))
        _Kind(kind, numbers, expected, records, kinds.get(kind, []), verdict).compare()
    return verdict


@dataclass
class _Kind:
    """The comparison of one kind."""

    kind: str
    number: _Number
    expected: Mapping[str, Any]
    records: Records
    rows: list[Row]
    verdict: Verdict

    def compare(self) -> None:
        amounts = self.expected.get("documents", {}).get(self.kind)
        removed = set(self.expected.get("removed", {}).get(self.kind, ()))
        live = set(amounts) if amounts is not None else self._ids() - removed
        counted = self.expected["records"][self.kind]["live"]
        if len(live) != counted:
            self._fault(f"{counted} live ones are expected, the stream names {len(live)}")
        for record_id in sorted(live):
            self._compare_live(record_id, (amounts or {}).get(record_id))
        for record_id in sorted(removed):
            self._compare_removed(record_id)
        self._compare_unexpected(live | removed)
        self._compare_sums()
        self.verdict.checked[self.kind] = len(live)

    def _ids(self) -> set[str]:
        return {record_id for kind, record_id in self.records if kind == self.kind}

    def _compare_live(self, record_id: str, amount: str | None) -> None:
        found = [row for row in self.rows if row.record_id == record_id]
        if len(found) != 1:
            self._fault(f"{record_id} is in the books {len(found)} times")
            return
        row = found[0]
        if not row.is_live:
            self._fault(f"{record_id} is {row.status}")
        if amount is not None and row.total != Decimal(amount):
            self._fault(f"{record_id} has a total of {row.total} instead of {amount}")
        numbers = self._numbers(record_id)
        if numbers and row.number not in numbers:
            self._fault(f"{record_id} has the number {row.number} instead of {numbers[0]}")

    def _numbers(self, record_id: str) -> list[str]:
        """The numbers that the record may have, the first one rather; none: whatever it has."""
        record = self.records.get((self.kind, record_id))
        data = record.data if record else {}
        found = [data.get(name) for name in self.number.fields]
        return [number for number in found if number and len(number) <= self.number.longest]

    def _compare_removed(self, record_id: str) -> None:
        live = [row for row in self.rows if row.record_id == record_id and row.is_live]
        for row in live:
            self._fault(f"{record_id} was removed, but is {row.status} as {row.ref}")

    def _compare_unexpected(self, known: set[str]) -> None:
        for row in self.rows:
            if books_of.is_ours(row) and row.record_id not in known:
                self._fault(f"{row.record_id} is not expected")

    def _compare_sums(self) -> None:
        mine = [row for row in self.rows if row.record_id and row.is_live]
        found = books_of.total(mine)
        before_tax = _before_tax(mine)
        for currency, sums in self.expected.get("sums", {}).items():
            self._compare_sum(currency, "", sums.get(self.kind), found)
            self._compare_sum(
                currency, " before tax", sums.get(f"{self.kind}_before_tax"), before_tax
            )

    def _compare_sum(
        self, currency: str, what: str, amount: str | None, found: Mapping[str, Decimal]
    ) -> None:
        sum_ = found.get(currency, Decimal(0))
        if amount is not None and sum_.quantize(_CENT) != Decimal(amount):
            self._fault(f"the sum{what} is {sum_} {currency} instead of {amount}")

    def _fault(self, text: str) -> None:
        self.verdict.faults.append(f"{self.kind}: {text}")


def _before_tax(rows: Iterable[Row]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.currency and row.total is not None:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.total - row.tax
    return sums
