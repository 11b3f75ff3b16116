"""What the CMMS is told about things that the books own: company, accounts, taxes, payments."""

from enum import StrEnum

from schemas.fields import Currency, Day, Flag, Label, Model
from schemas.money import Money


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
