"""Purchase invoices: vendors' bills for what was received."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from schemas.document import Document, Line, line_config
from schemas.fields import RecordId
from schemas.kinds import Kind, References
from schemas.money import Money, Quantity


class PurchaseLine(Line):
    """One line of a bill."""

    model_config = line_config("unit_cost")

    received_quantity: Quantity = Decimal(1)
    unit_cost: Money | None = None

    @property
    def count(self) -> Decimal:
        return self.received_quantity

    @property
    def price(self) -> Decimal | None:
        return self.unit_cost


class PurchaseInvoice(Document):
    """A vendor's bill; `number` is the vendor's."""

    vendor_id: RecordId
    lines: Annotated[tuple[PurchaseLine, ...], Field(min_length=1, max_length=500)]
    purchase_order_id: RecordId | None = None

    def references(self) -> References:
        """Its vendor and its items."""
        return self.item_references() | {(Kind.VENDOR, self.vendor_id)}

    def _lines(self) -> tuple[PurchaseLine, ...]:
        return self.lines
