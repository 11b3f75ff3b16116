"""Stale tokens and taken names: look in the books, then decide (design 5.6, 5.8)."""

from collections.abc import Mapping, Sequence

import pytest

from tests.builders import a_customer, a_vendor, an_invoice, an_item
from tests.counting import Counting
from tests.integration.workshop import Altered, Shop, with_books
from worker.errors import Unexplained
from worker.providers.port import Books, Found, Sought
from worker.store import connections as rows
from worker.store import stuck


@pytest.fixture
def invoiced(books: Shop) -> Shop:
    """INV-1 is in the books too."""
    books.send("invoice.created", an_invoice())
    books.work()
    return books


def test_a_stale_token_of_our_own_doing_is_a_success(invoiced: Shop) -> None:
    [invoice] = invoiced.marked("Invoice", "INV-1")
    memo = {"value": "second"}
    invoiced.enter("Invoice", "update", Id=invoice["Id"], CustomerMemo=memo)

    invoiced.send("invoice.updated", an_invoice(memo="second"))
    invoiced.work()

    assert invoiced.states()["INV-1"] == "synced"
    assert invoiced.marked("Invoice", "INV-1")[0]["SyncToken"] == "1"


def test_a_stale_token_of_an_untouched_record_is_sent_once_more(invoiced: Shop) -> None:
    [invoice] = invoiced.marked("Invoice", "INV-1")
    invoiced.enter("Invoice", "update", Id=invoice["Id"], ShipDate="2026-10-05")

    invoiced.send("invoice.updated", an_invoice(memo="second"))
    invoiced.work()

    [invoice] = invoiced.marked("Invoice", "INV-1")
    assert (invoice["CustomerMemo"]["value"], invoice["SyncToken"]) == ("second", "2")
    assert len(invoiced.submissions()) == 5


def test_a_record_that_others_changed_is_a_conflict(invoiced: Shop) -> None:
    [invoice] = invoiced.marked("Invoice", "INV-1")
    invoiced.enter("Invoice", "update", Id=invoice["Id"], CustomerMemo={"value": "theirs"})

    invoiced.send("invoice.updated", an_invoice(memo="ours"))
    invoiced.work()

    told = invoiced.events("INV-1")[-1]
    assert (invoiced.states()["INV-1"], told["type"]) == ("conflict", "accounting.record.conflict")
    assert invoiced.marked("Invoice", "INV-1")[0]["CustomerMemo"]["value"] == "theirs"
    assert {"cmms": "ours", "books": "theirs"} in told["data"]["fields"].values()


def test_a_later_version_does_not_end_a_conflict(invoiced: Shop) -> None:
    [invoice] = invoiced.marked("Invoice", "INV-1")
    invoiced.enter("Invoice", "update", Id=invoice["Id"], CustomerMemo={"value": "theirs"})
    invoiced.send("invoice.updated", an_invoice(memo="ours"))
    invoiced.work()

    invoiced.send("invoice.updated", an_invoice(memo="ours again"))
    invoiced.work()

    assert invoiced.states()["INV-1"] == "conflict"


def test_an_exact_namesake_is_adopted(shop: Shop, counting: Counting) -> None:
    customer = a_customer(name="Harbor Hotel")
    there = shop.enter(
        "Customer", DisplayName="Harbor Hotel", PrimaryEmailAddr={"Address": customer["email"]}
    )

    shop.send("customer.created", customer)
    shop.work()

    assert (shop.states()["CUS-1"], shop.link("CUS-1").ref) == ("synced", there["Id"])
    assert shop.events("CUS-1")[-1]["data"]["operation"] == "linked"
    named = [one for one in shop.books("Customer") if one["DisplayName"] == "Harbor Hotel"]
    assert [one["Id"] for one in named] == [there["Id"]]
    assert counting.of("books_duplicates_prevented_total", mechanism="adoption") == 1


def test_what_an_adopted_namesake_holds_is_not_overwritten(shop: Shop) -> None:
    phone, mobile = {"FreeFormNumber": "555 0100"}, {"FreeFormNumber": "555 0101"}
    there = shop.enter("Customer", DisplayName="Harbor Hotel", PrimaryPhone=phone, Mobile=mobile)

    shop.send(
        "customer.created", a_customer(name="Harbor Hotel", mobile="555 0101", notes="Net 30")
    )
    shop.work()

    [adopted] = [one for one in shop.books("Customer") if one["Id"] == there["Id"]]
    assert (adopted["PrimaryPhone"], adopted["Mobile"]) == (phone, mobile)
    assert (shop.states()["CUS-1"], adopted["Notes"].startswith("Net 30")) == ("synced", True)
    assert shop.told("CUS-1") == ["record.changed", "record.synced"]


def test_a_namesake_that_differs_is_for_a_person(shop: Shop) -> None:
    shop.enter(
        "Customer", DisplayName="Harbor Hotel", PrimaryEmailAddr={"Address": "other@x.example"}
    )

    shop.send("customer.created", a_customer(name="Harbor Hotel"))
    shop.work()

    assert (shop.states()["CUS-1"], shop.link("CUS-1").error_code) == ("failed", "duplicate_name")


def test_a_namesake_that_is_linked_already_is_never_adopted(shop: Shop) -> None:
    shop.send("customer.created", a_customer("CUS-1", name="Harbor Hotel"))
    shop.work()

    shop.send("customer.created", a_customer("CUS-2", name="Harbor Hotel"))
    shop.work()

    assert shop.states() == {"CUS-1": "synced", "CUS-2": "failed"}
    assert shop.marked("Customer", "CUS-2") == []


