"""The order of writes, and which version of a record is written (design 3, 4)."""

from concurrent.futures import Future

from tests.builders import (
    a_customer,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from tests.integration.meddling import until
from tests.integration.workshop import OpenShop, Shop
from worker.sync import mapping

CREATED = (
    ("invoice.created", an_invoice()),
    ("expense.saved", an_expense()),
    ("item.created", an_item()),
    ("vendor.created", a_vendor()),
    ("customer.created", a_customer()),
)


def test_parties_go_before_items_and_items_before_documents(shop: Shop) -> None:
    shop.take(*(shop.event(type_, data) for type_, data in CREATED))

    shop.work()

    assert set(shop.states().values()) == {"synced"}
    ranks = {"customer": 1, "vendor": 1, "item": 2, "invoice": 3, "journalentry": 3, "batch": 3}
    sent = [ranks[row.endpoint] for row in shop.submissions()]
    assert sent == sorted(sent)


def test_what_becomes_unusable_goes_last(books: Shop) -> None:
    books.take(
        books.event("customer.archived", {"id": "CUS-1"}),
        books.event("item.archived", {"id": "ITM-1"}),
        books.event("invoice.created", an_invoice()),
    )

    books.work()

    assert [row.endpoint for row in books.submissions()[2:]] == ["invoice", "item", "customer"]


def test_a_document_waits_for_party_and_item(shop: Shop) -> None:
    shop.send("invoice.created", an_invoice())
    shop.work()
    assert set(shop.link("INV-1").waiting_on) == {"customer:CUS-1", "item:ITM-1"}

    shop.send("item.created", an_item())
    shop.work()
    assert shop.link("INV-1").waiting_on == ["customer:CUS-1"]

    shop.send("customer.created", a_customer())
    shop.work()
    assert shop.states()["INV-1"] == "synced"


def test_nothing_is_written_before_the_first_pulls(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.simulator.fault("server_error", "read", times=None)
    shop.send("customer.created", a_customer())

    for _ in range(3):
        shop.drive()
        shop.later(minutes=2)

    assert (shop.states(), shop.submissions()) == ({"CUS-1": "due"}, [])
    shop.simulator.heal()
    shop.work()
    assert shop.states() == {"CUS-1": "synced"}


def test_only_the_newest_of_what_came_meanwhile_is_written(books: Shop) -> None:
    writing = write_slowly(books)
    for memo in ("second", "third", "fourth"):
        books.send("invoice.updated", an_invoice(memo=memo))
    writing.result(5)

    books.work()

    [invoice] = books.marked("Invoice", "INV-1")
    assert (invoice["CustomerMemo"]["value"], invoice["SyncToken"]) == ("fourth", "1")
    assert books.told("INV-1") == ["record.synced", "record.synced"]


def test_there_and_back_again_is_three_writes(shop: Shop) -> None:
    for name in ("Harbor", "Haven", "Harbor"):
        shop.send("customer.updated", a_customer(name=name))
        shop.work()

    [customer] = shop.marked("Customer", "CUS-1")
    assert (customer["DisplayName"], customer["SyncToken"]) == ("Harbor", "2")
    assert len({row.key for row in shop.submissions()}) == 3


def test_a_removal_that_comes_during_the_create_follows_it(books: Shop) -> None:
    writing = write_slowly(books)
    books.send("invoice.voided", {"id": "INV-1"})
    writing.result(5)

    books.work()

    operations = [event["data"]["operation"] for event in books.events("INV-1")]
    assert operations == ["created", "removed"]
    [invoice] = books.marked("Invoice", "INV-1")
    assert float(invoice["TotalAmt"]) == 0


def test_a_record_removed_before_it_was_sent_never_is(shop: Shop) -> None:
    shop.send("customer.created", a_customer())
    shop.send("customer.archived", {"id": "CUS-1"})

    shop.work()

    assert (shop.states(), shop.submissions()) == ({"CUS-1": "skipped"}, [])


def test_a_record_comes_back_after_its_removal(books: Shop) -> None:
    books.send("customer.archived", {"id": "CUS-1"})
    books.work()

    books.send("customer.updated", a_customer())
    books.work()

    [customer] = books.marked("Customer", "CUS-1")
    assert (customer["Active"], books.states()["CUS-1"]) == (True, "synced")


def test_the_states_of_a_record_are_told_in_order(unmapped: Shop) -> None:
    unmapped.send("item.created", an_item())
    unmapped.work()
    mapping.set_mapping(unmapped.services, unmapped.connection_id, {"income": "4000"})
    unmapped.work()
    unmapped.send("item.updated", an_item(sales_price="96.00"))
    unmapped.work()
    unmapped.send("item.archived", {"id": "ITM-1"})
    unmapped.work()

    told = [(e["type"], e["data"].get("operation")) for e in unmapped.events("ITM-1")]
    assert told == [
        ("accounting.record.waiting", None),
        ("accounting.record.synced", "created"),
        ("accounting.record.synced", "updated"),
        ("accounting.record.synced", "removed"),
    ]


def test_the_opening_stock_is_that_of_the_earliest_count(shop: Shop) -> None:
    shop.send("item.created", a_stock_item(as_of="2026-06-30", quantity_on_hand="7", version=3))
    shop.send("item.updated", a_stock_item(as_of="2026-01-01", quantity_on_hand="40", version=1))
    shop.work()

    [item] = [one for one in shop.books("Item") if one["Name"] == "Technician hour ITM-S"]
    assert (item["InvStartDate"], float(item["QtyOnHand"])) == ("2026-01-01", 40)


def write_slowly(shop: Shop) -> "Future[None]":
    """A driver that is writing INV-1: the books have it, the answer takes a while."""
    before = shop.simulator.stat("singles")
    shop.simulator.fault("delay", seconds=0.5)
    shop.send("invoice.created", an_invoice())
    driving = shop.driving()
    until(lambda: shop.simulator.stat("singles") > before)
    return driving
