"""Payments of the CMMS on their way: what they wait for, what they pay and leave unapplied."""

from typing import Any

import pytest

from tests.builders import a_payment, an_invoice
from tests.integration.workshop import MAPPING, Shop
from worker.providers.port import Resource
from worker.sync import connections, mapping


@pytest.fixture
def billed(books: Shop) -> Shop:
    """INV-1 over 100.00 is in the books."""
    books.send("invoice.created", an_invoice())
    books.work()
    return books


def held(shop: Shop, record_id: str) -> dict[str, Any]:
    [found] = shop.marked("Payment", record_id)
    return found


def balance(shop: Shop, record_id: str = "INV-1") -> float:
    return float(shop.marked("Invoice", record_id)[0]["Balance"])


def applied(shop: Shop, record_id: str) -> float:
    payment = held(shop, record_id)
    return float(payment["TotalAmt"]) - float(payment["UnappliedAmt"])


def pay_by_hand(shop: Shop, amount: int) -> str:
    invoice = shop.marked("Invoice", "INV-1")[0]
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    paid = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": amount}
    entered = shop.enter("Payment", **paid, Line=[{"Amount": amount, "LinkedTxn": [link]}])
    return str(entered["Id"])


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


def test_a_payment_waits_for_its_invoice(books: Shop) -> None:
    books.send("payment.recorded", a_payment())
    books.work()
    assert books.link("PAY-1").waiting_on == ["invoice:INV-1"]

    books.send("invoice.created", an_invoice())
    books.work()

    link = books.link("PAY-1")
    assert (link.state, link.total, link.balance, balance(books)) == ("synced", 60, 0, 40)


def test_a_payment_waits_for_its_account(billed: Shop) -> None:
    billed.change(
        mapping={key: ref for key, ref in billed.row().mapping.items() if key != "payment"}
    )
    billed.send("payment.recorded", a_payment())
    billed.work()
    assert billed.link("PAY-1").waiting_on == ["mapping:payment"]

    mapping.set_mapping(billed.services, billed.connection_id, {"payment": MAPPING["payment"]})
    billed.work()

    assert billed.states()["PAY-1"] == "synced"


def test_a_deleted_payment_leaves_the_books(billed: Shop) -> None:
    billed.send("payment.recorded", a_payment())
    billed.work()

    billed.send("payment.deleted", {"id": "PAY-1"})
    billed.work()

    assert (billed.books("Payment"), balance(billed)) == ([], 100)


def test_a_bounced_payment_is_made_good(billed: Shop) -> None:
    """Both at once: the deleted one goes first, so the new one finds the invoice open."""
    billed.send("payment.recorded", a_payment(amount="100.00"))
    billed.work()
    pull(billed)

    good = billed.event("payment.recorded", a_payment("PAY-2", amount="100.00"))
    billed.take(good, billed.event("payment.deleted", {"id": "PAY-1"}))
    billed.work()

    assert (applied(billed, "PAY-2"), balance(billed)) == (100, 0)


@pytest.mark.parametrize("is_pulled", [True, False])
def test_what_we_paid_ourselves_is_not_paid_twice(billed: Shop, *, is_pulled: bool) -> None:
    billed.send("payment.recorded", a_payment(amount="60.00"))
    billed.work()
    if is_pulled:
        pull(billed)

    billed.send("payment.recorded", a_payment("PAY-2", amount="60.00"))
    billed.work()

    assert (applied(billed, "PAY-2"), balance(billed)) == (40, 0)
    assert billed.link("PAY-2").balance == 20


def test_payments_that_exceed_their_invoice_together_find_their_parts(billed: Shop) -> None:
    payments = [a_payment(f"PAY-{number}", amount="60.00") for number in (1, 2, 3)]

    billed.take(*(billed.event("payment.recorded", one) for one in payments))
    billed.work()

    assert sorted(applied(billed, str(one["id"])) for one in payments) == [0, 40, 60]
    assert balance(billed) == 0


