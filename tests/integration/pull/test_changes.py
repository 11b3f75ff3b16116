"""Customers, vendors and items that others changed in the books: told once, and never written."""

import json
from typing import Any

from tests.builders import a_customer, a_vendor, an_invoice
from tests.integration.pull.editing import PHONE, edit, pull, told
from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.store import agreements
from worker.store.runs import Mode


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
