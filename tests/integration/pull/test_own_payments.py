"""The CMMS's own payments as the books tell of them: never news to it, unless others had a hand in
them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.builders import a_payment
from tests.integration.pull.paying import lines, moved, pay, pull, standing, types
from tests.integration.workshop import Altered, Shop, with_books
from worker.providers.port import Books, Page, Resource
from worker.sync import connections
from worker.sync.services import Services


@pytest.fixture
def paid(billed: Shop) -> Shop:
    """PAY-1 of 60.00 is on INV-1 of 100.00; no pull has seen it yet."""
    billed.send("payment.recorded", a_payment())
    billed.work()
    return billed


def test_a_payment_of_the_cmms_is_logged_and_not_told(paid: Shop) -> None:
    pull(paid)
    pull(paid)

    [row] = paid.payments()
    assert (row.record_id, row.applied, row.state) == ("PAY-1", 60, "received")
    assert (standing(paid, "INV-1"), types(paid, "INV-1")) == (("partially_paid", 60, 40), [])


def test_what_the_cmms_changes_itself_is_not_told(paid: Shop) -> None:
    pull(paid)

    paid.send("payment.recorded", a_payment(amount="90.00"))
    paid.work()
    pull(paid)

    assert [row.applied for row in paid.payments()] == [90]
    assert types(paid, "INV-1") == []


def test_what_the_cmms_moves_itself_is_not_told(paid: Shop) -> None:
    pull(paid)

    paid.send("payment.recorded", a_payment(invoice_id="INV-2"))
    paid.work()
    pull(paid)

    states = {row.invoice_id: row.state for row in paid.payments()}
    assert states == {"INV-1": "reversed", "INV-2": "received"}
    assert types(paid, "INV-1") + types(paid, "INV-2") == []


def test_what_the_cmms_takes_back_itself_is_not_told(paid: Shop) -> None:
    pull(paid)

    paid.send("payment.deleted", {"id": "PAY-1"})
    paid.work()
    pull(paid)

    assert [row.state for row in paid.payments()] == ["reversed"]
    assert (standing(paid, "INV-1"), types(paid, "INV-1")) == (("open", 0, 100), [])


@pytest.mark.parametrize("was_seen", [True, False])
@pytest.mark.parametrize("operation", ["void", "delete"])
def test_what_others_take_back_is_told(paid: Shop, operation: str, *, was_seen: bool) -> None:
    if was_seen:
        pull(paid)

    paid.enter("Payment", operation, Id=paid.link("PAY-1").ref)
    pull(paid)
    pull(paid)

    assert types(paid, "INV-1") == ["payment.reversed"]
    assert standing(paid, "INV-1") == ("open", 0, 100)
    assert (paid.link("PAY-1").paid_amount, paid.link("PAY-1").applied_to) == (0, None)


@pytest.mark.parametrize("was_seen", [True, False])
def test_what_others_change_is_told_as_changed(paid: Shop, *, was_seen: bool) -> None:
    if was_seen:
        pull(paid)
    rows = lines(paid, INV_1="50.00")

    paid.enter("Payment", "update", Id=paid.link("PAY-1").ref, TotalAmt=50, Line=rows)
    pull(paid)

    [told] = moved(paid, "INV-1")
    assert (told["type"], told["data"]["applied"]) == ("accounting.payment.changed", "50.00")
    assert paid.link("PAY-1").paid_amount == 50


def test_what_others_move_is_told_of_both_invoices(paid: Shop) -> None:
    rows = lines(paid, INV_2="60.00")

    paid.enter("Payment", "update", Id=paid.link("PAY-1").ref, Line=rows)
    pull(paid)

    assert types(paid, "INV-1") == ["payment.reversed"]
    assert types(paid, "INV-2") == ["payment.received"]


def test_what_others_do_aside_is_not_told(paid: Shop) -> None:
    paid.enter("Payment", "update", Id=paid.link("PAY-1").ref, PrivateNote="Into the bank")

    pull(paid)

    assert types(paid, "INV-1") == []


def test_a_payment_of_the_books_stays_theirs_though_the_cmms_has_taken_it_over(
    billed: Shop,
) -> None:
    ref = pay(billed, INV_1="60.00")
    pull(billed)
    billed.send("payment.recorded", a_payment(external_refs={"quickbooks": ref}))
    billed.work()

    billed.enter("Payment", "update", Id=ref, TotalAmt=50, Line=lines(billed, INV_1="50.00"))
    pull(billed)

    assert [(row.record_id, row.applied) for row in billed.payments()] == [(None, 50)]
    assert types(billed, "INV-1") == ["payment.received", "payment.changed"]


def unmarked(shop: Shop) -> None:
    """Somebody rewrites the note of the only payment: nothing says whose it is any more."""
    [payment] = shop.books("Payment")
    shop.enter("Payment", "update", Id=payment["Id"], PrivateNote="Cheque of Monday")


def untouched(shop: Shop) -> None:
    """The payment stays as it was written."""


@pytest.mark.parametrize("meanwhile", [untouched, unmarked])
def test_an_unknown_payment_of_ours_is_no_news_to_the_cmms(
    billed: Shop, meanwhile: Callable[[Shop], None]
) -> None:
    """Its answer is lost after it took effect, and a pull comes in between."""
    billed.send("payment.recorded", a_payment())
    billed.simulator.fault("lost_answer")
    billed.drive()
    meanwhile(billed)

    pull_at_once(billed)
    assert (billed.states()["PAY-1"], billed.payments()) == ("sent", [])
    billed.later(seconds=5)
    billed.work()
    pull(billed)

    assert (billed.states()["PAY-1"], len(billed.books("Payment"))) == ("synced", 1)
    assert [(row.record_id, row.applied) for row in billed.payments()] == [("PAY-1", 60)]
    assert (types(billed, "INV-1"), standing(billed, "INV-1")[2]) == ([], 40)


def test_others_payments_are_told_once_ours_is_known(billed: Shop) -> None:
    """They come while ours may be on the invoice, and are found though the pull is over then."""
    billed.send("payment.recorded", a_payment())
    billed.simulator.fault("lost_answer")
    billed.drive()
    pay(billed, INV_1="15.00", INV_2="20.00")

    pull_at_once(billed)
    assert (types(billed, "INV-1"), types(billed, "INV-2")) == ([], ["payment.received"])
    billed.later(seconds=5)
    billed.work()
    pull(billed)

    [told] = moved(billed, "INV-1")
    assert (told["data"]["applied"], told["data"]["balance"]) == ("15.00", "25.00")


def test_what_was_unknown_to_a_runs_first_page_is_read_again(billed: Shop) -> None:
    """The write is settled between the run's first page and its end."""
    billed.send("payment.recorded", a_payment())
    billed.simulator.fault("lost_answer")
    billed.drive()
    billed.run("""UPDATE submissions SET recorded_at = recorded_at - interval '1 hour'
                  WHERE connection_id = :c AND state = 'open'""")
    sent_at = billed.submissions()[-1].recorded_at

    pull_at_once(billed, with_books(billed.services, lambda real: in_two_pages(billed, real)))

    assert billed.states()["PAY-1"] == "synced"
    [feed] = billed.all("SELECT * FROM feeds WHERE connection_id = :c AND resource = 'payments'")
    assert feed.cursor < sent_at.isoformat()


def in_two_pages(shop: Shop, real: Books) -> Altered:
    """Books whose first page is not the last one; what is unknown may be settled in between."""

    def page(resource: Resource, cursor: str | None, position: str | None) -> Page:
        if position is not None:
            return Page()
        shop.run("UPDATE submissions SET settle_at = clock_timestamp() WHERE connection_id = :c")
        return replace(real.page(resource, cursor, None), position="more")

    return Altered(real, page=page)


def pull_at_once(shop: Shop, services: Services | None = None) -> None:
    """A pull before anything unknown is settled by itself."""
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.drive(services)
