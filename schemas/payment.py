"""Payments of invoices that were taken in the CMMS."""

from schemas.fields import Currency, Day, ExternalRefs, Model, RecordId, Version
from schemas.kinds import Kind, References
from schemas.money import PositiveMoney


class Payment(Model):
    """A payment of one invoice; an absent `account` means the connection's payment account."""

    id: RecordId
    version: Version | None = None
    invoice_id: RecordId
    date: Day
    amount: PositiveMoney
    currency: Currency
    method: str | None = None
    reference: str | None = None
    account: str | None = None
    external_refs: ExternalRefs | None = None

    def references(self) -> References:
        """The invoice that it pays."""
        return frozenset({(Kind.INVOICE, self.invoice_id)})
