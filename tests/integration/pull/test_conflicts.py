"""Changed on both sides: held for a person, or decided by the connection's policy."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer, an_invoice
from tests.integration.workshop import Shop
from worker.errors import Misuse
from worker.policies import Conflict
from worker.providers.port import Resource
from worker.sync import conflicts, connections
from worker.sync.matching import Where

PHONE = {"FreeFormNumber": "+1 503 555 0199"}


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


def by_policy(shop: Shop, side: Conflict) -> None:
    shop.change(settings={"policies": {"conflict": side.value}})


def resolve(shop: Shop, side: Conflict, kind: Kind = Kind.CUSTOMER, id_: str = "CUS-1") -> None:
    conflicts.resolve(shop.services, Where(tenant=shop.tenant), kind, id_, side)
    shop.work()


def last(shop: Shop, record_id: str = "CUS-1") -> tuple[str, dict[str, Any]]:
    event = shop.events(record_id)[-1]
    return event["type"].removeprefix("accounting.record."), event["data"]


def customer(shop: Shop) -> dict[str, Any]:
    [found] = shop.marked("Customer", "CUS-1")
    return found


def said(shop: Shop) -> list[list[str]]:
    """The fields of which the CMMS was told that the books have another."""
    told = [e for e in shop.events("CUS-1") if e["type"] == "accounting.record.changed"]
    return [event["data"]["changed"] for event in told]


@pytest.fixture(params=["pulled", "unseen"])
def edited(request: pytest.FixtureRequest, books: Shop) -> Shop:
    """A bookkeeper has changed the phone of CUS-1; we know, or meet it with our next write."""
    books.enter("Customer", "update", Id=books.link("CUS-1").ref, PrimaryPhone=PHONE)
    if request.param == "pulled":
        pull(books)
    return books


def test_a_field_that_both_changed_is_held_with_all_three(edited: Shop) -> None:
    edited.send("customer.updated", a_customer(phone="1", email="new@harbor.example"))
    edited.work()

    kind, data = last(edited)
    assert (kind, data["fields"]) == (
        "conflict",
        {"phone": {"cmms": "1", "books": PHONE["FreeFormNumber"], "before": ""}},
    )
    assert customer(edited)["PrimaryEmailAddr"]["Address"] == "ap@harbor.example"


def test_different_fields_of_both_sides_are_merged(edited: Shop) -> None:
    edited.send("customer.updated", a_customer(email="new@harbor.example"))
    edited.work()

    assert edited.states()["CUS-1"] == "synced"
    assert customer(edited)["PrimaryPhone"] == PHONE
    assert customer(edited)["PrimaryEmailAddr"]["Address"] == "new@harbor.example"
    assert said(edited) == [["phone"]]


def test_by_policy_the_cmms_wins(edited: Shop) -> None:
    by_policy(edited, Conflict.CMMS)

    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()

    assert (edited.states()["CUS-1"], customer(edited)["PrimaryPhone"]) == (
        "synced",
        {"FreeFormNumber": "1"},
    )


def test_by_policy_the_books_win_and_the_cmms_is_told(edited: Shop) -> None:
    by_policy(edited, Conflict.BOOKS)

    edited.send("customer.updated", a_customer(phone="1", email="new@harbor.example"))
    edited.work()

    assert edited.states()["CUS-1"] == "synced"
    assert customer(edited)["PrimaryPhone"] == PHONE
    assert customer(edited)["PrimaryEmailAddr"]["Address"] == "new@harbor.example"
    assert said(edited)[-1] == ["phone"]


def test_the_books_side_stays_until_the_cmms_has_taken_it_over(edited: Shop) -> None:
    by_policy(edited, Conflict.BOOKS)
    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()

    edited.send("customer.updated", a_customer(phone="1", notes="Ring first"))
    edited.work()

    assert customer(edited)["PrimaryPhone"] == PHONE


@pytest.mark.parametrize("side", [Conflict.CMMS, Conflict.BOOKS])
def test_a_person_decides(edited: Shop, side: Conflict) -> None:
    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()
    assert edited.states()["CUS-1"] == "conflict"

    resolve(edited, side)

    phone = {"FreeFormNumber": "1"} if side is Conflict.CMMS else PHONE
    assert (edited.states()["CUS-1"], customer(edited)["PrimaryPhone"]) == ("synced", phone)
    assert (said(edited)[-1:] == [["phone"]]) or side is Conflict.CMMS


def test_a_decision_counts_once(edited: Shop) -> None:
    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()
    resolve(edited, Conflict.CMMS)

    edited.enter("Customer", "update", Id=edited.link("CUS-1").ref, PrimaryPhone=PHONE)
    edited.send("customer.updated", a_customer(phone="2"))
    edited.work()

    assert edited.states()["CUS-1"] == "conflict"


def test_a_version_that_agrees_with_the_books_ends_a_conflict(edited: Shop) -> None:
    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()
    written = len(edited.submissions())

    edited.send("customer.updated", a_customer(phone=PHONE["FreeFormNumber"]))
    edited.work()

    assert (edited.states()["CUS-1"], len(edited.submissions())) == ("synced", written)


def test_a_version_that_does_not_is_a_conflict_again(edited: Shop) -> None:
    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()

    edited.send("customer.updated", a_customer(phone="2"))
    edited.work()

    assert edited.states()["CUS-1"] == "conflict"
    assert last(edited)[1]["fields"]["phone"]["cmms"] == "2"


def test_books_that_change_back_end_a_conflict(edited: Shop) -> None:
    edited.send("customer.updated", a_customer(phone="1"))
    edited.work()

    edited.enter("Customer", "update", Id=edited.link("CUS-1").ref, PrimaryPhone={})
    pull(edited)

    assert (edited.states()["CUS-1"], customer(edited)["PrimaryPhone"]) == (
        "synced",
        {"FreeFormNumber": "1"},
    )


def test_what_is_not_in_conflict_cannot_be_resolved(books: Shop) -> None:
    with pytest.raises(Misuse, match="CUS-1 is not in conflict"):
        resolve(books, Conflict.CMMS)


@pytest.mark.parametrize("fault", ["lost_answer", "reset_before"])
def test_a_write_of_unknown_outcome_that_met_a_change_is_merged(books: Shop, fault: str) -> None:
    """Whether it arrived or not: the books' change was made after it, and is told."""
    books.simulator.fault(fault, times=1)
    books.send("customer.updated", a_customer(email="new@harbor.example"))
    books.drive()
    books.enter("Customer", "update", Id=books.link("CUS-1").ref, PrimaryPhone=PHONE)

    books.later(hours=2)  # too late for the same request again: it is looked up
    books.work()
    pull(books)

    assert (books.states()["CUS-1"], said(books)) == ("synced", [["phone"]])
    assert customer(books)["PrimaryPhone"] == PHONE
    assert customer(books)["PrimaryEmailAddr"]["Address"] == "new@harbor.example"


