"""From a link's document to the element that Xero takes for it, without the id that finds it."""

from collections.abc import Mapping
from typing import assert_never

from schemas.bill import PurchaseInvoice
from schemas.expense import Expense
from schemas.invoice import Invoice
from schemas.item import Item
from schemas.party import Party
from schemas.payment import Payment
from worker.providers import periods
from worker.providers.lookup import Lookup
from worker.providers.port import Operation, Work
from worker.providers.wire import Body
from worker.providers.xero import shapes
from worker.providers.xero.canonical import valued
from worker.providers.xero.invoices import bill, invoice
from worker.providers.xero.items import item
from worker.providers.xero.journals import journal, narration
from worker.providers.xero.parties import party
from worker.providers.xero.payments import payment
from worker.providers.xero.shapes import SHAPES, Removal
from worker.providers.xero.token import Token

# What may change of a document that money is on, beside words and accounts of its lines.
_FREE = ("Contact", "Reference", "DueDate", "InvoiceNumber", "Url")
_WHOLE = ("SalesDetails.", "PurchaseDetails.")


def body(work: Work, lookup: Lookup) -> Body:
    """What is said of a record, of contacts and items field by field; raises Refusal."""
    match work.operation:
        case Operation.CREATE | Operation.UPDATE:
            return _written(work, lookup)
        case Operation.WITHDRAW:
            # What is to stand there in the end: a look-up may find that it does already.
            periods.removable(work, lookup, shapes.named(work.document))
            return _written(work, lookup)
        case Operation.REMOVE:
            return _removed(work, lookup)
        case _:
            assert_never(work.operation)


def completed(changes: Body, body: Body, held: Mapping[str, str]) -> Body:
    """The changes of a contact or item, with what Xero wants said beside them: the code of an item,
    and of prices the whole side, of which the rest stays as the books have it."""
    sides = {side for side in _WHOLE for name in changes if name.startswith(side)}
    beside = [name for name in held if any(map(name.startswith, sides))]
    beside += ["Code"] if "Code" in body else []
    kept = {name: valued(held[name]) for name in beside if name in held}
    return kept | changes


def sendable(work: Work, whole: Body) -> Body:
    """What goes over the wire: of a document that money is on, its lines by their ids, and what
    else may change of it.

    All else is as the books have it, or a look-up has said so; where lines have come or gone, Xero
    has the word.
    """
    known = Token.parse(work.sync_token).lines if work.operation is Operation.UPDATE else ()
    lines = whole.get("LineItems", ())
    if not known or len(lines) != len(known):
        return whole
    kept = {name: whole[name] for name in (SHAPES[work.kind].id, *_FREE) if name in whole}
    named = [{"LineItemID": ref, **line} for ref, line in zip(known, lines, strict=True)]
    return kept | {"LineItems": named}


def _written(work: Work, lookup: Lookup) -> Body:
    match work.document:
        case Party() as document:
            return party(work, document, lookup)
        case Item() as document:
            return item(work, document, lookup)
        case Invoice() as document:
            return invoice(work, document, lookup)
        case PurchaseInvoice() as document:
            return bill(work, document, lookup)
        case Expense() as document:
            return journal(work, document, lookup)
        case Payment() as document:
            return payment(work, document, lookup)
        case _:
            assert_never(work.document)


def _removed(work: Work, lookup: Lookup) -> Body:
    """What takes a record out. Nothing else may stand beside a status that ends a document."""
    shape = SHAPES[work.kind]
    if not shape.listed:
        periods.removable(work, lookup, shapes.named(work.document))
    match shape.removal:
        case Removal.ARCHIVE:
            return {"ContactStatus": "ARCHIVED"}
        case Removal.ERASE:
            return {}
        case Removal.DELETE:
            return {"Status": "DELETED"}
        case Removal.VOID:
            ended = "DELETED" if Token.parse(work.sync_token).is_draft else "VOIDED"
            return {"Status": ended} | _wanted(work, lookup)
        case _:
            assert_never(shape.removal)


def _wanted(work: Work, lookup: Lookup) -> Body:
    """No journal goes without its words (Xero: manual journals)."""
    if not isinstance(work.document, Expense):
        return {}
    return {"Narration": narration(work, work.document, lookup)}
