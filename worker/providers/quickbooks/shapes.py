"""What each kind of CMMS record is in QuickBooks.

A further kind is a row in SHAPES and a case in `body`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from schemas.bill import PurchaseInvoice
from schemas.expense import Expense
from schemas.invoice import Invoice
from schemas.item import Item
from schemas.kinds import Kind
from schemas.money import rounded
from schemas.party import Party
from schemas.payment import Payment
from worker.providers.lookup import Lookup
from worker.providers.port import Record, Work
from worker.providers.quickbooks.bills import bill
from worker.providers.quickbooks.invoices import invoice
from worker.providers.quickbooks.items import item
from worker.providers.quickbooks.journals import journal, number
from worker.providers.quickbooks.parties import party
from worker.providers.quickbooks.payments import payment
from worker.providers.wire import Body


class Removal(StrEnum):
    """How a record leaves the books (Intuit: list entities are never deleted)."""

    INACTIVE = "inactive"
    VOID = "void"
    DELETE = "delete"


@dataclass(frozen=True)
class Shape:
    """One kind's place in QuickBooks."""

    entity: str  # its key in JSON; in lower case its address
    label: str  # the field that names it to people, and by which it is found; empty: by its day
    note: str | None  # the field that bears the marker
    removal: Removal
    page: str  # of the web application, from memory: Intuit does not document these addresses

    @property
    def path(self) -> str:
        return self.entity.lower()

    @property
    def listed(self) -> bool:
        """A list entity: written one at a time, never in a batch (Intuit: batch)."""
        return self.removal is Removal.INACTIVE


SHAPES: Mapping[Kind, Shape] = {
    Kind.CUSTOMER: Shape(
        "Customer", "DisplayName", "Notes", Removal.INACTIVE, "customerdetail?nameId="
    ),
    Kind.VENDOR: Shape("Vendor", "DisplayName", "Notes", Removal.INACTIVE, "vendordetail?nameId="),
    Kind.ITEM: Shape("Item", "Name", None, Removal.INACTIVE, "item?itemId="),
    Kind.INVOICE: Shape("Invoice", "DocNumber", "PrivateNote", Removal.VOID, "invoice?txnId="),
    Kind.PURCHASE_INVOICE: Shape("Bill", "DocNumber", "PrivateNote", Removal.DELETE, "bill?txnId="),
    Kind.EXPENSE: Shape(
        "JournalEntry", "DocNumber", "PrivateNote", Removal.DELETE, "journal?txnId="
    ),
    # Whether a payment's number can be asked for is not documented, and many have none.
    Kind.PAYMENT: Shape("Payment", "", "PrivateNote", Removal.DELETE, "recvpayment?txnId="),
}

_APPLICATIONS = {
    "production": "https://app.qbo.intuit.com/app/",
    "sandbox": "https://app.sandbox.qbo.intuit.com/app/",
}


def body(work: Work, lookup: Lookup, today: date) -> Body:
    """The fields of a create or of a sparse update; raises Refusal."""
    match work.document:
        case Party() as document:
            return party(work, document, lookup)
        case Item() as document:
            return item(work, document, lookup, today)
        case Invoice() as document:
            return invoice(work, document, lookup)
        case Expense() as document:
            return journal(work, document, lookup)
        case PurchaseInvoice() as document:
            return bill(work, document, lookup)
        case Payment() as document:
            return payment(work, document, lookup)
        case _:
            assert_never(work.document)


def about(document: Record) -> Body:
    """What names a document to people, in QuickBooks' fields."""
    match document:
        case Party():
            return {"DisplayName": document.name}
        case Item():
            return {"Name": document.name}
        case Invoice() | PurchaseInvoice():
            return {"DocNumber": document.number, "TxnDate": document.issue_date.isoformat()}
        case Expense():
            return {"DocNumber": number(document), "TxnDate": document.date.isoformat()}
        case Payment():
            return {"TxnDate": document.date.isoformat()}
        case _:
            assert_never(document)


def named(document: Record) -> str:
    """A document's name for people: its number, or its record's id."""
    said = about(document)
    return str(said.get("DocNumber") or document.id)


def total(document: Record) -> Decimal | None:
    """What the books' total must come to, where the CMMS says so."""
    match document:
        case Invoice() | PurchaseInvoice():
            return document.total
        case Expense() | Payment():
            return rounded(document.amount, document.currency)
        case _:
            return None


def url(kind: Kind, ref: str, environment: str) -> str:
    """The page of the web application that shows a record."""
    return f"{_APPLICATIONS[environment]}{SHAPES[kind].page}{ref}"
