"""A ledger that nobody sells: a book in memory, with doors for programs and for its bookkeeper."""

import json
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from schemas.kinds import Kind
from worker.errors import Disconnected, NoAnswer, TokenExpired

Said = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One record as it stands: `turn` counts its changes, `mark` is what a program wrote on it."""

    ref: str
    kind: Kind
    said: Said
    mark: str = ""
    turn: int = 1
    torn: bool = False  # taken out; the sheet is kept
    moved: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Book:
    """The sheets of one company. A known key is answered as it was before."""

    name: str
    sheets: dict[str, Sheet] = field(default_factory=dict)
    loses_next: bool = False
    writes: int = 0
    _answers: dict[str, list[Sheet | None]] = field(default_factory=dict)
    _pen: threading.Lock = field(default_factory=threading.Lock)

    # for programs

    def write(self, key: str, body: str) -> list[Sheet | None]:
        """What became of each order, in their order; None: somebody else was faster."""
        with self._pen:
            self.writes += 1
            if key not in self._answers:
                orders = json.loads(body)
                answers = [self._obey(**order) for order in orders]
                if all(order["ref"] is None for order in orders):
                    self._answers[key] = answers
                lost, self.loses_next = self.loses_next, False
                if lost:
                    raise NoAnswer("the line went dead", in_flight=False)
                return answers
            return self._answers[key]

    def of(self, *kinds: Kind, since: str | None = None) -> list[Sheet]:
        """The sheets of these kinds, or those that moved since a time."""
        begin = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
        return [one for one in self.sheets.values() if one.kind in kinds and one.moved >= begin]

    def balance(self, invoice: Sheet) -> Decimal:
        """What an invoice has open."""
        paid = (one for one in self.of(Kind.PAYMENT) if one.said["pays"] == invoice.ref)
        return total(invoice) - sum(total(one) for one in paid if not one.torn)

    def _obey(
        self, kind: str, ref: str | None, turn: str | None, mark: str, said: Said | None
    ) -> Sheet | None:
        """Write a new sheet, write on one, or tear it out (nothing `said`)."""
        if ref is None:
            return self._put(Sheet(f"s{len(self.sheets) + 1}", Kind(kind), said or {}, mark))
        sheet = self.sheets[ref]
        if str(sheet.turn) != turn:
            return None
        kept = sheet.said | (said or {})
        return self._put(replace(sheet, said=kept, mark=mark, torn=said is None))

    def _put(self, sheet: Sheet) -> Sheet:
        if known := self.sheets.get(sheet.ref):
            sheet = replace(sheet, turn=known.turn + 1, moved=datetime.now(UTC))
        self.sheets[sheet.ref] = sheet
        return sheet

    # for the bookkeeper

    def enter(self, kind: Kind, **said: object) -> str:
        with self._pen:
            return self._put(Sheet(f"s{len(self.sheets) + 1}", kind, dict(said))).ref

    def edit(self, ref: str, **said: object) -> None:
        with self._pen:
            sheet = self.sheets[ref]
            self._put(replace(sheet, said=sheet.said | said))

    def marked(self, record_id: str) -> list[Sheet]:
        """The sheets of a record of the CMMS, torn ones too."""
        return [one for one in self.sheets.values() if one.mark == record_id]


def total(sheet: Sheet) -> Decimal:
    return Decimal(sheet.said.get("amount") or 0)


@dataclass
class Shelf:
    """The books of all companies, and who may open them."""

    books: dict[str, Book] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # -> company

    def new_company(self) -> str:
        company = f"c{len(self.books) + 1}"
        self.books[company] = Book(f"Company {company}")
        return company

    def admit(self, company: str) -> str:
        """A new token for a company's book."""
        token = secrets.token_hex(8)
        self.tokens[token] = company
        return token

    def company(self, token: str) -> str:
        """Whose token it is; good for one exchange. Raises Disconnected."""
        if token not in self.tokens:
            raise Disconnected("nobody knows this token", code="consent_withdrawn")
        return self.tokens.pop(token)

    def open(self, company: str, token: str) -> Book:
        """Raises TokenExpired."""
        if self.tokens.get(token) != company:
            raise TokenExpired("this token opens no book, or another one")
        return self.books[company]
