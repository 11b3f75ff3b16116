"""What each kind of CMMS record is in Xero: a further kind is a row in SHAPES, and a case in
`bodies.body`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from schemas.bill import PurchaseInvoice
from schemas.expense import Expense
from schemas.invoice import Invoice
from schemas.item import Item
from schemas.kinds import Kind
from schemas.money import cents
from schemas.party import Party
from schemas.payment import Payment
from worker.providers.port import Record


class Removal(StrEnum):
    """How a record leaves the books (Xero: only items are deleted for good)."""

    ARCHIVE = "archive"  # ContactStatus ARCHIVED; no edit by API comes through from then on
    ERASE = "erase"  # DELETE: nothing is left
    VOID = "void"  # Status VOIDED, of a draft DELETED: it stays where it is
    DELETE = "delete"  # Status DELETED: it stays where it is


@dataclass(frozen=True)
class Shape:
    """One kind's place in Xero."""

    path: str  # of its collection, and the key of its elements in bodies and answers
    id: str  # the field that holds its id
    label: str  # the field that names it to people, and by which it is found; empty: by its marker
    note: str | None  # the field that bears the marker
    key: str  # the field by which an element of an answer is told from the others; never empty
    removal: Removal
    status: str  # the field that says whether it is there; empty: it always is
    page: str  # of the web application, from memory; empty: none is known
    type: str = ""  # of an invoice

    @property
    def listed(self) -> bool:
        """Whether it is master data, compared field by field."""
        return self.removal in (Removal.ARCHIVE, Removal.ERASE)

    @property
    def query(self) -> str:
        """What every write of the kind asks for: an outcome for each element, and prices whole."""
        exact = "&unitdp=4" if self.path in ("Invoices", "Items") else ""
        return f"?summarizeErrors=false{exact}"


_CONTACT = Shape(
    "Contacts",
    "ContactID",
    "Name",
    "ContactNumber",
    "ContactNumber",
    Removal.ARCHIVE,
    "ContactStatus",
    "Contacts/View/",
)
_INVOICE = Shape(
    "Invoices",
    "InvoiceID",
    "InvoiceNumber",
    "Reference",
    "Reference",
    Removal.VOID,
    "Status",
    "AccountsReceivable/View.aspx?InvoiceID=",
    "ACCREC",
)
SHAPES: Mapping[Kind, Shape] = {
    Kind.CUSTOMER: _CONTACT,
    Kind.VENDOR: _CONTACT,
    Kind.ITEM: Shape("Items", "ItemID", "Code", None, "Code", Removal.ERASE, "", ""),
    Kind.INVOICE: _INVOICE,
    Kind.PURCHASE_INVOICE: replace(
        _INVOICE, page="AccountsPayable/View.aspx?InvoiceID=", type="ACCPAY"
    ),
    Kind.EXPENSE: Shape(
        "ManualJournals",
        "ManualJournalID",
        "",
        "Narration",
        "Narration",
        Removal.VOID,
        "Status",
        "Journal/View.aspx?invoiceID=",
    ),
    Kind.PAYMENT: Shape(
        "Payments", "PaymentID", "", "Reference", "Reference", Removal.DELETE, "Status", ""
    ),
}
# An address of a page that nobody has confirmed leads nowhere at worst.
_APPLICATION = "https://go.xero.com/"


def about(document: Record) -> dict[str, object]:
    """What names a document to people, in Xero's fields."""
    match document:
        case Party() | Item():
            return {"Name": document.name}
        case Invoice() | PurchaseInvoice():
            return {"InvoiceNumber": document.number, "Date": document.issue_date.isoformat()}
        case Expense() | Payment():
            return {"Date": document.date.isoformat()}
        case _:
            assert_never(document)


def named(document: Record) -> str:
    """A document's name for people: its number, or its record's id."""
    return str(about(document).get("InvoiceNumber") or document.id)


def total(document: Record) -> Decimal | None:
    """What the books' total must come to, where the CMMS says so. Xero keeps two decimals of every
    currency."""
    match document:
        case Invoice() | PurchaseInvoice():
            return document.total
        case Expense() | Payment():
            return cents(document.amount)
        case _:
            return None


def url(kind: Kind, ref: str) -> str | None:
    """The page of the web application that shows a record, where one is known."""
    page = SHAPES[kind].page
    return f"{_APPLICATION}{page}{ref}" if page else None
