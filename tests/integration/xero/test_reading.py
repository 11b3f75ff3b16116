"""What people do in Xero, and what the CMMS hears of it: contacts, merges, deletions, payments."""

from typing import Any

from tests.builders import a_customer, a_vendor, an_invoice, an_item
from tests.integration.xero.shop import Shop
from worker.providers.port import Resource
from worker.store.runs import Mode
from worker.sync import connections

NAME = "Quayside Inn"


def enter(shop: Shop, kind: str, operation: str = "", **body: object) -> dict[str, Any]:
    """Somebody enters or changes a record in Xero."""
    asked = f"?operation={operation}" if operation else ""
    path = f"companies/{shop.company}/entities/{kind}{asked}"
    return dict(shop.simulator.control("POST", path, body)[kind])


def pull(shop: Shop, resource: Resource, mode: Mode = Mode.CHANGES) -> None:
    connections.ask(shop.services, shop.connection_id, resource, mode)
    shop.work()


def discovered(shop: Shop) -> set[tuple[str, str]]:
    """Kind and name of what the CMMS was told that only the books have."""
    told = [e["data"] for e in shop.events() if e["type"] == "accounting.record.discovered"]
    return {(one["kind"], one["record"]["name"]) for one in told}


def in_books(shop: Shop) -> str:
    """A contact that has no documents yet."""
    return str(enter(shop, "Contact", Name=NAME)["ContactID"])


def sell(shop: Shop, contact: str) -> None:
    """Somebody enters an invoice in Xero."""
    line = {"Description": "Work", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}
    whose, due = {"ContactID": contact}, "2026-12-31"
    enter(shop, "Invoice", Type="ACCREC", Contact=whose, LineItems=[line], DueDate=due)


def test_a_contact_is_told_as_the_customer_that_it_becomes(shop: Shop) -> None:
    contact = in_books(shop)
    pull(shop, Resource.CUSTOMERS)
    before = discovered(shop)
    sell(shop, contact)

    pull(shop, Resource.CUSTOMERS, Mode.FULL)

    assert discovered(shop) - before == {("customer", NAME)}


def test_a_contact_may_be_a_customer_and_a_vendor(shop: Shop) -> None:
    for record, kind in ((a_customer(name=NAME), "customer"), (a_vendor(name=NAME), "vendor")):
        shop.send(f"{kind}.created", record)
        shop.work()

    assert [one["Name"] for one in shop.books("Contact")].count(NAME) == 1
    assert shop.link("CUS-1").ref == shop.link("VEN-1").ref


def test_our_own_writes_are_no_news(books: Shop) -> None:
    told = books.told()

    for resource in (Resource.CUSTOMERS, Resource.ITEMS, Resource.PAYMENTS):
        pull(books, resource, Mode.FULL)

    news = [one for one in books.told()[len(told) :] if not one.startswith("sync.")]
    assert news == []


def test_a_change_in_xero_is_told(books: Shop) -> None:
    phone = {"PhoneType": "DEFAULT", "PhoneNumber": "555 0100"}
    enter(books, "Contact", ContactID=books.link("CUS-1").ref, Phones=[phone])

    pull(books, Resource.CUSTOMERS)

    [told] = [e["data"] for e in books.events("CUS-1") if e["type"].endswith("record.changed")]
    assert (told["changed"], told["record"]["phone"]) == (["phone"], "555 0100")


def test_a_merged_contact_takes_its_customer_along(books: Shop) -> None:
    gone, kept = books.link("CUS-1").ref, in_books(books)
    books.simulator.control(
        "POST", f"companies/{books.company}/merge/Contact", {"from": gone, "into": kept}
    )

    pull(books, Resource.CUSTOMERS)
    books.send("invoice.created", an_invoice())
    books.work()

    [invoice] = books.books("Invoice")
    assert invoice["Contact"]["ContactID"] == books.link("CUS-1").ref == kept


def test_a_deleted_item_is_missed_by_the_daily_look(books: Shop) -> None:
    enter(books, "Item", "delete", ItemID=books.link("ITM-1").ref)
    pull(books, Resource.ITEMS)
    changes = books.told("ITM-1")

    pull(books, Resource.ITEMS, Mode.FULL)

    assert books.told("ITM-1")[len(changes) :] == ["record.changed"]
    assert books.events("ITM-1")[-1]["data"]["record"]["active"] is False


def test_goods_that_only_xero_has_are_told(shop: Shop) -> None:
    enter(shop, "Item", Code="PSK-40", Name="Pump seal kit")

    pull(shop, Resource.ITEMS)

    assert ("item", "Pump seal kit") in discovered(shop)


def test_an_item_with_our_code_is_linked(shop: Shop) -> None:
    item = enter(shop, "Item", Code="PSK-40", Name="Seal kit")
    pull(shop, Resource.ITEMS)

    shop.send("item.created", an_item(sku="PSK-40", type="inventory"))
    shop.work()

    assert shop.link("ITM-1").ref == item["ItemID"]


def test_a_payment_in_xero_is_received_and_taken_back(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.work()
    path = f"companies/{books.company}/pay/{books.link('INV-1').ref}"
    paid = books.simulator.control("POST", path, {})["Payment"]
    pull(books, Resource.PAYMENTS)
    standing = books.link("INV-1").status

    enter(books, "Payment", "delete", PaymentID=paid["PaymentID"])
    pull(books, Resource.PAYMENTS)

    told = [one for one in books.told() if one.startswith("payment.")]
    assert told == ["payment.received", "payment.reversed"]
    assert (standing, books.link("INV-1").status) == ("paid", "open")


def test_an_invoice_that_is_voided_in_xero_is_told_by_the_documents(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.work()
    enter(books, "Invoice", "void", InvoiceID=books.link("INV-1").ref)

    pull(books, Resource.DOCUMENTS)

    assert books.link("INV-1").status == "voided"