# Documents


@pytest.fixture
def memo(books: Shop) -> Shop:
    """An invoice whose memo and price a bookkeeper changed, and then the CMMS."""
    books.send("invoice.created", an_invoice())
    books.work()
    [invoice] = books.marked("Invoice", "INV-1")
    line = {k: v for k, v in invoice["Line"][0].items() if k != "Amount"}
    line["SalesItemLineDetail"] = dict(line["SalesItemLineDetail"]) | {"UnitPrice": 90}
    changed = {"CustomerMemo": {"value": "theirs"}, "Line": [line | {"Amount": 90}]}
    books.enter("Invoice", "update", Id=invoice["Id"], **changed)
    return books


def test_a_document_follows_the_cmms_by_policy(memo: Shop) -> None:
    by_policy(memo, Conflict.CMMS)

    memo.send("invoice.updated", an_invoice(memo="ours"))
    memo.work()

    [invoice] = memo.marked("Invoice", "INV-1")
    assert (invoice["CustomerMemo"]["value"], invoice["TotalAmt"]) == ("ours", 100)


def test_a_document_stays_as_the_books_have_it_by_policy(memo: Shop) -> None:
    by_policy(memo, Conflict.BOOKS)

    memo.send("invoice.updated", an_invoice(memo="ours"))
    memo.work()

    link = memo.link("INV-1")
    assert (link.state, link.variance) == ("synced", Decimal(-10))
    assert memo.marked("Invoice", "INV-1")[0]["CustomerMemo"]["value"] == "theirs"


@pytest.mark.parametrize(("side", "kept"), [(Conflict.CMMS, "ours"), (Conflict.BOOKS, "theirs")])
def test_a_person_decides_of_a_document(memo: Shop, side: Conflict, kept: str) -> None:
    memo.send("invoice.updated", an_invoice(memo="ours"))
    memo.work()
    assert memo.states()["INV-1"] == "conflict"

    resolve(memo, side, Kind.INVOICE, "INV-1")

    assert memo.states()["INV-1"] == "synced"
    assert memo.marked("Invoice", "INV-1")[0]["CustomerMemo"]["value"] == kept
