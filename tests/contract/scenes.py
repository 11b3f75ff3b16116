"""Books that hold something already, as most tests need them."""

from schemas.kinds import Kind
from tests.contract.ledger import Ledger, kind_of
from tests.contract.records import a_party, a_stock_item, a_vendor, an_invoice, an_item
from worker.providers.lookup import HOUSE_ITEM
from worker.providers.port import Record


def with_items(ledger: Ledger) -> Ledger:
    """The customer and the items that `an_invoice` names."""
    return ready_for(ledger, an_invoice())


def ready_for(ledger: Ledger, document: Record) -> Ledger:
    """The party, the items or the invoice that a document names."""
    references = document.references()
    if (Kind.INVOICE, "INV-1") in references:
        ready_for(ledger, an_invoice()).put(an_invoice())
    for named in (a_party(), a_vendor(), an_item(), a_stock_item()):
        if (kind_of(named), named.id) in references:
            ledger.put(named)
    return ledger


def with_house_item(ledger: Ledger) -> Ledger:
    """Our own item that lines without one sell, where the ledger's lines need some."""
    if ledger.provider.traits.sales_items:
        account = ledger.account(ledger.mapping["sales"])
        ledger.put(an_item(id=f"{HOUSE_ITEM}{account}", name="CMMS sales"))
    return ledger


def with_invoice(ledger: Ledger) -> str:
    """The ref of an invoice of 238.50."""
    return with_items(ledger).put(an_invoice()).ref
