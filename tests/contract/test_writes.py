"""Records of every kind go into the books, change there and leave them, with equal totals."""

from decimal import Decimal

import pytest

from tests.contract.ledger import Ledger, Open, kind_of
from tests.contract.records import (
    a_bill,
    a_party,
    a_payment,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from tests.contract.scenes import ready_for, with_house_item, with_items
from worker.providers.port import (
    Clash,
    Operation,
    Ours,
    Record,
    Refused,
    Removed,
    Unknown,
    Written,
)

EVERY_KIND: list[Record] = [
    a_party(),
    a_vendor(),
    an_item(),
    a_stock_item(),
    an_invoice(),
    a_bill(),
    an_expense(),
    a_payment(),
]


def changed(ledger: Ledger, document: Record) -> Record:
    """The next version of one of these, with other accounts where it may name them."""
    others = ledger.provider.others
    journal = {f"{side}_account": others[f"journal_{side}"] for side in ("debit", "credit")}
    later: dict[str, Record] = {
        "CUS-1": a_party(phone="+1 503 555 0199", email=None),
        "VEN-1": a_vendor(name="Northside Bearings LLC"),
        "ITM-1": an_item(sales_price="98.00"),
        "ITM-2": a_stock_item(description="Carbon"),
        "INV-1": an_invoice(memo="Second version", due_date="2026-11-15"),
        "BILL-1": a_bill(number="INV-77121", due_date=None, memo="Second version"),
        "EXP-1": an_expense(amount="40.00", date="2026-10-02", **journal),
        "PAY-1": a_payment(amount="90.00", date="2026-10-06", account=others["payment"]),
    }
    return later[document.id]


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda document: document.id)
def test_a_record_is_made_and_found(ledger: Ledger, document: Record) -> None:
    submission = ready_for(ledger, document).prepared(document)

    written = ledger.remember(submission, ledger.answer(submission))[document.id]

    assert isinstance(written, Written)
    assert ledger.look(submission.parts[0]) == Ours(written)


@pytest.mark.parametrize(
    "document",
    [*EVERY_KIND[:-1], pytest.param(a_payment(), marks=pytest.mark.needs("edited payments"))],
    ids=lambda document: document.id,
)
def test_a_record_changes_where_it_is(ledger: Ledger, document: Record) -> None:
    made = ready_for(ledger, document).put(document)
    before = ledger.company.count(kind_of(document))
    submission = ledger.prepared(changed(ledger, document))

    written = ledger.remember(submission, ledger.answer(submission))[document.id]

    assert isinstance(written, Written)
    assert written.ref == made.ref
    assert written.digest != made.digest
    assert ledger.company.count(kind_of(document)) == before
    assert ledger.look(submission.parts[0]) == Ours(written)


@pytest.mark.parametrize(
    "document", [one for one in EVERY_KIND if one.id != "ITM-2"], ids=lambda document: document.id
)
def test_a_record_leaves_the_books(ledger: Ledger, document: Record) -> None:
    made = ready_for(ledger, document).put(document)
    submission = ledger.prepared(document, Operation.REMOVE)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Removed)
    assert outcome.ref == made.ref
    assert isinstance(ledger.look(submission.parts[0]), Ours)


def test_an_expense_comes_to_the_same_total(ledger: Ledger) -> None:
    ledger.put(a_vendor())

    assert ledger.put(an_expense()).total == Decimal("31.20")


def test_an_invoice_comes_to_the_same_total(ledger: Ledger) -> None:
    written = with_items(ledger).put(an_invoice())

    assert written.total == written.balance == Decimal("238.50")
    assert written.number == "2026-1042"


def test_discounts_and_tax_agree_to_the_cent(ledger: Ledger) -> None:
    lines = [
        {
            "description": "Pump seals",
            "item_id": "ITM-2",
            "quantity": "7",
            "unit_price": "48.57",
            "discount_percent": "12.5",
            "tax_code": "TAX",
        },
        {"item_id": "ITM-1", "quantity": "5.25", "unit_price": "84.75", "tax_code": "NON"},
    ]

    written = with_items(ledger).put(an_invoice(lines=lines, total=None))

    assert written.total == Decimal("297.49") + Decimal("23.80") + Decimal("444.94")


def test_a_line_without_item_is_sold_as_mapped(ledger: Ledger) -> None:
    lines = [{"description": "Travel", "amount": "35.00", "tax_code": "TAX"}]
    invoice = an_invoice(lines=lines, total="37.80")

    written = ready_for(with_house_item(ledger), invoice).put(invoice)

    assert written.total == Decimal("37.80")


def test_one_bad_item_holds_up_nothing(ledger: Ledger) -> None:
    with_items(ledger).put(an_invoice())
    ledger.company.close("2025-12-31")
    good, taken = an_invoice(id="INV-2", number="2"), an_invoice(id="INV-3")
    early = an_invoice(id="INV-4", number="4", issue_date="2025-01-01")
    plan = ledger.plan(*map(ledger.work, (good, taken, early)))
    submission = ledger.submit(plan.requests[0])

    outcomes = ledger.remember(submission, ledger.answer(submission))

    kinds = [type(outcomes[name]) for name in ("INV-2", "INV-3", "INV-4")]
    assert kinds == [Written, Clash, Refused]


@pytest.mark.needs("mixed batches")
def test_a_batch_takes_every_operation(ledger: Ledger) -> None:
    with_items(ledger)
    ledger.put(a_vendor())
    first, second = an_invoice(id="INV-A", number="A"), an_invoice(id="INV-B", number="B")
    ledger.put(first)
    ledger.put(second)
    due = [
        ledger.work(first.model_copy(update={"memo": "changed"})),
        ledger.work(second, operation=Operation.REMOVE),
        ledger.work(an_expense()),
    ]
    submission = ledger.submit(ledger.plan(*due).requests[0])

    outcomes = ledger.remember(submission, ledger.answer(submission))

    kinds = {name: type(outcome) for name, outcome in outcomes.items()}
    assert kinds == {"INV-A": Written, "INV-B": Removed, "EXP-1": Written}


def test_an_item_left_out_is_unknown(ledger: Ledger) -> None:
    with_items(ledger).company.fault(fault="drop_item", where="batch")
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2, 3)]
    submission = ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])

    outcomes = ledger.remember(submission, ledger.answer(submission))

    assert [type(outcomes[f"INV-{n}"]) for n in (1, 2, 3)] == [Written, Written, Unknown]
    ledger.look(submission.parts[2])


@pytest.mark.needs("revived parties")
@pytest.mark.parametrize("document", [a_party(), a_vendor()], ids=lambda document: document.id)
def test_an_archived_party_comes_back(ledger: Ledger, document: Record) -> None:
    made = ledger.put(document)
    ledger.remove(document)

    assert ledger.put(document).ref == made.ref


@pytest.mark.needs("opening stock")
def test_stock_is_opened_once(ledger: Ledger) -> None:
    item = ledger.put(a_stock_item(quantity_on_hand="12")).ref

    ledger.put(a_stock_item(quantity_on_hand="900"))

    assert ledger.company.stock(item) == 12


@pytest.mark.needs("foreign journals")
def test_an_expense_may_be_in_another_currency(open_ledger: Open) -> None:
    ledger = open_ledger(multicurrency=True)
    ledger.company.deal_in("EUR")
    ledger.put(a_vendor(currency="EUR"))

    assert ledger.put(an_expense(currency="EUR")).total == Decimal("31.20")
