"""Allocations: what of a payment is new, different, taken back, or not to be spoken of yet."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from worker.providers.port import InvoiceSeen, PaymentSeen
from worker.store.payments import ON_ACCOUNT, Entry, Own, Standing
from worker.sync import allocations
from worker.sync.allocations import Known, Movement, News

DAY = date(2026, 11, 2)
OURS = Own(7, "PAY-1", "7", "as-written", False, False, "INV-1", "1", DAY, Decimal(40), "USD", None, None)  # fmt: skip  # noqa: E501


def seen(ref: str = "7", **applied: int) -> PaymentSeen:
    """A payment of 40; `i1=40` applies all of it to the invoice 1."""
    invoices = {name.removeprefix("i"): Decimal(amount) for name, amount in applied.items()}
    left = Decimal(40) - sum(invoices.values())
    return PaymentSeen(ref, DAY, Decimal(40), "USD", invoices, left, customer="58", digest="other")


def logged(ref: str = "7", invoice: str = "1", applied: int = 40, state: str = "received") -> Entry:
    return Entry(
        ref, invoice, f"INV-{invoice}", DAY, Decimal(40), Decimal(applied), "USD", None, None,
        state, Decimal(40 - applied),
    )  # fmt: skip


def invoice(ref: str = "1", **fields: object) -> Standing:
    known = Standing(
        int(ref), f"INV-{ref}", ref, Decimal(100), None, Decimal(100), "open", removed=False
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def known(*entries: Entry, own: Own | None = None, held: str = "", customers: str = "58") -> Known:
    """What is known of the invoices 1 and 2 and of these rows."""
    rows: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        rows.setdefault(entry.payment_ref, {})[entry.invoice_ref] = entry
    return Known(
        rows,
        {ref: invoice(ref) for ref in ("1", "2")},
        {"7": own} if own else {},
        frozenset(held),
        frozenset([customers]),
    )


def news(payment: PaymentSeen, of: Known) -> list[tuple[str, str, bool]]:
    """(invoice, news, told) of each movement."""
    moved = allocations.movements([payment], of)
    return [(one.entry.invoice_ref, one.news.value, one.told) for one in moved]


def test_a_payment_is_told_of_each_invoice_that_is_linked() -> None:
    payment = seen(i1=10, i2=20, i99=10)

    assert news(payment, known()) == [("1", "received", True), ("2", "received", True)]


def test_what_the_log_says_already_is_no_news() -> None:
    assert news(seen(i1=40), known(logged())) == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal(50)},
        {"date": date(2026, 11, 3)},
        {"method": "Check"},
        {"reference": "CHK 8"},
        {"applied": {"1": Decimal(30)}},
    ],
)
def test_an_edit_is_told_once(change: dict[str, object]) -> None:
    edited = replace(seen(i1=40), **change)  # type: ignore[arg-type]

    [moved] = allocations.movements([edited], known(logged()))

    assert (moved.news, moved.told) == (News.CHANGED, True)
    assert news(edited, known(moved.entry)) == []


def test_what_became_of_the_rest_of_a_payment_is_kept_and_not_told() -> None:
    less = replace(seen(i1=10), unapplied=Decimal(5))

    [moved] = allocations.movements([less], known(logged(applied=10)))

    assert (moved.told, moved.entry.unapplied) == (False, Decimal(5))


def test_a_moved_payment_leaves_one_invoice_for_another() -> None:
    assert news(seen(i2=40), known(logged())) == [("2", "received", True), ("1", "reversed", True)]


def test_a_payment_that_comes_back_is_received_again() -> None:
    assert news(seen(i1=40), known(logged(state="reversed"))) == [("1", "received", True)]


def test_our_own_payment_as_we_wrote_it_is_logged_in_silence() -> None:
    payment = replace(seen(i1=40), digest="as-written")

    [moved] = allocations.movements([payment], known(own=OURS))

    assert (moved.told, moved.entry.record_id, moved.entry.state) == (False, "PAY-1", "received")


def test_our_own_payment_that_others_only_touched_is_no_news() -> None:
    [moved] = allocations.movements([seen(i1=40)], known(own=OURS))

    assert (moved.told, moved.news) == (False, News.CHANGED)


def test_our_own_payment_that_others_changed_before_we_saw_it_is_told_as_changed() -> None:
    payment = seen(i1=30)

    assert news(payment, known(own=OURS)) == [("1", "changed", True)]


def test_our_own_payment_that_others_moved_is_told_of_both_invoices() -> None:
    assert news(seen(i2=40), known(own=OURS)) == [("2", "received", True), ("1", "reversed", True)]


@pytest.mark.parametrize(("removed", "told"), [(False, True), (True, False)])
def test_our_own_payment_is_told_as_reversed_unless_the_cmms_did_it(
    removed: bool,  # noqa: FBT001
    told: bool,  # noqa: FBT001
) -> None:
    gone = replace(seen(), date=None, reversed=True)
    before = known(logged(), own=replace(OURS, removed=removed))

    assert news(gone, before) == [("1", "reversed", told)]


def test_our_own_payment_that_others_took_back_before_we_saw_it_is_told() -> None:
    gone = replace(seen(), date=None, reversed=True)

    assert news(gone, known(own=OURS)) == [("1", "reversed", True)]


def test_our_own_payment_that_came_and_went_is_silent() -> None:
    gone = replace(seen(), date=None, reversed=True)

    assert news(gone, known(own=replace(OURS, removed=True))) == []


def test_our_own_payment_of_an_invoice_that_had_nothing_open_is_on_account() -> None:
    payment = replace(seen(), digest="as-written")

    assert news(payment, known(own=OURS)) == []
    [entry] = allocations.on_account([payment], known(own=OURS))
    assert (entry.invoice_ref, entry.record_id) == (ON_ACCOUNT, "PAY-1")


def test_nothing_is_said_of_a_payment_of_ours_while_its_write_is_unknown() -> None:
    assert news(seen(i1=30), known(logged(), own=replace(OURS, busy=True))) == []


def test_a_payment_of_ours_by_its_marker_alone_is_not_told() -> None:
    assert news(seen(i1=30), known(own=replace(OURS, ref=None))) == [("1", "received", False)]


def test_a_stranger_is_held_back_while_ours_may_be_on_the_invoice() -> None:
    assert news(seen(i1=10, i2=30), known(held="1")) == [("2", "received", True)]


def test_what_was_told_before_is_not_held_back() -> None:
    assert news(seen(i1=30), known(logged(), held="1")) == [("1", "changed", True)]


def test_a_void_invoice_takes_its_payments_off_though_they_are_not_named() -> None:
    gone = [InvoiceSeen("1", Decimal(0), Decimal(0), "voided")]

    moved = list(allocations.voided([], gone, known(logged())))

    assert [(one.entry.state, one.told) for one in moved] == [("reversed", True)]
    standing = allocations.stand(known(logged()), gone, moved)["1"]
    assert (standing.status, allocations.paid(standing)) == ("voided", Decimal(0))


def test_a_void_invoice_leaves_payments_that_are_named_to_what_they_say() -> None:
    gone = [InvoiceSeen("1", Decimal(0), Decimal(0), "voided")]

    assert list(allocations.voided([seen()], gone, known(logged()))) == []


def test_an_invoice_edited_by_hand_shows_by_how_much() -> None:
    edited = [InvoiceSeen("1", Decimal(120), Decimal(80), "partially_paid")]
    before = replace(known(), standing={"1": invoice(total=Decimal(99), variance=Decimal(-1))})

    standing = allocations.stand(before, edited, [])["1"]

    assert (standing.total, standing.variance) == (Decimal(120), Decimal(20))
    assert allocations.paid(standing) == 40


def test_an_invoice_that_the_cmms_has_voided_keeps_what_it_came_to() -> None:
    void = [InvoiceSeen("1", Decimal(0), Decimal(0), "voided")]

    standing = allocations.stand(replace(known(), standing={"1": invoice(removed=True)}), void, [])[
        "1"
    ]

    assert (standing.total, standing.variance) == (Decimal(100), None)
    assert standing.balance == 0


def test_a_reversal_reopens_an_invoice_that_the_books_do_not_speak_of() -> None:
    paid = replace(known(), standing={"1": invoice(balance=Decimal(0), status="paid")})
    moved = Movement(logged(), News.REVERSED, told=True)

    standing = allocations.stand(paid, [], [moved])["1"]

    assert (standing.balance, standing.status) == (Decimal(40), "partially_paid")


def test_money_on_account_of_a_customer_of_ours_is_kept() -> None:
    [entry] = allocations.on_account([seen()], known())

    assert (entry.invoice_ref, entry.applied) == (ON_ACCOUNT, Decimal(0))
    assert entry.unapplied == 40


@pytest.mark.parametrize(
    ("payment", "customer"), [(seen(i1=30), "58"), (seen(i99=40), "58"), (seen(), "59")]
)
def test_other_money_is_not_on_account(payment: PaymentSeen, customer: str) -> None:
    assert list(allocations.on_account([payment], known(customers=customer))) == []


def test_money_on_account_that_is_taken_back_stays_in_the_log() -> None:
    on_account = replace(logged(), invoice_ref=ON_ACCOUNT)
    gone = replace(seen(), date=None, reversed=True)

    [entry] = allocations.on_account([gone], known(on_account))

    assert entry.state == "reversed"