def test_a_namesake_with_another_marker_is_never_adopted(shop: Shop) -> None:
    shop.send("customer.created", a_customer("CUS-1", name="Harbor Hotel"))
    shop.work()
    shop.run("UPDATE links SET ref = NULL WHERE connection_id = :c")

    shop.send("customer.created", a_customer("CUS-2", name="Harbor Hotel"))
    shop.work()

    assert shop.states()["CUS-2"] == "failed"


def test_a_name_that_another_kind_has_gets_a_suffix(shop: Shop) -> None:
    shop.enter("Vendor", DisplayName="Northside Bearings")

    shop.send("customer.created", a_customer(name="Northside Bearings"))
    shop.work()

    assert shop.states()["CUS-1"] == "synced"
    assert shop.marked("Customer", "CUS-1")[0]["DisplayName"] == "Northside Bearings (C)"


def test_a_party_on_both_sides_stands_in_the_books_twice(shop: Shop) -> None:
    shop.take(
        shop.event("customer.created", a_customer(name="Northside")),
        shop.event("vendor.created", a_vendor(name="Northside")),
    )
    shop.work()

    names = {
        shop.marked("Customer", "CUS-1")[0]["DisplayName"],
        shop.marked("Vendor", "VEN-1")[0]["DisplayName"],
    }
    assert names in ({"Northside", "Northside (V)"}, {"Northside", "Northside (C)"})


def test_an_unknown_item_is_not_taken_for_an_older_namesake(shop: Shop) -> None:
    shop.send("item.created", an_item())
    shop.simulator.fault("lost_answer", entity="Item")
    shop.drive()

    shop.later(hours=2)
    shop.work()

    assert shop.states()["ITM-1"] == "synced"
    assert [i["Name"] for i in shop.books("Item")].count("Technician hour ITM-1") == 1


def test_two_records_with_our_marker_stop_and_say_so(books: Shop, counting: Counting) -> None:
    books.send("invoice.created", an_invoice())
    books.simulator.fault("lost_answer")
    books.drive()
    copy_invoice(books, "INV-1")

    books.later(hours=2)
    books.work()

    assert (books.states()["INV-1"], books.link("INV-1").error_code) == ("failed", "two_in_books")
    assert [letter.category for letter in books.letters()] == ["defect"]
    assert counting.of("books_submissions_settled_total", how="two_in_books") == 1
    assert counting.of("books_records_failed_total", kind="invoice", category="defect") == 1


@pytest.fixture
def twice(books: Shop) -> Shop:
    """The invoice INV-1 stands in the books twice, with our marker, and is linked to neither."""
    books.send("invoice.created", an_invoice())
    books.simulator.fault("lost_answer")
    books.drive()
    copy_invoice(books, "INV-1")
    books.later(hours=2)
    books.work()
    return books


def test_a_newer_version_of_what_is_there_twice_makes_no_third(twice: Shop) -> None:
    twice.send("invoice.updated", an_invoice(memo="newer"))
    twice.work()

    assert len(twice.marked("Invoice", "INV-1")) == 2
    assert twice.link("INV-1").error_code == "two_in_books"


def test_the_one_that_is_left_is_linked_when_it_is_retried(twice: Shop) -> None:
    one, other = sorted(str(held["Id"]) for held in twice.marked("Invoice", "INV-1"))
    twice.enter("Invoice", "delete", Id=other)
    with twice.begin() as session:
        stuck.retry(session, [twice.link("INV-1").id])
        rows.wake(session, [twice.connection_id])

    twice.work()

    assert (twice.states()["INV-1"], twice.link("INV-1").ref) == ("synced", one)
    assert len(twice.marked("Invoice", "INV-1")) == 1


def test_a_refused_look_is_a_defect_of_that_record_alone(shop: Shop) -> None:
    def find_none_of_one(real: Books) -> object:
        return Altered(real, find=lambda sought: find_but(real, "CUS-1", sought))

    for one in ("CUS-1", "CUS-2"):
        shop.enter("Vendor", DisplayName=f"Harbor {one}")
        shop.send("customer.created", a_customer(one, name=f"Harbor {one}"))
    shop.work(services=with_books(shop.services, find_none_of_one))

    assert shop.states() == {"CUS-1": "failed", "CUS-2": "synced"}
    assert (shop.link("CUS-1").error_code, len(shop.letters())) == ("defect", 1)


def find_but(real: Books, record_id: str, sought: Sequence[Sought]) -> Mapping[int, Found]:
    """A look-up that the books refuse if it asks for this record."""
    if any(one.part.record_id == record_id for one in sought):
        raise Unexplained("HTTP 400: QueryParserError")
    return real.find(sought)


def copy_invoice(shop: Shop, record_id: str) -> None:
    """A person copies an invoice with its note; the company allows a number twice."""
    allowed = {"OtherPrefs": {"WarnDuplicateInvoiceNumber": "false"}}
    shop.simulator.control("PUT", f"companies/{shop.company}/preferences", allowed)
    [first] = shop.marked("Invoice", record_id)
    lines = [one for one in first["Line"] if one["DetailType"] != "SubTotalLineDetail"]
    names = ("CustomerRef", "DocNumber", "TxnDate", "PrivateNote", "TxnTaxDetail")
    copied = {name: first[name] for name in names if name in first}
    shop.enter("Invoice", **copied, Line=lines)
