"""Customers, vendors and items that others changed in the books: told once, and never written."""

import json
from typing import Any

import pytest

from tests.builders import a_customer, a_vendor, an_invoice, an_item
from tests.integration.workshop import OpenShop, Shop
from worker.providers.port import Resource
from worker.store import agreements
from worker.store import connections as rows
from worker.store.runs import Mode
from worker.sync import changes, connections
from worker.sync.tell import Origin

PHONE = {"FreeFormNumber": "+1 503 555 0199"}


def pull(shop: Shop, resource: Resource = Resource.PAYMENTS, mode: Mode = Mode.CHANGES) -> None:
    connections.ask(shop.services, shop.connection_id, resource, mode)
    shop.work()


def edit(shop: Shop, record_id: str = "CUS-1", kind: str = "Customer", **fields: Any) -> None:  # noqa: ANN401
    shop.enter(kind, "update", Id=shop.link(record_id).ref, **fields)


def told(shop: Shop, record_id: str = "CUS-1") -> list[dict[str, Any]]:
    """What the CMMS was told to be different in the books."""
    found = shop.events(record_id)
    return [one["data"] for one in found if one["type"] == "accounting.record.changed"]


def test_a_change_is_told_with_the_record_and_its_fields(books: Shop) -> None:
    edit(books, PrimaryPhone=PHONE)

    pull(books)

    [one] = told(books)
    assert (one["ref"], one["changed"]) == (books.link("CUS-1").ref, ["phone"])
    assert one["record"] == a_customer(phone=PHONE["FreeFormNumber"], active=True)


def test_it_is_told_once(books: Shop) -> None:
    edit(books, PrimaryPhone=PHONE)

    for _ in range(2):
        pull(books)
    pull(books, Resource.CUSTOMERS, Mode.FULL)

    assert len(told(books)) == 1


def test_our_own_writes_are_no_news(books: Shop) -> None:
    books.send("customer.updated", a_customer(phone="1"))
    books.work()

    pull(books)
    pull(books, Resource.CUSTOMERS, Mode.FULL)

    assert told(books) == []
    assert books.states() == {"CUS-1": "synced", "ITM-1": "synced"}


def test_what_we_do_not_map_is_no_news(books: Shop) -> None:
    edit(books, PreferredDeliveryMethod="Email")

    pull(books)

    assert told(books) == []


def test_the_next_change_of_the_cmms_needs_no_look(books: Shop) -> None:
    edit(books, PrimaryPhone=PHONE)
    pull(books)
    reads = books.simulator.stat("queries")

    books.send("customer.updated", a_customer(email="new@harbor.example"))
    books.work()

    [customer] = books.marked("Customer", "CUS-1")
    assert (customer["PrimaryPhone"], books.states()["CUS-1"]) == (PHONE, "synced")
    assert books.simulator.stat("queries") == reads


def test_what_the_cmms_takes_over_is_not_written_back(books: Shop) -> None:
    edit(books, PrimaryPhone=PHONE)
    pull(books)
    written = len(books.submissions())

    books.send("customer.updated", told(books)[0]["record"])
    books.work()

    assert len(books.submissions()) == written
    assert books.events("CUS-1")[-1]["data"]["operation"] == "unchanged"


def test_an_items_price_is_told_and_its_quantity_is_not(books: Shop) -> None:
    edit(books, "ITM-1", "Item", UnitPrice=99.5)

    pull(books)

    [one] = told(books, "ITM-1")
    assert (one["changed"], one["record"]["sales_price"]) == (["sales_price"], "99.5")


def test_an_inactive_customer_is_told_and_comes_back(books: Shop) -> None:
    edit(books, Active=False)
    pull(books)
    edit(books, Active=True, DisplayName="Harbor Hotel CUS-1")
    pull(books)

    assert [one["changed"] for one in told(books)] == [["active"], ["active"]]
    assert told(books)[0]["record"]["active"] is False


