"""The CMMS takes over what it is told and publishes it: nothing goes back and forth."""

from typing import Any

from tests.builders import a_customer, an_item
from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.sync import connections


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


class Cmms:
    """A CMMS that takes over what it is told, and publishes what it holds."""

    def __init__(self, shop: Shop, record: dict[str, Any], kind: str = "customer") -> None:
        self.shop = shop
        self.kind = kind
        self.record = record
        self._heard = len(shop.events(record["id"]))

    def change(self, **fields: object) -> None:
        self.record |= fields
        self._publish()

    def listen(self) -> None:
        """Every record that was told to be another is taken over and published again."""
        events = self.shop.events(self.record["id"])
        fresh, self._heard = events[self._heard :], len(events)
        for event in fresh:
            if event["type"] == "accounting.record.changed":
                self.record = event["data"]["record"]
                self._publish()

    def _publish(self) -> None:
        self.shop.send(f"{self.kind}.updated", self.record)
        self.shop.work()


def written(shop: Shop, kind: str, record_id: str) -> int:
    """How often a record has been written in the books, by whomever."""
    found = [one for one in shop.books(kind) if one["Id"] == shop.link(record_id).ref]
    return int(found[0]["SyncToken"])


def test_fifty_changes_on_alternating_sides_are_fifty_writes(books: Shop) -> None:
    cmms, ref = Cmms(books, a_customer()), books.link("CUS-1").ref
    before = written(books, "Customer", "CUS-1"), len(books.submissions())

    for turn in range(25):
        cmms.change(email=f"cmms-{turn}@harbor.example")
        phone = {"FreeFormNumber": f"+1 503 555 {turn:04}"}
        books.enter("Customer", "update", Id=ref, PrimaryPhone=phone)
        pull(books)
        cmms.listen()

    assert written(books, "Customer", "CUS-1") - before[0] == 50
    assert len(books.submissions()) - before[1] == 25
    assert (cmms.record["phone"], cmms.record["email"]) == (
        "+1 503 555 0024",
        "cmms-24@harbor.example",
    )


def test_the_same_field_may_change_hands_for_ever(books: Shop) -> None:
    cmms, ref = Cmms(books, a_customer()), books.link("CUS-1").ref

    for turn in range(5):
        cmms.change(phone=f"cmms {turn}")
        phone = {"FreeFormNumber": f"books {turn}"}
        books.enter("Customer", "update", Id=ref, PrimaryPhone=phone)
        pull(books)
        cmms.listen()

    assert books.states()["CUS-1"] == "synced"
    assert len(books.submissions()) == 2 + 5
    assert cmms.record["phone"] == "books 4"


def test_changes_in_the_books_alone_write_nothing(books: Shop) -> None:
    cmms, before = Cmms(books, an_item(), "item"), len(books.submissions())
    ref = books.link("ITM-1").ref

    for turn in range(5):
        name, price = f"Technician: hour {turn}".replace(":", ""), 90 + turn
        books.enter("Item", "update", Id=ref, Name=name, UnitPrice=price, Taxable=turn % 2 == 0)
        pull(books)
        cmms.listen()

    assert len(books.submissions()) == before
    assert (cmms.record["name"], cmms.record["sales_price"]) == ("Technician hour 4", "94")
