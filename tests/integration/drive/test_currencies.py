"""Currencies: what the books cannot hold fails with its reason, before anything is sent."""

import pytest

from tests.builders import a_customer, an_invoice, an_item
from tests.integration.workshop import MAPPING, OpenShop, Shop
from worker.providers.port import Resource
from worker.sync import connections


@pytest.fixture
def abroad(open_shop: OpenShop) -> Shop:
    """Books in several currencies, with CUS-1 who is billed in euros, and ITM-1."""
    shop = open_shop(multicurrency=True)
    shop.work()
    shop.change(mapping={key: shop.account(number) for key, number in MAPPING.items()})
    shop.send("customer.created", a_customer(currency="EUR"))
    shop.send("item.created", an_item())
    shop.work()
    return shop


def failed(shop: Shop, record_id: str) -> tuple[str, str]:
    link = shop.link(record_id)
    return link.state, link.error_code


def test_a_document_is_in_its_customers_currency(abroad: Shop) -> None:
    abroad.send("invoice.created", an_invoice(currency="EUR", exchange_rate="1.0842"))
    abroad.work()

    [held] = abroad.marked("Invoice", "INV-1")
    assert (held["CurrencyRef"]["value"], held["ExchangeRate"]) == ("EUR", 1.0842)


@pytest.mark.parametrize("currency", ["USD", "GBP"])
def test_a_document_in_another_currency_fails_before_it_is_sent(
    abroad: Shop, currency: str
) -> None:
    before = len(abroad.submissions())

    abroad.send("invoice.created", an_invoice(currency=currency))
    abroad.work()

    assert failed(abroad, "INV-1") == ("failed", "currency_mismatch")
    assert len(abroad.submissions()) == before


def test_a_customer_keeps_the_currency_that_it_was_made_with(abroad: Shop) -> None:
    before = len(abroad.submissions())

    abroad.send("customer.updated", a_customer(currency="GBP"))
    abroad.work()

    assert failed(abroad, "CUS-1") == ("failed", "currency_fixed")
    assert len(abroad.submissions()) == before


def test_the_currency_of_the_books_counts_for_documents(abroad: Shop) -> None:
    abroad.send("customer.updated", a_customer(currency="GBP"))
    abroad.send("invoice.created", an_invoice(currency="GBP"))
    abroad.work()

    assert failed(abroad, "INV-1") == ("failed", "currency_mismatch")


def test_a_customer_without_currency_has_that_of_the_books(abroad: Shop) -> None:
    abroad.send("customer.created", a_customer("CUS-2", email="two@harbor.example"))
    abroad.send("invoice.created", an_invoice(customer_id="CUS-2", currency="EUR"))
    abroad.send("invoice.created", an_invoice("INV-2", customer_id="CUS-2"))
    abroad.work()

    assert failed(abroad, "INV-1") == ("failed", "currency_mismatch")
    assert abroad.states()["INV-2"] == "synced"


def test_what_failed_for_one_currency_goes_once_there_are_several(books: Shop) -> None:
    books.send("customer.created", a_customer("CUS-2", currency="EUR"))
    books.work()
    preferences = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
    books.simulator.control("PUT", f"companies/{books.company}/preferences", preferences)

    connections.ask(books.services, books.connection_id, Resource.CONNECTION)
    books.work()

    assert books.states()["CUS-2"] == "synced"


@pytest.mark.parametrize(
    ("record", "type_", "data"),
    [
        ("CUS-2", "customer.created", a_customer("CUS-2", currency="EUR")),
        ("INV-1", "invoice.created", an_invoice(currency="EUR")),
    ],
)
def test_books_with_one_currency_take_no_other(
    books: Shop, record: str, type_: str, data: dict[str, object]
) -> None:
    before = len(books.submissions())

    books.send(type_, data)
    books.work()

    assert failed(books, record) == ("failed", "currency_not_enabled")
    assert len(books.submissions()) == before
