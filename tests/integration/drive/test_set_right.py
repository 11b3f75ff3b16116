"""Payments, and what payments forbid: misapplied or stuck for now, set right by what follows."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.builders import a_bill, a_payment, a_vendor, an_invoice
from tests.integration.workshop import Altered, Shop, with_books
from worker.providers.port import Books, Found, Resource, Sought
from worker.providers.webhooks import Merged
from worker.store import connections as rows
from worker.sync import connections, matching, merges
from worker.sync.matching import Where

LINE = {"item_id": "ITM-1", "unit_price": "120.00", "tax_code": "NON"}
SMALL = LINE | {"unit_price": "50.00"}


@pytest.fixture
def billed(books: Shop) -> Shop:
    """INV-1 and INV-2 over 100.00 each are in the books."""
    for name in ("INV-1", "INV-2"):
        books.send("invoice.created", an_invoice(name))
    books.work()
    return books


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


def receive(shop: Shop, record_id: str = "PAY-1", **fields: object) -> None:
    """The CMMS takes a payment, and the books have it."""
    shop.send("payment.recorded", a_payment(record_id, **fields))
    shop.work()


def held(shop: Shop, kind: str, record_id: str) -> dict[str, Any]:
    [found] = shop.marked(kind, record_id)
    return found


def balance(shop: Shop, record_id: str = "INV-1") -> float:
    return float(held(shop, "Invoice", record_id)["Balance"])


def applied(shop: Shop, record_id: str) -> float:
    payment = held(shop, "Payment", record_id)
    return float(payment["TotalAmt"]) - float(payment["UnappliedAmt"])


def pay(shop: Shop, amount: int, invoice: dict[str, Any] | None = None) -> str:
    """A person receives money for an invoice; the payment's ref."""
    invoice = invoice or held(shop, "Invoice", "INV-1")
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    paid = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": amount}
    entered = shop.enter("Payment", **paid, Line=[{"Amount": amount, "LinkedTxn": [link]}])
    return str(entered["Id"])


