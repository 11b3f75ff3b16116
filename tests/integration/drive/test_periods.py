"""Closed periods: held before anything is sent, shifted by policy, awake once the books reopen."""

import pytest

from tests.builders import an_invoice
from tests.integration.workshop import Shop
from worker.policies import ClosedPeriod, Policies
from worker.providers.port import Resource
from worker.sync import connections

CLOSED = "2026-10-15"


def close(shop: Shop, until: str | None) -> None:
    """A bookkeeper closes the books, or opens them again; nobody tells us."""
    preferences = {"AccountingInfoPrefs": {"BookCloseDate": until}}
    shop.simulator.control("PUT", f"companies/{shop.company}/preferences", preferences)


def read_company(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.CONNECTION)
    shop.work()


def shift(shop: Shop) -> None:
    shop.change(settings={"policies": Policies(closed_period=ClosedPeriod.SHIFT).dump()})


def company_reads(shop: Shop) -> int:
    query = "SELECT count(*) FROM runs WHERE connection_id = :c AND resource = 'connection'"
    return int(shop.all(query)[0][0])


@pytest.fixture
def closed(books: Shop) -> Shop:
    """Books that are closed until 2026-10-15, as we know."""
    close(books, CLOSED)
    read_company(books)
    return books


def test_what_is_dated_in_a_closed_period_is_never_sent(closed: Shop) -> None:
    before = len(closed.submissions())

    closed.send("invoice.created", an_invoice())
    closed.work()

    link = closed.link("INV-1")
    assert (link.state, link.waiting_on) == ("waiting", ["period:2026-10-01"])
    assert len(closed.submissions()) == before


@pytest.mark.parametrize("until", [None, "2026-09-30"])
def test_it_goes_on_once_the_books_are_read_to_be_open(closed: Shop, until: str | None) -> None:
    closed.send("invoice.created", an_invoice())
    closed.work()

    close(closed, until)
    read_company(closed)

    assert closed.states()["INV-1"] == "synced"


def test_what_stands_in_a_closed_period_is_neither_changed_nor_voided(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.send("invoice.created", an_invoice("INV-2"))
    books.work()
    close(books, CLOSED)
    read_company(books)
    before = len(books.submissions())

    books.send("invoice.updated", an_invoice(issue_date="2026-11-01"))
    books.send("invoice.voided", {"id": "INV-2"})
    books.work()

    assert {books.states()["INV-1"], books.states()["INV-2"]} == {"waiting"}
    assert len(books.submissions()) == before


def test_a_shifted_invoice_keeps_its_day_through_updates(closed: Shop) -> None:
    shift(closed)

    for memo in ("First", "Second"):
        closed.send("invoice.updated", an_invoice(memo=memo))
        closed.work()

    [held] = closed.marked("Invoice", "INV-1")
    assert (closed.states()["INV-1"], held["TxnDate"]) == ("synced", "2026-10-16")
    assert "Dated 2026-10-01 in the CMMS" in held["PrivateNote"]


def test_a_closing_that_nobody_told_us_of_is_read_and_waited_for(books: Shop) -> None:
    close(books, CLOSED)
    before = company_reads(books)

    books.send("invoice.created", an_invoice())
    books.work()

    assert books.row().company["closed_until"] == CLOSED
    assert (books.states()["INV-1"], company_reads(books)) == ("waiting", before + 1)


def test_a_closing_that_nobody_told_us_of_is_shifted_at_once(books: Shop) -> None:
    shift(books)
    close(books, CLOSED)

    books.send("invoice.created", an_invoice())
    books.work()

    [held] = books.marked("Invoice", "INV-1")
    assert (books.states()["INV-1"], held["TxnDate"]) == ("synced", "2026-10-16")


def test_the_company_is_read_again_once_an_hour_at_most(books: Shop) -> None:
    close(books, CLOSED)
    books.send("invoice.created", an_invoice())
    books.work()
    before = company_reads(books)
    books.change(company=dict(books.row().company) | {"closed_until": None})

    books.send("invoice.created", an_invoice("INV-2"))
    books.work()

    assert (books.states()["INV-2"], company_reads(books)) == ("waiting", before)
