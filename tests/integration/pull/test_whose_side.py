"""One record in two hands: archived here and changed there, renamed while it is created;
nothing is overwritten unsaid, and nothing is told that is our own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer, an_invoice, an_item
from tests.integration.match.scenes import discovered, glance, pull
from tests.integration.workshop import Shop
from worker.policies import Conflict
from worker.providers.port import Resource
from worker.store import records
from worker.sync import conflicts
from worker.sync.matching import Where

PHONE = {"FreeFormNumber": "+1 503 555 0199"}
HOTEL = a_customer()["name"]


def edit(shop: Shop, **fields: object) -> None:
    """A bookkeeper changes CUS-1 in the books."""
    shop.enter("Customer", "update", Id=shop.link("CUS-1").ref, **fields)


def look(shop: Shop) -> None:
    pull(shop, Resource.PAYMENTS)


def save(shop: Shop, type_: str = "updated", **fields: Any) -> None:  # noqa: ANN401
    """The CMMS changes CUS-1."""
    shop.send(f"customer.{type_}", a_customer(**fields) if type_ == "updated" else {"id": "CUS-1"})
    shop.work()


def held(shop: Shop) -> dict[str, Any]:
    return next(c for c in shop.books("Customer") if c["Id"] == shop.link("CUS-1").ref)


def told(shop: Shop) -> list[list[str]]:
    """The fields of CUS-1 that the CMMS was told to be others in the books."""
    events = [one for one in shop.events("CUS-1") if one["type"].endswith("record.changed")]
    return [event["data"]["changed"] for event in events]


@pytest.fixture(params=["pulled", "unseen"])
def seen(request: pytest.FixtureRequest) -> bool:
    """Whether we know what a bookkeeper did, or meet it with our next write."""
    return bool(request.param == "pulled")


def test_archiving_goes_through_whatever_was_changed(books: Shop, seen: bool) -> None:  # noqa: FBT001
    edit(books, PrimaryPhone=PHONE)
    if seen:
        look(books)

    save(books, "archived")

    assert (books.states()["CUS-1"], held(books)["Active"]) == ("synced", False)
    assert told(books) == [["phone"]]


def test_what_was_deactivated_is_not_revived_by_another_change(books: Shop, seen: bool) -> None:  # noqa: FBT001
    edit(books, Active=False)
    if seen:
        look(books)

    save(books, phone="1")

    assert (books.states()["CUS-1"], held(books)["Active"]) == ("conflict", False)
    fields = books.events("CUS-1")[-1]["data"]["fields"]
    assert fields == {"active": {"cmms": "true", "books": "false", "before": "true"}}
    assert told(books) == [["active"]]


def test_a_person_revives_it_with_the_change(books: Shop, seen: bool) -> None:  # noqa: FBT001
    edit(books, Active=False)
    if seen:
        look(books)
    save(books, phone="1")

    where = Where(tenant=books.tenant)
    conflicts.resolve(books.services, where, Kind.CUSTOMER, "CUS-1", Conflict.CMMS)
    books.work()

    customer = held(books)
    assert (customer["Active"], customer["DisplayName"]) == (True, HOTEL)
    assert (customer["PrimaryPhone"]["FreeFormNumber"], books.states()["CUS-1"]) == ("1", "synced")


def test_the_change_follows_when_the_books_revive_it(books: Shop) -> None:
    edit(books, Active=False)
    look(books)
    save(books, phone="1")

    edit(books, Active=True, DisplayName=HOTEL)
    look(books)

    assert books.states()["CUS-1"] == "synced"
    assert held(books)["PrimaryPhone"]["FreeFormNumber"] == "1"


def test_what_is_inactive_on_both_sides_can_still_be_changed(books: Shop) -> None:
    save(books, active=False)

    save(books, active=False, phone="1")

    assert (books.states()["CUS-1"], held(books)["Active"]) == ("synced", False)
    assert held(books)["PrimaryPhone"]["FreeFormNumber"] == "1"


def test_what_others_changed_while_archived_is_not_overwritten(books: Shop, seen: bool) -> None:  # noqa: FBT001
    save(books, "archived")
    edit(books, Active=False, PrimaryPhone=PHONE)
    if seen:
        look(books)

    save(books, notes="Ring first")

    customer = held(books)
    assert (customer["Active"], customer["PrimaryPhone"]) == (True, PHONE)
    assert told(books) == [["phone"]]


def test_what_the_books_revived_is_told_and_archived_again(books: Shop) -> None:
    save(books, "archived")
    edit(books, Active=True, DisplayName=HOTEL)
    look(books)
    assert told(books) == [["active"]]

    save(books, "archived")

    assert not held(books)["Active"]


def test_what_the_books_revived_can_be_named_again(books: Shop) -> None:
    save(books, "archived")
    books.send("invoice.created", an_invoice())
    books.work()
    assert books.states()["INV-1"] == "waiting"

    edit(books, Active=True, DisplayName=HOTEL)
    look(books)

    assert books.states()["INV-1"] == "synced"


def test_our_own_older_write_is_no_news_beside_a_newer_version(books: Shop) -> None:
    books.send("customer.updated", a_customer(phone="1"))
    books.simulator.fault("lost_answer")
    books.drive()
    books.simulator.heal()
    books.later(hours=30)  # too late to be repeated: it is looked up

    save(books, phone="2")

    assert (told(books), held(books)["PrimaryPhone"]["FreeFormNumber"]) == ([], "2")


def test_others_change_beside_it_is_told(books: Shop) -> None:
    books.send("customer.updated", a_customer(phone="1"))
    books.simulator.fault("lost_answer")
    books.drive()
    books.simulator.heal()
    edit(books, PrimaryEmailAddr={"Address": "desk@harbor.example"})
    books.later(hours=30)

    save(books, phone="2")

    assert told(books) == [["email"]]
    assert held(books)["PrimaryPhone"]["FreeFormNumber"] == "2"


def test_an_item_renamed_while_it_is_created_is_not_discovered(shop: Shop) -> None:
    shop.send("item.created", an_item(name="First name"))
    shop.simulator.fault("lost_answer")
    shop.drive()
    shop.simulator.heal()

    shop.send("item.updated", an_item(name="Second name"))
    glance(shop, Resource.ITEMS)
    shop.work()

    assert (discovered(shop), shop.states()) == ({}, {"ITM-1": "synced"})


def test_a_decision_is_not_for_what_the_books_say_later(books: Shop) -> None:
    edit(books, PrimaryPhone=PHONE)
    look(books)
    save(books, phone="1")
    where = Where(tenant=books.tenant)
    conflicts.resolve(books.services, where, Kind.CUSTOMER, "CUS-1", Conflict.CMMS)

    edit(books, PrimaryPhone={"FreeFormNumber": "777"})
    look(books)

    assert books.states()["CUS-1"] == "conflict"
    assert held(books)["PrimaryPhone"]["FreeFormNumber"] == "777"


def test_what_was_taken_for_gone_and_is_there_is_told(books: Shop) -> None:
    with books.begin() as session:
        records.retire(session, books.connection_id, [("customer", books.link("CUS-1").ref)])

    look(books)

    assert told(books) == [["active"]]


@pytest.mark.parametrize("resource", [Resource.PAYMENTS, Resource.CUSTOMERS])
def test_what_went_during_a_long_pause_is_told(books: Shop, resource: Resource) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    look(books)
    books.run("UPDATE feeds SET cursor = :t WHERE connection_id = :c", t=long_ago.isoformat())
    # Merged away a month ago: nothing of the books tells of it any more.
    books.run("""UPDATE ledger_records SET ref = '9999' WHERE connection_id = :c
                 AND ref = (SELECT ref FROM links WHERE record_id = 'CUS-1')""")
    books.run("UPDATE links SET ref = '9999' WHERE record_id = 'CUS-1'")

    pull(books, resource)

    assert told(books) == [["active"]]
