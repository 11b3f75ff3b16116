"""Sales invoices."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from schemas.document import Document, Line, line_config
from schemas.fields import Day, RecordId
from schemas.kinds import Kind, References
from schemas.money import Money, Percentage, Quantity


class InvoiceLine(Line):
    """One line of an invoice."""

    model_config = line_config("unit_price")

    quantity: Quantity = Decimal(1)
    unit_price: Money | None = None
    discount_percent: Percentage | None = None
    service_date: Day | None = None

    @property
    def count(self) -> Decimal:
        return self.quantity

    @property
    def price(self) -> Decimal | None:
        return self.unit_price

    @property
    def discount(self) -> Decimal:
        return self.discount_percent or Decimal(0)


class Invoice(Document):
    """A sales invoice of the CMMS; `total` is what it shows its user."""

    customer_id: RecordId
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1, max_length=500)]
    reference: str | None = None
    work_order_id: RecordId | None = None
    billing_email: str | None = None

    def references(self) -> References:
        """Its customer and its items."""
        return self.item_references() | {(Kind.CUSTOMER, self.customer_id)}

    def _lines(self) -> tuple[InvoiceLine, ...]:
        return self.lines
