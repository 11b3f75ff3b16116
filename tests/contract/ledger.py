"""A ledger under test: real books of a provider, with what the flow would remember of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import uuid4

from schemas.bill import PurchaseInvoice
from schemas.expense import Expense
from schemas.invoice import Invoice
from schemas.item import Item
from schemas.kinds import Kind
from schemas.payment import Payment
from tests.contract.providers import Provider
from tests.contract.simulated import Company
from worker.providers.lookup import Account, Chart, Lookup, Target, Tax
from worker.providers.port import (
    Answer,
    Books,
    Found,
    Operation,
    Outcome,
    Part,
    Plan,
    Record,
    Removed,
    Request,
    Resource,
    Sought,
    Submission,
    Work,
    Written,
)

C = TypeVar("C", bound=Company)


def kind_of(document: Record) -> Kind:
    """Parties are told apart by their ids here, as they have one shape."""
    match document:
        case Item():
            return Kind.ITEM
        case Invoice():
            return Kind.INVOICE
        case Expense():
            return Kind.EXPENSE
        case PurchaseInvoice():
            return Kind.PURCHASE_INVOICE
        case Payment():
            return Kind.PAYMENT
        case _:
            return Kind.VENDOR if document.id.startswith("VEN") else Kind.CUSTOMER


@dataclass
class Ledger(Generic[C]):
    """Plans, sends and looks up as the flow does, one document at a time or many at once."""

    provider: Provider
    books: Books
    company: C
    mapping: Mapping[str, str]
    known: dict[tuple[Kind, str], Written | Removed] = field(default_factory=dict)
    pulled: Chart | None = None
    _links: dict[tuple[Kind, str], int] = field(default_factory=dict)

    def reopened(self, **limits: float) -> "Ledger":
        """The same with other limits."""
        changed = replace(self.books.limits, **limits)  # type: ignore[arg-type]
        self.books = self.provider.open(self.company, changed)
        return self

    def work(
        self, document: Record, operation: Operation | None = None, alias: str | None = None
    ) -> Work:
        """The work that is due for a document: a create, or an update if it is in the books."""
        kind = kind_of(document)
        key = (kind, document.id)
        seen = self.known.get(key)
        return Work(
            link_id=self._links.setdefault(key, len(self._links) + 1),
            kind=kind,
            record_id=document.id,
            operation=operation or (Operation.UPDATE if seen else Operation.CREATE),
            document=document,
            ref=seen.ref if seen else None,
            sync_token=seen.sync_token if seen else None,
            alias=alias,
            dated=seen.dated if isinstance(seen, Written) else None,
            party=seen.party if isinstance(seen, Written) else None,
            applied_to=seen.applied_to if isinstance(seen, Written) else None,
            applied=_applied(seen),
        )

    def plan(self, *due: Work) -> Plan:
        return self.books.plan(due, Lookup(self.chart(), self._targets()))

    def submit(self, request: Request) -> Submission:
        """A recorded request, under a new key."""
        return Submission(str(uuid4()), request.method, request.path, request.body, request.parts)

    def prepared(self, document: Record, operation: Operation | None = None) -> Submission:
        plan = self.plan(self.work(document, operation))
        assert not plan.held, plan.held
        return self.submit(plan.requests[0])

    def answer(self, submission: Submission) -> Answer:
        """What the books say to a submission; nothing is remembered."""
        return self.books.send(submission, still=lambda: None)

    def send(self, submission: Submission) -> Outcome:
        """What became of the one part of a submission; nothing is remembered."""
        return self.answer(submission).outcomes[submission.parts[0].key]

    def push(self, document: Record, operation: Operation | None = None) -> Outcome:
        """Send one document and remember what came of it, as the flow does."""
        submission = self.prepared(document, operation)
        outcome = self.remember(submission, self.answer(submission))[document.id]
        withdrawn = submission.parts[0].operation is Operation.WITHDRAW
        if withdrawn and isinstance(outcome, Removed):  # to be made anew
            del self.known[kind_of(document), document.id]
            return self.push(document)
        return outcome

    def put(self, document: Record) -> Written:
        """The same for what must succeed."""
        outcome = self.push(document)
        assert isinstance(outcome, Written), outcome
        return outcome

    def remove(self, document: Record) -> Outcome:
        return self.push(document, Operation.REMOVE)

    def remember(self, submission: Submission, answer: Answer) -> dict[str, Outcome]:
        """The outcomes by record id; a success is what the next update starts from."""
        outcomes = {part.record_id: answer.outcomes[part.key] for part in submission.parts}
        for part in submission.parts:
            outcome = outcomes[part.record_id]
            if isinstance(outcome, Written | Removed):
                self.known[(part.kind, part.record_id)] = outcome
        return outcomes

    def look(self, part: Part, *, sent: bool = True) -> Found:
        """What became of a part, looked up as the flow does after an unknown outcome."""
        return self.look_all([part], sent=sent)[0]

    def look_all(self, parts: Sequence[Part], *, sent: bool = True) -> list[Found]:
        """What became of parts, in one look-up."""
        since = datetime.now(UTC) if sent else None
        digests = {key: seen.digest for key, seen in self.known.items()}
        sought = [Sought(one, digests.get((one.kind, one.record_id)), since) for one in parts]
        found = self.books.find(sought)
        return [found[one.link_id] for one in parts]

    def chart(self) -> Chart:
        if self.pulled is None:
            company = self.books.test()
            accounts = self.books.page(Resource.ACCOUNTS, None, None).records
            taxes = self.books.page(Resource.TAXES, None, None).records
            self.pulled = Chart(
                [_account(one.ref, one.code, one.data) for one in accounts],
                [
                    Tax(
                        one.ref,
                        one.name,
                        str(one.data["kind"]),
                        one.active,
                        _rate(one.data, "rate"),
                        _rate(one.data, "purchase_rate"),
                    )
                    for one in taxes
                ],
                self.mapping,
                {**company.data, "currency": company.currency, "country": company.country},
            )
        return self.pulled

    def account(self, code: str) -> str:
        found = self.chart().account(code)
        assert found is not None
        return found.ref

    def _targets(self) -> dict[tuple[Kind, str], Target]:
        return {key: self._target(key, seen) for key, seen in self.known.items()}

    def _target(self, key: tuple[Kind, str], seen: Written | Removed) -> Target:
        if isinstance(seen, Removed):
            return Target(seen.ref, removed=True)
        paid = sum((_applied(one) or 0 for one in self.known.values() if _pays(one, seen)), 0)
        total = seen.total if key[0] is Kind.INVOICE else None
        balance = None if total is None else total - paid
        code = seen.record.code if seen.record else None
        return Target(seen.ref, party=seen.party, balance=balance, label=seen.number, code=code)


Open = Callable[..., Ledger]
"""Opens a ledger in a company of its own; options are the simulators' (currency, closed_until)."""


def _applied(seen: Written | Removed | None) -> Decimal | None:
    """What of a payment is applied to its invoice."""
    if not isinstance(seen, Written) or seen.applied_to is None or seen.total is None:
        return None
    return seen.total - (seen.balance or 0)


def _pays(seen: Written | Removed, invoice: Written) -> bool:
    return isinstance(seen, Written) and seen.applied_to == invoice.ref


def _account(ref: str, code: str | None, data: Mapping[str, Any]) -> Account:
    return Account(
        ref=ref,
        name=data["name"],
        full_name=data["full_name"],
        code=code,
        type=data["type"],
        subtype=data["subtype"],
        classification=data["classification"],
        currency=data["currency"],
        active=data["active"],
    )


def _rate(data: Mapping[str, object], name: str) -> str | None:
    rate = data[name]
    return None if rate is None else str(rate)
