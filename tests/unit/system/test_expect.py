"""The judge of a replay: it must see whatever is wrong with the books."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.system import books_of, expect
from tests.system.books_of import Place, Row
from tests.system.streams import Record

EXPECTED: dict[str, Any] = {
    "records": {
        "customer": {"distinct": 1, "live": 1, "removed": 0},
        "invoice": {"distinct": 2, "live": 1, "removed": 1},
        "payment": {"distinct": 1, "live": 1, "removed": 0},
    },
    "documents": {"invoice": {"INV-1": "10.80"}, "payment": {"PAY-1": "3.00"}},
    "removed": {"invoice": ["INV-2"]},
    "sums": {"USD": {"invoice": "10.80", "invoice_before_tax": "10.00", "payment": "3.00"}},
}
RECORDS = {
    ("customer", "CUS-1"): Record("customer", "CUS-1", removed=False, data={}),
    ("invoice", "INV-1"): Record("invoice", "INV-1", removed=False, data={"number": "2026-1"}),
    ("invoice", "INV-2"): Record("invoice", "INV-2", removed=True, data={"number": "2026-2"}),
}
HERE = Place("quickbooks", "1")
CUSTOMER = Row(
    HERE,
    "customer",
    "58",
    "CUS-1",
    None,
    "Ada",
    "active",
    "USD",
    None,
    None,
    Decimal(0),
    frozenset(),
)
INVOICE = Row(
    HERE, "invoice", "145", "INV-1", "2026-1", "Ada", "open", "USD",
    Decimal("10.80"), Decimal("10.80"), Decimal("0.80"), frozenset({("invoice", "INV-1")}),
)  # fmt: skip
VOIDED = replace(
    INVOICE, ref="146", record_id="INV-2", status="voided", marked=frozenset({("invoice", "INV-2")})
)


PAID = Record("payment", "PAY-1", removed=False, data={"invoice_id": "INV-1", "amount": "3.00"})
PAYMENT = replace(
    INVOICE, kind="payment", ref="147", record_id="PAY-1", number=None, total=Decimal("3.00"),
    status="posted", marked=frozenset({("payment", "PAY-1")}),
)  # fmt: skip


def faults(*rows: Row) -> list[str]:
    kinds = {
        kind: [r for r in rows if r.kind == kind] for kind in ("customer", "invoice", "payment")
    }
    return expect.compare(EXPECTED, RECORDS, "quickbooks", kinds).faults


def test_books_as_expected_have_no_fault() -> None:
    assert not faults(CUSTOMER, INVOICE, VOIDED, PAYMENT)


def test_a_missing_and_a_doubled_record_are_named() -> None:
    assert "customer: CUS-1 is in the books 0 times" in faults(INVOICE)
    assert "invoice: INV-1 is in the books 2 times" in faults(
        CUSTOMER, INVOICE, replace(INVOICE, ref="9")
    )


def test_a_wrong_amount_number_or_sum_is_named() -> None:
    wrong = replace(INVOICE, total=Decimal("10.81"), number="2026-9")

    found = faults(CUSTOMER, wrong)

    assert "invoice: INV-1 has a total of 10.81 instead of 10.80" in found
    assert "invoice: INV-1 has the number 2026-9 instead of 2026-1" in found
    assert "invoice: the sum is 10.81 USD instead of 10.80" in found
    assert "invoice: the sum before tax is 10.01 USD instead of 10.00" in found


def test_a_ledger_is_asked_for_the_numbers_that_it_has_room_for() -> None:
    long = {"number": "2026-" + "0" * 30}
    records = RECORDS | {("invoice", "INV-1"): Record("invoice", "INV-1", removed=False, data=long)}
    kinds = {"invoice": [INVOICE]}

    verdicts = {name: expect.compare(EXPECTED, records, name, kinds) for name in expect.NUMBERS}

    wrong = f"invoice: INV-1 has the number 2026-1 instead of {long['number']}"
    assert wrong not in verdicts["quickbooks"].faults
    assert wrong in verdicts["xero"].faults


def test_faults_name_their_ledger() -> None:
    books = {"quickbooks": {"invoice": [INVOICE]}, "xero": {"customer": [CUSTOMER]}}

    found = expect.judge(EXPECTED, RECORDS, books)

    assert "QuickBooks: customer: CUS-1 is in the books 0 times" in found["quickbooks"].faults
    assert "Xero: invoice: INV-1 is in the books 0 times" in found["xero"].faults


def test_a_removed_record_that_lives_is_named() -> None:
    found = faults(CUSTOMER, INVOICE, replace(VOIDED, status="open"))

    assert "invoice: INV-2 was removed, but is open as 146" in found


def test_a_voided_record_that_should_live_is_named() -> None:
    assert "invoice: INV-1 is voided" in faults(CUSTOMER, replace(INVOICE, status="voided"))


def test_a_record_that_nobody_expects_is_named() -> None:
    assert "invoice: INV-7 is not expected" in faults(
        CUSTOMER, INVOICE, replace(INVOICE, record_id="INV-7")
    )


def test_a_payment_missing_in_the_books_is_named() -> None:
    assert "payment: PAY-1 is in the books 0 times" in faults(CUSTOMER, INVOICE)


def test_what_is_open_of_an_invoice_is_what_its_payments_leave() -> None:
    records = {("payment", "PAY-1"): PAID} | RECORDS
    half_paid = replace(INVOICE, balance=Decimal("7.80"), status="partially_paid")

    assert not expect.allocations(records, {"invoice": [half_paid, VOIDED]})
    assert expect.allocations(records, {"invoice": [INVOICE]}) == [
        "invoice: INV-1 has 10.80 open instead of 7.80"
    ]


def test_a_payment_that_bounced_leaves_the_invoice_open() -> None:
    records = {("payment", "PAY-1"): replace(PAID, removed=True)}

    assert not expect.allocations(records, {"invoice": [INVOICE]})


def test_a_marked_record_without_link_is_a_stray() -> None:
    unlinked, other = replace(INVOICE, record_id=None), replace(INVOICE, record_id="INV-3")

    found = books_of.strays({"quickbooks": {"invoice": [unlinked, other]}})

    assert found == [
        "invoice 145 (Ada, 10.80) is marked as INV-1, and no link knows it",
        "invoice 145 (Ada, 10.80) is linked to INV-3, but marked as INV-1",
    ]
