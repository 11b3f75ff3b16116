"""Others' changes that meet writes of ours, and what no release before this one remembered."""

from typing import Any

import pytest

from tests.builders import a_customer, an_item
from tests.integration.pull.editing import PHONE, edit, pull, told
from tests.integration.workshop import OpenShop, Shop
from worker.providers.port import Resource
from worker.store import connections as rows
from worker.store.runs import Mode
from worker.sync import changes, connections
from worker.sync.tell import Origin


def test_our_write_without_an_answer_is_not_taken_for_somebody_elses(books: Shop) -> None:
    books.simulator.fault("lost_answer", times=1)
    books.send("customer.updated", a_customer(phone="1"))
    connections.ask(books.services, books.connection_id, Resource.PAYMENTS)

    books.work()
    pull(books)

    assert told(books) == []
    assert books.states()["CUS-1"] == "synced"


def test_a_change_that_met_our_write_is_told_after_it_is_settled(books: Shop) -> None:
    books.run("UPDATE links SET state = 'sent' WHERE connection_id = :c AND record_id = 'CUS-1'")
    edit(books, PrimaryPhone=PHONE)
    pull(books)
    assert told(books) == []

    books.run("UPDATE links SET state = 'synced' WHERE connection_id = :c AND record_id = 'CUS-1'")
    pull(books)

    assert [one["changed"] for one in told(books)] == [["phone"]]


def test_a_page_that_was_read_before_our_write_does_not_undo_it(books: Shop) -> None:
    page, read_at = page_now(books)
    books.send("customer.updated", a_customer(phone="1"))
    books.work()

    keep(books, page, read_at)
    pull(books)

    assert told(books) == []
    books.send("customer.updated", a_customer(phone="2"))
    books.work()
    assert books.states()["CUS-1"] == "synced"


def page_now(shop: Shop) -> Any:  # noqa: ANN401
    """All customers as they are, and when they were read."""
    ledger = shop.services.ledgers["quickbooks"]
    row = shop.row()
    token = shop.services.cipher.open(row.access_token or b"")
    read_at = shop.all("SELECT clock_timestamp() AS now")[0].now
    return ledger.open(row, token).page(Resource.CUSTOMERS, None, None).records, read_at


def keep(shop: Shop, found: Any, read_at: Any) -> None:  # noqa: ANN401
    """A page arrives, however late."""
    with shop.begin() as session:
        row = rows.lock(session, shop.connection_id)
        changes.keep(session, row, found, read_at, Origin())


# What came before three-way comparison


def test_what_an_older_release_wrote_is_agreed_on_when_it_is_seen(books: Shop) -> None:
    as_before(books)

    pull(books, Resource.CUSTOMERS, Mode.FULL)
    edit(books, PrimaryPhone=PHONE)
    pull(books)

    assert [one["changed"] for one in told(books)] == [["phone"]]
    assert books.link("CUS-1").base is not None


def test_what_others_changed_before_is_told_and_not_overwritten(books: Shop) -> None:
    as_before(books)
    edit(books, PrimaryPhone=PHONE)

    pull(books, Resource.CUSTOMERS, Mode.FULL)
    books.send("customer.updated", a_customer(phone="1"))
    books.work()

    assert [one["changed"] for one in told(books)] == [["phone"]]
    assert books.states()["CUS-1"] == "conflict"
    assert books.marked("Customer", "CUS-1")[0]["PrimaryPhone"] == PHONE


def as_before(shop: Shop) -> None:
    """Nothing is known of the fields, as after the migration."""
    shop.run("UPDATE links SET base = NULL WHERE connection_id = :c")
    shop.run("DELETE FROM ledger_records WHERE connection_id = :c AND fields <> '{}'")


@pytest.mark.parametrize("resource", [Resource.CUSTOMERS, Resource.VENDORS, Resource.ITEMS])
def test_nothing_is_written_before_parties_and_items_are_in(
    open_shop: OpenShop, resource: Resource
) -> None:
    shop = open_shop()
    shop.send("customer.created", a_customer())
    shop.run(
        "UPDATE runs SET next_attempt_at = now() + interval '1 hour'"
        " WHERE connection_id = :c AND resource = :r",
        r=resource.value,
    )
    shop.drive()
    assert shop.states() == {"CUS-1": "due"}

    shop.later(hours=1)
    shop.work()

    assert shop.states() == {"CUS-1": "synced"}


def test_a_connection_of_an_older_release_pulls_what_it_never_had(books: Shop) -> None:
    books.run("DELETE FROM feeds WHERE connection_id = :c AND resource = 'vendors'")

    books.send("item.updated", an_item(sales_price="96.00"))
    books.work()

    assert books.states()["ITM-1"] == "synced"
    done = "SELECT FROM runs WHERE connection_id = :c AND resource = 'vendors' AND state = 'done'"
    assert len(books.all(done)) == 2
