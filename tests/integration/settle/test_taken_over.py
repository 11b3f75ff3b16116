"""What another driver sent without an answer: money is looked up in the books before a repeat."""

import pytest

from tests.builders import a_bill, a_payment, a_vendor, an_expense, an_invoice
from tests.integration.workshop import Shop

SENT = [
    ("purchase_invoice.created", a_bill(), "Bill"),
    ("expense.saved", an_expense(), "JournalEntry"),
    ("payment.recorded", a_payment(), "Payment"),
]
MONEY = pytest.mark.parametrize(("type_", "document", "kind"), SENT, ids=[one[2] for one in SENT])


@pytest.fixture
def busy(books: Shop) -> Shop:
    """The vendor and the invoice that the documents name are in the books."""
    books.send("vendor.created", a_vendor())
    books.send("invoice.created", an_invoice())
    books.work()
    return books


def lost(shop: Shop, fault: str, *sent: tuple[str, dict[str, object], str]) -> None:
    """These are sent together and never answered; the driver leaves."""
    shop.simulator.fault(fault)
    shop.take(*(shop.event(type_, document) for type_, document, _ in sent))
    shop.drive()
    assert shop.submissions()[-1].state == "open"


def taken_over(shop: Shop) -> None:
    """Time passes, and another driver settles it."""
    shop.later(seconds=10)
    shop.work()


@MONEY
def test_what_is_found_is_not_sent_again(
    busy: Shop, type_: str, document: dict[str, object], kind: str
) -> None:
    lost(busy, "lost_answer", (type_, document, kind))

    taken_over(busy)

    last = busy.submissions()[-1]
    assert (last.sends, last.lookups, last.state) == (1, 0, "closed")
    assert len(busy.marked(kind, str(document["id"]))) == 1
    assert busy.told(str(document["id"])) == ["record.synced"]


@MONEY
def test_what_is_not_there_goes_out_as_it_was(
    busy: Shop, type_: str, document: dict[str, object], kind: str
) -> None:
    lost(busy, "reset_before", (type_, document, kind))
    before = busy.submissions()[-1]

    taken_over(busy)

    last = busy.submissions()[-1]
    assert (last.id, last.key, last.body) == (before.id, before.key, before.body)
    assert (last.sends, last.lookups, last.state) == (2, 0, "closed")
    assert len(busy.marked(kind, str(document["id"]))) == 1


def test_each_driver_looks_before_it_repeats(busy: Shop) -> None:
    lost(busy, "reset_before", SENT[2])
    busy.simulator.fault("lost_answer")
    busy.later(seconds=10)
    busy.drive()
    assert busy.submissions()[-1].sends == 2

    taken_over(busy)

    last = busy.submissions()[-1]
    assert (last.sends, last.lookups, last.state) == (2, 0, "closed")
    assert len(busy.marked("Payment", "PAY-1")) == 1


def test_a_batch_with_money_in_it_is_looked_up_whole(busy: Shop) -> None:
    invoice = ("invoice.created", an_invoice("INV-2"), "Invoice")
    lost(busy, "lost_answer", SENT[0], SENT[1], invoice)

    taken_over(busy)

    assert busy.submissions()[-1].sends == 1
    assert [len(busy.books(kind)) for kind in ("Bill", "JournalEntry", "Invoice")] == [1, 1, 2]


def test_an_invoice_is_repeated_without_a_look(busy: Shop) -> None:
    lost(busy, "lost_answer", ("invoice.created", an_invoice("INV-2"), "Invoice"))

    taken_over(busy)

    last = busy.submissions()[-1]
    assert (last.sends, last.lookups, len(busy.marked("Invoice", "INV-2"))) == (2, 0, 1)


@pytest.mark.parametrize("fault", ["lost_answer", "reset_before"])
def test_a_deleted_payment_is_deleted_once(busy: Shop, fault: str) -> None:
    busy.send("payment.recorded", a_payment())
    busy.work()
    lost(busy, fault, ("payment.deleted", {"id": "PAY-1"}, "Payment"))

    taken_over(busy)

    assert busy.books("Payment") == []
    assert busy.events("PAY-1")[-1]["data"]["operation"] == "removed"
