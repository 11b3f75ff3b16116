"""Payments that the books received: log, balances and what the CMMS is told, whatever changes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.builders import an_invoice
from tests.integration.pull.paying import lines, moved, pay, pull, standing, types
from tests.integration.workshop import Altered, Shop, with_books
from worker.providers.port import Books, Page, Resource
from worker.store.runs import Mode
from worker.sync import connections


def test_a_full_payment_pays_the_invoice(billed: Shop) -> None:
    pay(billed, INV_1="100.00")

    pull(billed)

    assert standing(billed, "INV-1") == ("paid", 100, 0)
    [told] = moved(billed, "INV-1")
    assert (told["type"], told["data"]["status"]) == ("accounting.payment.received", "paid")
    assert told["data"]["payment"]["reference"] == "CHK 7"


def test_a_partial_payment_leaves_a_balance(billed: Shop) -> None:
    pay(billed, INV_1="30.10")

    pull(billed)

    assert standing(billed, "INV-1") == ("partially_paid", Decimal("30.10"), Decimal("69.90"))
    [row] = billed.payments()
    assert (row.invoice_id, row.applied, row.state) == ("INV-1", Decimal("30.10"), "received")


def test_one_payment_of_two_invoices_is_two_rows(billed: Shop) -> None:
    pay(billed, INV_1="100.00", INV_2="40.00")

    pull(billed)

    applied = {row.invoice_id: (row.amount, row.applied) for row in billed.payments()}
    assert applied == {"INV-1": (140, 100), "INV-2": (140, 40)}
    assert [standing(billed, one)[0] for one in ("INV-1", "INV-2")] == ["paid", "partially_paid"]


def test_two_payments_of_one_invoice_add_up(billed: Shop) -> None:
    pay(billed, INV_1="30.00")
    pull(billed)
    pay(billed, INV_1="70.00")
    pull(billed)

    assert standing(billed, "INV-1") == ("paid", 100, 0)
    amounts = [told["data"]["paid_amount"] for told in moved(billed, "INV-1")]
    assert [Decimal(amount) for amount in amounts] == [30, 100]


def test_a_payment_that_is_seen_again_is_no_news(billed: Shop) -> None:
    pay(billed, INV_1="30.00")

    pull(billed)
    pull(billed)

    assert (len(billed.payments()), len(moved(billed, "INV-1"))) == (1, 1)


def test_an_edited_payment_is_told_as_changed(billed: Shop) -> None:
    paid = pay(billed, INV_1="30.00")
    pull(billed)

    again = lines(billed, INV_1="50.00")
    billed.enter("Payment", "update", Id=paid, TotalAmt=50, Line=again)
    pull(billed)

    assert standing(billed, "INV-1") == ("partially_paid", 50, 50)
    assert types(billed, "INV-1") == ["payment.received", "payment.changed"]


def test_a_payment_moved_to_another_invoice_leaves_the_first(billed: Shop) -> None:
    paid = pay(billed, INV_1="100.00")
    pull(billed)

    billed.enter("Payment", "update", Id=paid, Line=lines(billed, INV_2="100.00"))
    pull(billed)

    assert [standing(billed, one)[0] for one in ("INV-1", "INV-2")] == ["open", "paid"]
    assert types(billed, "INV-1") == ["payment.received", "payment.reversed"]
    assert types(billed, "INV-2") == ["payment.received"]


@pytest.mark.parametrize("operation", ["delete", "void"])
def test_a_payment_taken_back_is_told_as_reversed(billed: Shop, operation: str) -> None:
    paid = pay(billed, INV_1="100.00")
    pull(billed)

    billed.enter("Payment", operation, Id=paid)
    pull(billed)

    assert standing(billed, "INV-1") == ("open", 0, 100)
    assert [row.state for row in billed.payments()] == ["reversed"]
    assert types(billed, "INV-1") == ["payment.received", "payment.reversed"]


def test_a_full_pull_reads_all_payments_since_the_connection_was_added(billed: Shop) -> None:
    pay(billed, INV_1="100.00")
    pull(billed)
    billed.run("DELETE FROM payments WHERE connection_id = :c")
    billed.run("UPDATE feeds SET cursor = (now() + interval '1 h')::text WHERE connection_id = :c")

    connections.ask(billed.services, billed.connection_id, Resource.PAYMENTS, Mode.FULL)
    billed.work()

    assert [row.applied for row in billed.payments()] == [100]


def test_a_payment_whose_deletion_the_books_have_forgotten_is_taken_back(billed: Shop) -> None:
    forgotten = [pay(billed, INV_1="60.00"), pay(billed, total="25.00")]
    pay(billed, INV_1="40.00")
    pull(billed)
    for paid in forgotten:
        billed.enter("Payment", "delete", Id=paid)

    connections.ask(billed.services, billed.connection_id, Resource.PAYMENTS, Mode.FULL)
    billed.work(services=with_books(billed.services, forgetful))

    assert standing(billed, "INV-1") == ("partially_paid", 40, 60)
    assert types(billed, "INV-1")[2:] == ["payment.reversed"]
    states = {row.payment_ref: row.state for row in billed.payments()}
    assert [states[paid] for paid in forgotten] == ["reversed", "reversed"]


def forgetful(real: Books) -> Altered:
    """Books that tell of no deletion."""

    def page(resource: Resource, cursor: str | None, position: str | None) -> Page:
        found = real.page(resource, cursor, position)
        return replace(found, payments=tuple(one for one in found.payments if not one.reversed))

    return Altered(real, page=page)


def test_a_payment_that_came_and_went_between_two_pulls_is_silent(billed: Shop) -> None:
    paid = pay(billed, INV_1="100.00")
    billed.enter("Payment", "delete", Id=paid)

    pull(billed)

    assert (billed.payments(), standing(billed, "INV-1")) == ([], ("open", 0, 100))


def test_invoices_that_are_not_ours_are_left_alone(billed: Shop) -> None:
    [ours] = billed.marked("Invoice", "INV-1")
    line = {
        "Amount": 10,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": billed.link("ITM-1").ref}},
    }
    theirs = billed.enter("Invoice", CustomerRef=ours["CustomerRef"], Line=[line])
    link = {"TxnId": theirs["Id"], "TxnType": "Invoice"}
    paid = {"Amount": 10, "LinkedTxn": [link]}
    billed.enter("Payment", CustomerRef=ours["CustomerRef"], TotalAmt=10, Line=[paid])

    pull(billed)

    assert (billed.payments(), billed.told().count("payment.received")) == ([], 0)


def test_an_update_of_a_paid_invoice_keeps_what_was_paid(billed: Shop) -> None:
    pay(billed, INV_1="30.00")
    pull(billed)

    billed.send("invoice.updated", an_invoice("INV-1", memo="second"))
    billed.work()

    assert standing(billed, "INV-1") == ("partially_paid", 30, 70)


def test_counts_tell_what_a_pull_of_payments_found(billed: Shop) -> None:
    pay(billed, INV_1="30.00")
    pull(billed)
    pull(billed)

    completed = [e["data"] for e in billed.events() if e["type"] == "accounting.sync.completed"]
    found = [
        (one["created"], one["changed"], one["removed"], one["read"] - one["unchanged"])
        for one in completed
        if one["resource"] == "payments"
    ]
    assert found[-2:] == [(1, 0, 0, 1), (0, 0, 0, 0)]
