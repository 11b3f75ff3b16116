"""Answers that come after somebody else has settled the request (design 5.7)."""

from concurrent.futures import Future

from tests.builders import an_invoice
from tests.integration.meddling import cut_lease, until
from tests.integration.workshop import Shop
from worker.providers.port import Outcome, Written
from worker.sync import answers


def test_a_driver_cut_off_while_it_writes_leaves_one_record(books: Shop) -> None:
    frozen = write_slowly(books)
    cut_lease(books)

    books.later(seconds=60)
    books.drive()
    frozen.result(10)

    assert (books.states()["INV-1"], len(books.marked("Invoice", "INV-1"))) == ("synced", 1)
    assert books.letters() == []
    assert books.told("INV-1") == ["record.synced"]


def test_a_late_answer_with_the_same_ref_is_no_news(books: Shop) -> None:
    submission, ref = settled_invoice(books)

    late(books, submission, Written(ref))

    assert books.letters() == []


def test_a_late_answer_with_another_ref_is_two_in_the_books(books: Shop) -> None:
    submission, ref = settled_invoice(books)

    late(books, submission, Written("999"))

    [letter] = books.letters()
    assert (letter.category, letter.link_id) == ("two_in_the_books", books.link("INV-1").id)
    assert books.link("INV-1").ref == ref


def test_a_late_answer_to_what_was_believed_absent_is_told(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.simulator.fault("reset_before")
    books.drive()
    books.later(hours=25)
    books.work()
    absent, _ = books.submissions()[2:]

    late(books, absent.id, Written("999"))

    assert [letter.category for letter in books.letters()] == ["two_in_the_books"]


def write_slowly(shop: Shop) -> "Future[None]":
    """A driver whose write has arrived, and whose answer takes a while."""
    before = shop.simulator.stat("singles")
    shop.simulator.fault("delay", seconds=0.7)
    shop.send("invoice.created", an_invoice())
    driving = shop.driving()
    until(lambda: shop.simulator.stat("singles") > before)
    return driving


def settled_invoice(shop: Shop) -> tuple[int, str]:
    shop.send("invoice.created", an_invoice())
    shop.work()
    return shop.submissions()[-1].id, shop.link("INV-1").ref


def late(shop: Shop, submission_id: int, outcome: Outcome) -> None:
    """The answer to a single request arrives only now."""
    with shop.begin() as session:
        answers.apply(session, shop.connection_id, submission_id, {"1": outcome}, looked_up=False)