def test_more_than_the_books_have_open_waits_for_the_next_pull(billed: Shop) -> None:
    pay_by_hand(billed, 70)
    billed.send("payment.recorded", a_payment())
    billed.work()
    link = billed.link("PAY-1")
    assert (link.state, link.error_code) == ("waiting", "not_applied")

    pull(billed)

    assert (applied(billed, "PAY-1"), balance(billed)) == (30, 0)


def test_a_changed_payment_is_applied_anew(billed: Shop) -> None:
    billed.send("payment.recorded", a_payment(amount="60.00"))
    billed.work()

    billed.send("payment.recorded", a_payment(amount="90.00", date="2026-10-02"))
    billed.work()

    assert (applied(billed, "PAY-1"), balance(billed)) == (90, 10)
    assert held(billed, "PAY-1")["TxnDate"] == "2026-10-02"


def test_a_payment_moves_to_another_invoice(billed: Shop) -> None:
    billed.send("invoice.created", an_invoice("INV-2"))
    billed.send("payment.recorded", a_payment())
    billed.work()

    billed.send("payment.recorded", a_payment(invoice_id="INV-2"))
    billed.work()

    assert (balance(billed), balance(billed, "INV-2")) == (100, 40)


def test_an_invoice_changes_after_a_payment_of_ours(billed: Shop) -> None:
    """The payment has moved its token in the books, and that is no conflict."""
    billed.send("payment.recorded", a_payment())
    billed.work()

    billed.send("invoice.updated", an_invoice(memo="Thank you"))
    billed.work()

    assert billed.states()["INV-1"] == "synced"
    assert billed.marked("Invoice", "INV-1")[0]["CustomerMemo"]["value"] == "Thank you"


def test_a_paid_invoice_is_voided_together_with_its_payment(billed: Shop) -> None:
    billed.send("payment.recorded", a_payment())
    billed.work()

    billed.take(
        billed.event("invoice.voided", {"id": "INV-1"}),
        billed.event("payment.deleted", {"id": "PAY-1"}),
    )
    billed.work()

    assert billed.books("Payment") == []
    assert billed.marked("Invoice", "INV-1")[0]["TotalAmt"] == 0


def test_a_payment_is_told_once_and_not_as_received(billed: Shop) -> None:
    billed.send("payment.recorded", a_payment())
    billed.work()

    pull(billed)

    assert billed.told("PAY-1") == ["record.synced"]
    assert not [type_ for type_ in billed.told() if type_.startswith("payment.")]


# Payments that came out of the books


def test_a_payment_that_came_out_of_the_books_is_linked(billed: Shop) -> None:
    ref = pay_by_hand(billed, 60)

    billed.send("payment.recorded", a_payment(external_refs={"quickbooks": ref}))
    billed.work()

    assert (billed.link("PAY-1").ref, billed.states()["PAY-1"]) == (ref, "synced")
    assert len(billed.books("Payment")) == 1


def test_several_payments_may_be_one_in_the_books(billed: Shop) -> None:
    ref = pay_by_hand(billed, 60)

    for name in ("PAY-1", "PAY-2"):
        billed.send("payment.recorded", a_payment(name, external_refs={"quickbooks": ref}))
    billed.work()

    states = billed.states()
    assert sorted(states[one] for one in ("PAY-1", "PAY-2")) == ["skipped", "synced"]


@pytest.mark.parametrize(
    "later",
    [
        ("payment.recorded", a_payment(amount="10.00")),
        ("payment.recorded", a_payment(amount="10.00", external_refs={"quickbooks": "9"})),
        ("payment.deleted", {"id": "PAY-1"}),
    ],
    ids=["changed", "refers", "deleted"],
)
def test_a_payment_that_came_out_of_the_books_is_left_alone(
    billed: Shop, later: tuple[str, dict[str, object]]
) -> None:
    refs = {"quickbooks": pay_by_hand(billed, 60)}
    billed.send("payment.recorded", a_payment(external_refs=refs))
    billed.work()
    before = billed.books("Payment")

    billed.send(*later)
    billed.work()

    assert billed.states()["PAY-1"] == "skipped"
    assert billed.books("Payment") == before
