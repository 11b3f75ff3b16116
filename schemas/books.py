"""What the CMMS is told about the books: company, accounts, taxes, payments, records in them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Discriminator, Tag

from schemas.fields import Currency, Day, Flag, Label, Model, RecordId
from schemas.item import Item, ItemDetails
from schemas.money import Money
from schemas.party import Party, PartyDetails


class Company(Model):
    """The company whose books a connection reaches."""

    ref: Label
    name: str | None = None
    currency: Currency | None = None


class Account(Model):
    """An account of the chart."""

    ref: Label
    code: str | None = None
    name: str
    full_name: str | None = None
    type: str
    classification: str | None = None
    currency: Currency | None = None
    active: Flag = True


class TaxKind(StrEnum):
    CODE = "code"
    RATE = "rate"


class Tax(Model):
    """A tax code or a tax rate; `rate` is in per cent."""

    ref: Label
    name: str
    rate: Money | None = None
    kind: TaxKind
    active: Flag = True
    sales: Flag | None = None
    purchases: Flag | None = None


class ReceivedPayment(Model):
    """A payment as the books hold it."""

    ref: Label
    date: Day
    amount: Money
    currency: Currency
    method: str | None = None
    reference: str | None = None


class InvoiceStatus(StrEnum):
    """Where an invoice stands after a payment."""

    OPEN = "open"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    VOIDED = "voided"


class Suggestion(Model):
    """The CMMS record that a record of the books may be, and why."""

    record_id: RecordId
    why: Label


def _shape(record: object) -> str:
    # Only items have a type, so no tag is needed in the data.
    given = record.get("type") if isinstance(record, dict) else getattr(record, "type", None)
    return "party" if given is None else "item"


AnyDetails = Annotated[
    Annotated[PartyDetails, Tag("party")] | Annotated[ItemDetails, Tag("item")],
    Discriminator(_shape),
]
AnyRecord = Annotated[
    Annotated[Party, Tag("party")] | Annotated[Item, Tag("item")], Discriminator(_shape)
]