def pay_bill(shop: Shop, amount: int) -> str:
    bill = held(shop, "Bill", "BILL-1")
    entered = shop.enter(
        "BillPayment",
        VendorRef=bill["VendorRef"],
        PayType="Check",
        TotalAmt=amount,
        CheckPayment={"BankAccountRef": {"value": shop.account("1000")}},
        Line=[{"Amount": amount, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
    )
    return str(entered["Id"])


def enter_invoice(shop: Shop) -> dict[str, Any]:
    """A person enters what the CMMS calls INV-1."""
    sales = {"ItemRef": {"value": shop.link("ITM-1").ref}, "TaxCodeRef": {"value": "NON"}}
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": sales}
    customer = {"value": shop.link("CUS-1").ref}
    return shop.enter("Invoice", DocNumber="N-INV-1", CustomerRef=customer, Line=[line])


# What an invoice has open


def test_an_adopted_invoice_has_open_what_the_books_say(books: Shop) -> None:
    """It was paid in part before it was linked, so no pull tells of that payment."""
    invoice = enter_invoice(books)
    pay(books, 70, invoice)
    pull(books)
    books.send("invoice.created", an_invoice())
    books.work()
    matching.link(books.services, Where(), Kind.INVOICE, "INV-1", str(invoice["Id"]))
    books.work()

    receive(books)

    assert (books.states()["PAY-1"], applied(books, "PAY-1")) == ("synced", 30)


def test_what_was_paid_and_taken_back_around_a_change_is_open_again(billed: Shop) -> None:
    """The change was answered with the balance of that moment."""
    receive(billed)
    billed.send("invoice.updated", an_invoice(memo="Second"))
    billed.work()
    billed.send("payment.deleted", {"id": "PAY-1"})
    billed.work()

    receive(billed, "PAY-2", amount="100.00")

    assert (applied(billed, "PAY-2"), balance(billed)) == (100, 0)


def test_an_invoice_that_was_given_to_another_customer_is_paid_by_that_one(billed: Shop) -> None:
    other = billed.enter("Customer", DisplayName="Quayside Inn")
    billed.enter("Invoice", Id=billed.link("INV-1").ref, CustomerRef={"value": other["Id"]})
    pull(billed)

    receive(billed)

    assert (billed.states()["PAY-1"], balance(billed)) == ("synced", 40)


def test_an_invoice_of_a_merged_customer_is_paid_by_the_one_that_is_left(billed: Shop) -> None:
    gone, kept = billed.link("CUS-1").ref, billed.enter("Customer", DisplayName="Harbor")["Id"]
    asked = f"companies/{billed.company}/merge/Customer"
    billed.simulator.control("POST", asked, {"from": gone, "into": kept})
    with billed.begin() as session:
        row = rows.lock(session, billed.connection_id)
        merges.follow(session, row, Merged(Kind.CUSTOMER, gone, str(kept)))

    receive(billed)

    assert (billed.states()["PAY-1"], balance(billed)) == ("synced", 40)


# What was left over is applied once there is something to apply it to


@pytest.mark.parametrize("is_pulled", [True, False])
def test_the_other_payment_is_deleted_later(billed: Shop, *, is_pulled: bool) -> None:
    receive(billed, amount="100.00")
    receive(billed, "PAY-2", amount="100.00")
    if is_pulled:
        pull(billed)

    billed.send("payment.deleted", {"id": "PAY-1"})
    billed.work()

    assert (applied(billed, "PAY-2"), balance(billed)) == (100, 0)
    assert billed.link("PAY-2").state == "synced"


def test_the_other_payment_is_deleted_by_hand(billed: Shop) -> None:
    by_hand = pay(billed, 100)
    pull(billed)
    receive(billed)

    billed.enter("Payment", "delete", Id=by_hand)
    pull(billed)

    assert (applied(billed, "PAY-1"), balance(billed)) == (60, 40)


def test_the_invoice_becomes_more(billed: Shop) -> None:
    receive(billed, amount="120.00")

    billed.send("invoice.updated", an_invoice(lines=[LINE], total="120.00"))
    billed.work()

    assert (applied(billed, "PAY-1"), balance(billed)) == (120, 0)


def test_another_payment_becomes_less_in_the_same_batch(billed: Shop) -> None:
    receive(billed, amount="100.00")

    less = billed.event("payment.recorded", a_payment(amount="20.00"))
    billed.take(less, billed.event("payment.recorded", a_payment("PAY-2", amount="80.00")))
    billed.work()

    assert (applied(billed, "PAY-1"), applied(billed, "PAY-2"), balance(billed)) == (20, 80, 0)


def test_what_a_person_took_off_an_invoice_stays_off(billed: Shop) -> None:
    receive(billed)
    billed.enter("Payment", Id=billed.link("PAY-1").ref, Line=[])
    pull(billed)
    before = held(billed, "Payment", "PAY-1")

    billed.send("invoice.updated", an_invoice(lines=[LINE], total="120.00"))
    billed.work()

    assert (billed.states()["PAY-1"], billed.told("PAY-1")) == ("synced", ["record.synced"])
    assert (held(billed, "Payment", "PAY-1"), balance(billed)) == (before, 120)


def test_a_newer_version_of_a_payment_to_be_applied_counts(billed: Shop) -> None:
    def changed_meanwhile(real: Books) -> Altered:
        def find(sought: Sequence[Sought]) -> Mapping[int, Found]:
            seen = real.find(sought)
            billed.send("payment.recorded", a_payment(amount="110.00"))
            return seen

        return Altered(real, find=find)

    receive(billed, amount="120.00")

    billed.send("invoice.updated", an_invoice(lines=[LINE], total="120.00"))
    billed.work(services=with_books(billed.services, changed_meanwhile))

    assert (applied(billed, "PAY-1"), balance(billed)) == (110, 10)


# What payments forbid, until they are gone


def test_a_payment_that_came_and_went_between_pulls(billed: Shop) -> None:
    payment = pay(billed, 60)
    billed.send("invoice.voided", {"id": "INV-1"})
    billed.work()
    assert (billed.link("INV-1").error_code, billed.link("INV-1").balance) == ("invoice_paid", 40)

    billed.enter("Payment", "delete", Id=payment)
    pull(billed)

    assert billed.states()["INV-1"] == "synced"


def test_a_payment_of_a_bill_that_came_and_went_between_pulls(shop: Shop) -> None:
    shop.send("vendor.created", a_vendor())
    shop.send("purchase_invoice.created", a_bill())
    shop.work()
    payment = pay_bill(shop, 10)
    shop.send("purchase_invoice.voided", {"id": "BILL-1"})
    shop.work()

    shop.enter("BillPayment", "delete", Id=payment)
    pull(shop)

    assert shop.books("Bill") == []


@pytest.mark.parametrize("is_pulled", [False, True])
def test_a_void_follows_a_payment_that_moves_to_another_invoice(
    billed: Shop, *, is_pulled: bool
) -> None:
    receive(billed)
    if is_pulled:
        pull(billed)
    billed.send("invoice.voided", {"id": "INV-1"})
    billed.work()
    assert billed.link("INV-1").error_code == "invoice_paid"

    receive(billed, invoice_id="INV-2")

    assert billed.states()["INV-1"] == "synced"


@pytest.mark.parametrize(
    "later",
    [("invoice.voided", {}), ("invoice.updated", an_invoice(lines=[SMALL], total="50.00"))],
    ids=["void", "cheaper"],
)
def test_a_payment_that_is_gone_since_the_last_pull_forbids_nothing(
    billed: Shop, later: tuple[str, dict[str, object]]
) -> None:
    receive(billed)
    pull(billed)
    billed.send("payment.deleted", {"id": "PAY-1"})
    billed.work()

    billed.send(later[0], {"id": "INV-1"} | later[1])
    billed.work()

    assert billed.told("INV-1") == ["record.synced", "record.synced"]
