"""Books that hold something already, as most tests need them."""

from tests.contract.ledger import Ledger
from tests.contract.records import a_party, a_stock_item, a_vendor, an_invoice, an_item
from worker.providers.port import Record


def with_items(ledger: Ledger) -> Ledger:
    """The customer and the items that `an_invoice` names."""
    for document in (a_party(), an_item(), a_stock_item()):
        ledger.put(document)
    return ledger


def ready_for(ledger: Ledger, document: Record) -> Ledger:
    """Every party and item that a document could name, but not the document itself."""
    for named in (a_party(), a_vendor(), an_item(), a_stock_item()):
        if named != document:
            ledger.put(named)
    return ledger


def with_invoice(ledger: Ledger) -> str:
    """The ref of an invoice of 238.50."""
    return with_items(ledger).put(an_invoice()).ref
