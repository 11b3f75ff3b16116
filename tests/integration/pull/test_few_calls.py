"""What finding payments costs: calls by what happened, not by what is open."""

import pytest

from tests.builders import an_invoice
from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.sync import connections

OPEN, PAID = 500, 37


@pytest.fixture
def busy(books: Shop) -> Shop:
    """So many open invoices of the CMMS in the books, and everything that changed was read."""
    ids = [f"INV-{number}" for number in range(OPEN)]
    books.take(*(books.event("invoice.created", an_invoice(id_)) for id_ in ids))
    books.work(seconds=60)
    pull(books)
    return books


def pull(shop: Shop) -> int:
    """A pull of payments; the calls that it took."""
    before = calls(shop)
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()
    return calls(shop) - before


def calls(shop: Shop) -> int:
    names = ("cdc", "queries", "reads", "singles", "batches")
    return sum(shop.simulator.stat(name) for name in names)


@pytest.mark.slow
def test_37_payments_on_500_open_invoices_are_found_by_two_calls(busy: Shop) -> None:
    invoices = busy.books("Invoice")[:PAID]
    for one in invoices:
        link = {"TxnId": one["Id"], "TxnType": "Invoice"}
        line = [{"Amount": 40, "LinkedTxn": [link]}]
        busy.enter("Payment", CustomerRef=one["CustomerRef"], TotalAmt=40, Line=line)

    took = pull(busy)

    assert took <= 2
    paid = busy.all("SELECT ref FROM links WHERE kind = 'invoice' AND paid_amount = 40")
    assert {row.ref for row in paid} == {one["Id"] for one in invoices}
    assert busy.told().count("payment.received") == PAID
