"""A ledger that nobody sells: a book in memory, for programs and for its bookkeeper."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from schemas.kinds import Kind
from worker.errors import NoAnswer

Said = dict[str, Any]

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Sheet:
    """One record as it stands: `turn` counts its changes, `mark` is what a program wrote on it."""

    ref: str
    kind: Kind
    said: Said
    mark: str = ""
    turn: int = 0
    torn: bool = False  # taken out; the sheet is kept
    moved: datetime = _EVER

    @property
    def is_out(self) -> bool:
        return self.torn or self.said.get("active") is False

    @property
    def total(self) -> Decimal:
        return Decimal(self.said.get("amount") or 0)

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.said, sort_keys=True).encode()).hexdigest()


@dataclass
class Book:
    """The sheets of one company. A known key is answered as it was before."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    loses_next: bool = False
    writes: int = 0
    _answers: dict[str, list[Sheet | None]] = field(default_factory=dict)

    def write(self, key: str, body: str) -> list[Sheet | None]:
        """What became of each order of a program; None: somebody else was faster."""
        self.writes += 1
        if key not in self._answers:
            self._answers[key] = [self._obey(**order) for order in json.loads(body)]
            if self.loses_next:
                self.loses_next = False
                raise NoAnswer("the line went dead", in_flight=False)
        return self._answers[key]

    def _obey(
        self, kind: str, ref: str | None, turn: str, mark: str, said: Said | None
    ) -> Sheet | None:
        if ref is None:
            return self.sheets[self.enter(Kind(kind), said or {}, mark)]
        sheet = self.sheets[ref]
        kept = replace(sheet, said=sheet.said | (said or {}), mark=mark, torn=said is None)
        return self._put(kept) if str(sheet.turn) == turn else None

    def _put(self, sheet: Sheet) -> Sheet:
        self.sheets[sheet.ref] = replace(sheet, turn=sheet.turn + 1, moved=datetime.now(UTC))
        return self.sheets[sheet.ref]

    def enter(self, kind: Kind, said: Said, mark: str = "") -> str:
        return self._put(Sheet(f"s{len(self.sheets) + 1}", kind, said, mark)).ref

    def edit(self, ref: str, **said: object) -> None:
        self._put(replace(self.sheets[ref], said=self.sheets[ref].said | said))

    def of(self, *kinds: Kind, since: str | None = None) -> list[Sheet]:
        """The sheets of these kinds, or those that moved since a time."""
        begin = datetime.fromisoformat(since) if since else _EVER
        return [one for one in self.sheets.values() if one.kind in kinds and one.moved >= begin]

    def marked(self, record_id: str) -> list[Sheet]:
        """The sheets of a record of the CMMS, torn ones too."""
        return [one for one in self.sheets.values() if one.mark == record_id]

    def balance(self, invoice: Sheet) -> Decimal:
        """What an invoice has open."""
        paid = (one for one in self.of(Kind.PAYMENT) if one.said["pays"] == invoice.ref)
        return invoice.total - sum(one.total for one in paid if not one.torn)
