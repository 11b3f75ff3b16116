"""Invoices with payments: what goes through, what waits until they are gone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import a_customer, a_payment, an_invoice
from tests.integration.workshop import Altered, Shop, with_books
from worker.providers.port import Books, Resource
from worker.sync import connections

LINE = {"item_id": "ITM-1", "tax_code": "NON"}


@pytest.fixture
def billed(books: Shop) -> Shop:
    """INV-1 over 100.00 is in the books; three submissions are over."""
    books.send("invoice.created", an_invoice())
    books.work()
    return books


def priced(price: str, memo: str | None = None) -> dict[str, object]:
    return an_invoice(lines=[LINE | {"unit_price": price}], total=price, memo=memo)


def pay(shop: Shop, amount: int = 80) -> str:
    """A person receives money for INV-1; the payment's ref."""
    invoice = held(shop)
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    paid = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": amount}
    entered = shop.enter("Payment", **paid, Line=[{"Amount": amount, "LinkedTxn": [link]}])
    return str(entered["Id"])


def held(shop: Shop) -> dict[str, Any]:
    [invoice] = shop.marked("Invoice", "INV-1")
    return invoice


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


def unpulled(_shop: Shop) -> None:
    """Nobody has told us of the payment yet."""


KNOWN = pytest.mark.parametrize("learn", [pull, unpulled])
Learn = Callable[[Shop], None]


@KNOWN
@pytest.mark.parametrize("price", ["100.00", "130.00"])
def test_a_paid_invoice_is_changed_as_long_as_its_payments_are_covered(
    billed: Shop, learn: Learn, price: str
) -> None:
    pay(billed)
    learn(billed)

    billed.send("invoice.updated", priced(price, memo="Second"))
    billed.work()

    assert held(billed)["CustomerMemo"]["value"] == "Second"
    assert billed.link("INV-1").balance == held(billed)["TotalAmt"] - 80


@KNOWN
@pytest.mark.parametrize(
    ("later", "code"),
    [
        (("invoice.updated", priced("50.00")), "total_below_paid"),
        (("invoice.updated", an_invoice(customer_id="CUS-2")), "customer_paid"),
        (("invoice.voided", {"id": "INV-1"}), "invoice_paid"),
    ],
    ids=["cheaper", "moved", "void"],
)
def test_what_payments_forbid_waits_and_nothing_is_sent(
    billed: Shop, learn: Learn, later: tuple[str, dict[str, object]], code: str
) -> None:
    billed.send("customer.created", a_customer("CUS-2", email="two@harbor.example"))
    pay(billed)
    learn(billed)
    billed.work()
    before = len(billed.submissions())

    billed.send(*later)
    billed.work()

    link = billed.link("INV-1")
    assert (link.state, link.error_code, link.waiting_on) == ("waiting", code, ["payments:INV-1"])
    assert (held(billed)["TotalAmt"], held(billed)["Balance"]) == (100, 20)
    assert len(billed.submissions()) == before


def test_what_is_told_says_what_to_do(billed: Shop) -> None:
    pay(billed)

    billed.send("invoice.voided", {"id": "INV-1"})
    billed.work()

    told = billed.events("INV-1")[-1]["data"]
    assert (told["waiting_on"], told["error"]["code"]) == (
        {"kind": "payments", "id": "INV-1"},
        "invoice_paid",
    )
    assert told["error"]["steps"]


@pytest.mark.parametrize(
    ("later", "total"), [(("invoice.updated", priced("50.00")), 50), (("invoice.voided", {}), 0)]
)
def test_it_goes_on_by_itself_once_the_payment_is_gone(
    billed: Shop, later: tuple[str, dict[str, object]], total: int
) -> None:
    payment = pay(billed)
    pull(billed)
    billed.send(later[0], {"id": "INV-1"} | later[1])
    billed.work()

    billed.enter("Payment", "delete", Id=payment)
    pull(billed)

    assert (billed.states()["INV-1"], held(billed)["TotalAmt"]) == ("synced", total)


def test_a_payment_that_falls_short_of_it_is_still_in_the_way(billed: Shop) -> None:
    first, _second = pay(billed, 30), pay(billed, 60)
    pull(billed)
    billed.send("invoice.updated", priced("50.00"))
    billed.work()

    billed.enter("Payment", "delete", Id=first)
    pull(billed)

    assert (billed.states()["INV-1"], held(billed)["TotalAmt"]) == ("waiting", 100)


def test_a_payment_between_the_look_and_the_void_is_not_orphaned(billed: Shop) -> None:
    def paid_behind_our_back(real: Books) -> Altered:
        def find(sought: Any) -> Any:  # noqa: ANN401
            seen = real.find(sought)
            if not billed.books("Payment"):
                pay(billed)
            return seen

        return Altered(real, find=find)

    billed.send("invoice.voided", {"id": "INV-1"})
    billed.work(services=with_books(billed.services, paid_behind_our_back))

    assert (billed.states()["INV-1"], held(billed)["Balance"]) == ("waiting", 20)


def test_a_look_for_one_version_is_none_for_the_next(billed: Shop) -> None:
    def voided_meanwhile(real: Books) -> Altered:
        def find(sought: Any) -> Any:  # noqa: ANN401
            seen = real.find(sought)
            if billed.link("INV-1").wanted_version == updated:
                billed.send("invoice.voided", {"id": "INV-1"})
            return seen

        return Altered(real, find=find)

    pay(billed)
    billed.send("invoice.updated", an_invoice(memo="Second", total=None))
    updated = billed.link("INV-1").wanted_version
    billed.work(services=with_books(billed.services, voided_meanwhile))

    assert (billed.link("INV-1").error_code, held(billed)["Balance"]) == ("invoice_paid", 20)


@pytest.mark.parametrize("together", [True, False])
def test_a_void_follows_the_removal_of_the_cmmss_own_payment(
    billed: Shop, *, together: bool
) -> None:
    billed.send("payment.recorded", a_payment())
    billed.work()

    billed.send("invoice.voided", {"id": "INV-1"})
    if not together:
        billed.work()
        assert billed.link("INV-1").error_code == "invoice_paid"
    billed.send("payment.deleted", {"id": "PAY-1"})
    billed.work()

    assert (billed.states()["INV-1"], held(billed)["TotalAmt"]) == ("synced", 0)
    assert billed.books("Payment") == []
