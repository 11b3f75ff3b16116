"""Numbers and codes that Xero takes once, and what others did to a document before we change it."""

import pytest

from tests.builders import a_customer, a_payment, an_invoice, an_item
from tests.integration.xero.shop import OpenShop, Shop
from tests.integration.xero.test_reading import enter
from worker.providers.port import Resource
from worker.sync import connections
from worker.sync.configure import set_options


@pytest.fixture
def voided(books: Shop) -> Shop:
    """INV-1 was written and voided."""
    books.send("invoice.created", an_invoice())
    books.work()
    books.send("invoice.voided", {"id": "INV-1"})
    books.work()
    return books


@pytest.fixture
def abroad(open_shop: OpenShop) -> Shop:
    """INV-1 is in the books, in euros at 1.10 dollars."""
    shop = open_shop(multicurrency=True)
    shop.simulator.control("POST", f"companies/{shop.company}/currencies/EUR", {})
    connections.ask(shop.services, shop.connection_id, Resource.CONNECTION)
    shop.send("customer.created", a_customer())
    shop.send("item.created", an_item())
    shop.send("invoice.created", an_invoice(currency="EUR", exchange_rate="1.10"))
    shop.work()
    return shop


def test_the_number_of_a_voided_invoice_is_used_for_good(voided: Shop) -> None:
    set_options(voided.services, voided.connection_id, {"taken_number": "allow"})
    mark = voided.mark()

    voided.send("invoice.created", an_invoice(version=3))
    voided.work()

    error = voided.events("INV-1")[-1]["data"]["error"]
    assert (error["code"], "USD, voided has" in error["explanation"]) == ("number_used", True)
    assert voided.calls(mark) == {"write:Invoices": 1, "read:Invoices": 1}


def test_an_invoice_whose_number_is_used_is_numbered_by_xero(voided: Shop) -> None:
    voided.send("invoice.created", an_invoice(version=3))
    voided.work()

    set_options(voided.services, voided.connection_id, {"numbering": "books"})
    voided.work()

    assert voided.states()["INV-1"] == "synced"
    assert [one["Status"] for one in voided.books("Invoice")] == ["VOIDED", "AUTHORISED"]


def test_two_items_with_one_code_are_told_apart_at_once(shop: Shop) -> None:
    for record_id in ("ITM-1", "ITM-2"):
        shop.send("item.created", an_item(record_id, sku="PSK-40"))

    shop.work()

    assert sorted(shop.states().values()) == ["failed", "synced"]
    assert len([one for one in shop.books("Item") if one["Code"] == "PSK-40"]) == 1


def test_a_changed_exchange_rate_arrives(abroad: Shop) -> None:
    abroad.send("invoice.updated", an_invoice(currency="EUR", exchange_rate="1.25"))

    abroad.work()

    assert [one["CurrencyRate"] for one in abroad.books("Invoice")] == [0.8]


def test_a_rate_that_others_changed_is_not_overwritten(abroad: Shop) -> None:
    enter(abroad, "Invoice", InvoiceID=abroad.link("INV-1").ref, CurrencyRate=0.75)

    abroad.send("invoice.updated", an_invoice(currency="EUR", exchange_rate="1.10", memo="New"))
    abroad.work()

    assert abroad.states()["INV-1"] == "conflict"
    assert [one["CurrencyRate"] for one in abroad.books("Invoice")] == [0.75]


def test_a_payment_that_others_took_out_is_not_made_anew(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.send("payment.recorded", a_payment())
    books.work()
    enter(books, "Payment", "delete", PaymentID=books.link("PAY-1").ref)

    books.send("payment.recorded", a_payment(amount="70.00"))
    books.work()

    assert books.link("PAY-1").error_code == "gone_in_books"
    assert [one["Status"] for one in books.books("Payment")] == ["DELETED"]