def test_what_waited_for_an_inactive_customer_goes_on_when_it_is_back(books: Shop) -> None:
    edit(books, Active=False)
    books.send("invoice.created", an_invoice())
    books.work()
    assert books.states()["INV-1"] == "waiting"

    edit(books, Active=True)
    pull(books)

    assert books.states()["INV-1"] == "synced"


def test_a_record_that_vanished_is_told_as_inactive(books: Shop) -> None:
    books.run(
        "UPDATE ledger_records SET ref = '99999' WHERE connection_id = :c AND ref = :r",
        r=books.link("CUS-1").ref,
    )
    books.run("UPDATE links SET ref = '99999' WHERE connection_id = :c AND record_id = 'CUS-1'")

    pull(books, Resource.CUSTOMERS, Mode.FULL)

    assert [(one["changed"], one["record"]["active"]) for one in told(books)] == [
        (["active"], False)
    ]


def test_counts_tell_changes_from_what_stayed(books: Shop) -> None:
    edit(books, PrimaryPhone=PHONE)

    pull(books, Resource.CUSTOMERS)

    [run] = books.all("SELECT counts FROM runs WHERE connection_id = :c ORDER BY id DESC LIMIT 1")
    assert (run.counts["changed"], run.counts["created"]) == (1, 0)
    assert run.counts["unchanged"] == run.counts["read"] - 1


# Fields that the books show otherwise than they were sent


def test_a_masked_tax_number_is_sent_again_only_where_it_changed(shop: Shop) -> None:
    shop.send("vendor.created", a_vendor(tax_number="12-3456789"))
    shop.work()
    shop.send("vendor.updated", a_vendor(tax_number="12-3456789", phone="1"))
    shop.work()
    shop.send("vendor.updated", a_vendor(tax_number="98-7654321", phone="1"))
    shop.work()

    bodies = [json.loads(one.body).keys() - {"Id", "SyncToken", "sparse"} for one in sent(shop)]
    assert bodies[1:] == [{"PrimaryPhone"}, {"TaxIdentifier"}]


def test_what_was_sent_is_remembered_beside_what_they_made_of_it(books: Shop) -> None:
    link = books.link("CUS-1")
    answered = {"PrimaryPhone": '"(1) 1"', "~PrimaryPhone": '"11"'}

    with books.begin() as session:
        agreements.agree(session, link.id, answered, ["PrimaryPhone"])
    assert books.link("CUS-1").base == link.base | answered

    with books.begin() as session:
        agreements.agree(session, link.id, {"PrimaryPhone": '"12"'}, ["PrimaryPhone"])
    assert books.link("CUS-1").base == link.base | {"PrimaryPhone": '"12"'}


def sent(shop: Shop) -> list[Any]:
    return [one for one in shop.submissions() if one.endpoint == "vendor"]


# A suffix that we gave a name


def test_a_name_with_our_suffix_is_told_as_the_cmms_knows_it(shop: Shop) -> None:
    shop.enter("Vendor", DisplayName="Harbor Hotel CUS-1")
    shop.send("customer.created", a_customer())
    shop.work()
    assert shop.link("CUS-1").alias == " (C)"

    edit(shop, DisplayName="Harbor Inn (C)")
    pull(shop)

    assert told(shop)[0]["record"]["name"] == "Harbor Inn"
    assert shop.link("CUS-1").alias == " (C)"


def test_a_name_without_our_suffix_ends_it(shop: Shop) -> None:
    shop.enter("Vendor", DisplayName="Harbor Hotel CUS-1")
    shop.send("customer.created", a_customer())
    shop.work()

    edit(shop, DisplayName="Harbor Inn")
    pull(shop)
    written = len(shop.submissions())
    shop.send("customer.updated", told(shop)[0]["record"])
    shop.work()

    assert (told(shop)[0]["record"]["name"], shop.link("CUS-1").alias) == ("Harbor Inn", None)
    assert len(shop.submissions()) == written


# Races


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
