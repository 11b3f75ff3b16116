"""What is pulled out of the books: records, invoices and payments as seen, in pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from schemas.kinds import Kind


class Resource(StrEnum):
    """What can be pulled; `connection` is the connection test."""

    CONNECTION = "connection"
    ACCOUNTS = "accounts"
    TAXES = "taxes"
    PAYMENTS = "payments"
    CUSTOMERS = "customers"
    VENDORS = "vendors"
    ITEMS = "items"
    DOCUMENTS = "documents"  # invoices and bills as they stand, where payments do not tell it


@dataclass(frozen=True)
class LedgerRecord:
    """One record of the books as pulled: kind is `account`, `tax_code`, `tax_rate`, `customer` ...

    `data` holds the fields of the contract's status event (account: ref, code, name, full_name,
    type, classification, currency, active; tax: ref, name, rate, kind, active, sales, purchases),
    JSON-ready, plus `subtype` where the ledger has one. Of a customer, vendor or item it is the
    contract's Party or Item without `id` and `version`, as the CMMS would say it; with `unused`
    where the books could use it as one of its kind and have never done so.
    `fields` are the mapped fields as the ledger holds them, each as canonical text: what three-way
    comparison works on. `marker` is (kind, record id) where the record bears ours.
    """

    kind: str
    ref: str
    name: str
    active: bool
    data: Mapping[str, object]
    code: str | None = None
    sync_token: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""  # as `Written.digest`: recognises our own writes
    marker: tuple[str, str] | None = None


@dataclass(frozen=True)
class InvoiceSeen:
    """How an invoice stands in the books. status: open, partially_paid, paid, voided."""

    ref: str
    total: Decimal
    balance: Decimal
    status: str
    sync_token: str | None = None
    party: str | None = None  # the ref of its customer or vendor; of a deleted one nobody says it


@dataclass(frozen=True)
class PaymentSeen:
    """A payment in the books: what of it is applied to which invoice; deleted or voided ones apply
    nothing."""

    ref: str
    date: date | None
    amount: Decimal
    currency: str
    applied: Mapping[str, Decimal]  # invoice ref -> amount
    unapplied: Decimal = Decimal(0)  # what is on no document
    customer: str | None = None  # its ref
    method: str | None = None
    reference: str | None = None
    marker: tuple[str, str] | None = None  # ours in its notes: (kind, id) of a CMMS record
    digest: str = ""  # as `Written.digest`: recognises our own writes
    reversed: bool = False


@dataclass(frozen=True)
class Merged:
    """Two records of the books became one: `gone` went up in `kept`, both refs."""

    kind: Kind
    gone: str
    kept: str


@dataclass(frozen=True)
class Page:
    """One page of a pull. `position` leads to the next one; absent: the pull is complete."""

    records: tuple[LedgerRecord, ...] = ()
    payments: tuple[PaymentSeen, ...] = ()
    invoices: tuple[InvoiceSeen, ...] = ()
    bills: tuple[InvoiceSeen, ...] = ()  # of vendors; status as of invoices
    gone: tuple[tuple[str, str], ...] = ()  # kind and ref of records that are no more
    merged: tuple[Merged, ...] = ()  # of which one went up in the other, as the books still show
    position: str | None = None


@dataclass(frozen=True)
class Company:
    """The company behind a connection, as the books describe it; JSON-ready through `data`."""

    ref: str
    name: str
    currency: str
    country: str
    # `production` or `sandbox`, where the books themselves say which of the two they are.
    environment: str | None = field(default=None, kw_only=True)
    data: Mapping[str, object] = field(default_factory=dict)  # preferences that translation needs
