"""Expenses: what was spent on an invoice, a work order or a job."""

from enum import StrEnum

from schemas.fields import Currency, Day, Model, RecordId, Version
from schemas.kinds import Kind, References
from schemas.money import PositiveMoney


class AgainstKind(StrEnum):
    INVOICE = "invoice"
    WORK_ORDER = "work_order"
    JOB = "job"


class Against(Model):
    """What the money was spent on."""

    kind: AgainstKind
    id: RecordId


class Expense(Model):
    """An expense of the CMMS; an absent account means the connection's mapping."""

    id: RecordId
    version: Version | None = None
    date: Day
    amount: PositiveMoney
    currency: Currency
    vendor_id: RecordId
    description: str | None = None
    reference: str | None = None
    against: Against | None = None
    debit_account: str | None = None
    credit_account: str | None = None

    def references(self) -> References:
        """Its vendor; what it was spent on is not needed in the books."""
        return frozenset({(Kind.VENDOR, self.vendor_id)})

    def mentions(self) -> References:
        """The invoice that it was spent on, whose number can be told."""
        if self.against is None or self.against.kind is not AgainstKind.INVOICE:
            return frozenset()
        return frozenset({(Kind.INVOICE, self.against.id)})
