"""A document that was entered in the books by hand, and that a person links to the CMMS's."""

from typing import Any

import pytest

from schemas.kinds import Kind
from tests.builders import an_invoice
from tests.integration.workshop import Shop
from worker.errors import Misuse
from worker.sync import matching
from worker.sync.matching import Where


@pytest.fixture
def taken(books: Shop) -> Shop:
    """The number of INV-1 belongs to an invoice of 90.00 that was entered by hand."""
    by_hand(books)
    books.send("invoice.created", an_invoice())
    books.work()
    assert books.link("INV-1").ref is None
    return books


def by_hand(shop: Shop, **fields: object) -> str:
    """The id of an invoice that a person entered."""
    sales = {"ItemRef": {"value": shop.link("ITM-1").ref}, "TaxCodeRef": {"value": "NON"}}
    line = {"Amount": 90, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": sales}
    customer = {"value": shop.link("CUS-1").ref}
    body: dict[str, Any] = {
        "DocNumber": "N-INV-1",
        "CustomerRef": customer,
        "Line": [line],
    } | fields
    return str(shop.enter("Invoice", **body)["Id"])


def ref_of(shop: Shop) -> str:
    return next(str(one["Id"]) for one in shop.books("Invoice") if one["DocNumber"] == "N-INV-1")


def link(shop: Shop, ref: str) -> None:
    matching.link(shop.services, Where(), Kind.INVOICE, "INV-1", ref)
    shop.work()


def test_it_is_linked_as_it_is_and_shows_how_far_off(taken: Shop) -> None:
    before = len(taken.submissions())

    link(taken, ref_of(taken))

    told = taken.events("INV-1")[-1]["data"]
    assert (told["operation"], told["ref"], told["variance"]) == ("linked", ref_of(taken), "-10.00")
    assert len(taken.submissions()) == before


def test_the_next_change_of_the_cmms_brings_it_up_to_date(taken: Shop) -> None:
    link(taken, ref_of(taken))

    taken.send("invoice.updated", an_invoice(memo="Pump overhaul"))
    taken.work()

    [invoice] = taken.marked("Invoice", "INV-1")
    assert (str(invoice["Id"]), invoice["TotalAmt"]) == (taken.link("INV-1").ref, 100)


def test_one_that_is_paid_is_linked_with_what_is_open(taken: Shop) -> None:
    paid = {"TxnId": ref_of(taken), "TxnType": "Invoice"}
    taken.enter(
        "Payment",
        CustomerRef={"value": taken.link("CUS-1").ref},
        TotalAmt=90,
        Line=[{"Amount": 90, "LinkedTxn": [paid]}],
    )

    link(taken, ref_of(taken))

    row = taken.link("INV-1")
    assert (row.state, row.status, row.balance) == ("synced", "paid", 0)


def test_one_that_bears_anothers_mark_is_not_linked(books: Shop) -> None:
    ref = by_hand(books, PrivateNote="[CMMS invoice INV-9]")
    books.send("invoice.created", an_invoice())
    books.work()

    link(books, ref)

    row = books.link("INV-1")
    assert (row.state, row.error_code, row.ref) == ("failed", "ref_of_another", None)


def test_one_that_is_not_there_is_not_linked(taken: Shop) -> None:
    link(taken, "99999")

    row = taken.link("INV-1")
    assert (row.state, row.error_code, row.ref) == ("failed", "ref_unknown", None)


def test_one_that_is_linked_already_is_refused(taken: Shop) -> None:
    taken.send("invoice.created", an_invoice("INV-2"))
    taken.work()

    with pytest.raises(Misuse, match="is linked to INV-2 already"):
        link(taken, taken.link("INV-2").ref)
