"""Tenants with something to be pulled."""

import pytest

from tests.builders import an_invoice
from tests.integration.workshop import Shop


@pytest.fixture
def billed(books: Shop) -> Shop:
    """INV-1 and INV-2, of 100.00 each, are in the books."""
    for one in ("INV-1", "INV-2"):
        books.send("invoice.created", an_invoice(one))
    books.work()
    return books
