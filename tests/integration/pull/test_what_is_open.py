"""What an invoice has open for payments of the CMMS, whoever paid on it and moved what since."""

from decimal import Decimal

from tests.builders import a_payment
from tests.integration.pull.paying import lines, pay, pull
from tests.integration.workshop import Shop


def pay_the_rest(shop: Shop, invoice_id: str) -> Decimal:
    """The CMMS takes 100.00 more on an invoice: what of it the books apply."""
    rest = a_payment("PAY-2", invoice_id=invoice_id, amount="100.00")
    shop.send("payment.recorded", rest)
    shop.work()
    link = shop.link("PAY-2")
    assert (link.state, link.error_code) == ("synced", None)
    return Decimal(link.paid_amount)


def take_over(shop: Shop, ref: str) -> None:
    """The CMMS records a payment that it was told of."""
    shop.send("payment.recorded", a_payment(external_refs={"quickbooks": ref}))
    shop.work()


def split(shop: Shop) -> None:
    """PAY-1 of 60.00 goes on INV-1; a bookkeeper puts half of it on INV-2."""
    shop.send("payment.recorded", a_payment(amount="60.00"))
    shop.work()
    pull(shop)
    halves = lines(shop, INV_1="30.00", INV_2="30.00")
    shop.enter("Payment", "update", Id=shop.link("PAY-1").ref, Line=halves)
    pull(shop)


def test_a_payment_of_the_books_counts_though_the_cmms_has_taken_it_over(billed: Shop) -> None:
    ref = pay(billed, INV_1="60.00")
    pull(billed)

    take_over(billed, ref)

    assert pay_the_rest(billed, "INV-1") == 40


def test_it_counts_on_each_invoice_that_it_pays(billed: Shop) -> None:
    ref = pay(billed, INV_1="60.00", INV_2="70.00")
    pull(billed)
    take_over(billed, ref)

    rows = lines(billed, INV_1="60.00", INV_2="70.00")
    billed.enter("Payment", "update", Id=ref, PaymentRefNum="CHK 8", Line=rows)
    pull(billed)

    assert pay_the_rest(billed, "INV-2") == 30


def test_a_payment_of_ours_counts_wherever_others_have_put_it(billed: Shop) -> None:
    split(billed)

    assert pay_the_rest(billed, "INV-2") == 70


def test_what_we_write_again_counts_where_it_is_now(billed: Shop) -> None:
    """Before any pull has told of it."""
    billed.change(settings={"policies": {"conflict": "cmms"}})
    split(billed)

    billed.send("payment.recorded", a_payment(amount="55.00"))
    billed.work()

    assert pay_the_rest(billed, "INV-2") == 100


def test_a_version_that_says_the_same_changes_nothing_of_it(billed: Shop) -> None:
    split(billed)

    billed.send("payment.recorded", a_payment(amount="60.00", version=9))
    billed.work()

    assert billed.link("PAY-1").paid_amount == 30
    assert pay_the_rest(billed, "INV-2") == 70
