"""Items of which somebody changes the code in Xero, or which somebody deletes there: documents name
items by their codes alone."""

import pytest

from tests.builders import an_invoice, an_item
from tests.integration.xero.shop import Shop
from tests.integration.xero.test_reading import enter, pull
from worker.providers.port import Resource
from worker.store.runs import Mode


def refused(shop: Shop) -> None:
    """An invoice whose item is not known by its code any more."""
    shop.send("invoice.created", an_invoice())
    shop.work()
    assert shop.states()["INV-1"] == "waiting"


def test_an_invoice_goes_on_by_the_new_code_once_it_is_read(books: Shop) -> None:
    enter(books, "Item", ItemID=books.link("ITM-1").ref, Code="HOUR-2", Name="Technician hour")
    refused(books)

    pull(books, Resource.ITEMS)

    assert books.states()["INV-1"] == "synced"
    assert "an item" in books.events("INV-1")[0]["data"]["reason"]


def test_an_invoice_goes_on_with_an_item_that_is_made_anew(books: Shop) -> None:
    enter(books, "Item", "delete", ItemID=books.link("ITM-1").ref)
    refused(books)

    books.send("item.archived", {"id": "ITM-1", "version": 2})
    books.work()
    books.send("item.updated", an_item(version=3))
    books.work()

    assert set(books.states().values()) == {"synced"}


@pytest.mark.parametrize("mode", [Mode.CHANGES, Mode.FULL])
def test_an_invoice_goes_on_with_an_item_that_somebody_enters_anew(books: Shop, mode: Mode) -> None:
    enter(books, "Item", "delete", ItemID=books.link("ITM-1").ref)
    refused(books)
    sold = {"UnitPrice": 95, "AccountCode": "200"}
    enter(books, "Item", Code="ITM-1", Name="Technician hour", SalesDetails=sold)

    pull(books, Resource.ITEMS, mode)

    assert books.states()["INV-1"] == "synced"
