"""Records of every kind go into the books, change there and leave them."""

from decimal import Decimal

from schemas.kinds import Kind
from tests.contract.ledger import Ledger
from tests.contract.records import (
    a_party,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from worker.providers.lookup import HOUSE_ITEM
from worker.providers.port import Clash, Operation, Refused, Removed, Unknown, Written


def with_items(ledger: Ledger) -> Ledger:
    """The customer and the items that `an_invoice` names."""
    for document in (a_party(), an_item(), a_stock_item()):
        ledger.put(document)
    return ledger


def test_a_customer_gets_a_ref(ledger: Ledger) -> None:
    written = ledger.put(a_party(name="Łukasz “Luk” Przykładny", notes="Gate code 4711"))

    held = ledger.company.record("Customer", written.ref)
    assert held["DisplayName"] == "Łukasz “Luk” Przykładny"
    assert held["Notes"] == "Gate code 4711\n[CMMS customer CUS-1]"


def test_an_update_clears_what_is_gone(ledger: Ledger) -> None:
    ledger.put(a_party(website="https://harbor.example", shipping_address={"line1": "Pier 4"}))

    changed = ledger.put(a_party(email=None, billing_address=None))

    held = ledger.company.record("Customer", changed.ref)
    gone = ("PrimaryEmailAddr", "WebAddr", "BillAddr", "ShipAddr")
    assert [held.get(name) or None for name in gone] == [None] * 4


def test_an_update_keeps_what_others_entered(ledger: Ledger) -> None:
    written = ledger.put(a_vendor())
    entered = ledger.company.enter("Vendor", Id=written.ref, Vendor1099=True)
    ledger.known[(Kind.VENDOR, "VEN-1")] = Written(written.ref, entered["SyncToken"])

    ledger.put(a_vendor(name="Northside Bearings LLC"))

    held = ledger.company.record("Vendor", written.ref)
    assert (held["DisplayName"], held["Vendor1099"]) == ("Northside Bearings LLC", True)


def test_an_archived_party_is_inactive(ledger: Ledger) -> None:
    written = ledger.put(a_party())

    outcome = ledger.remove(a_party())

    assert isinstance(outcome, Removed)
    assert ledger.company.record("Customer", written.ref)["Active"] is False


def test_an_archived_party_comes_back(ledger: Ledger) -> None:
    ledger.put(a_party())
    ledger.remove(a_party())

    back = ledger.put(a_party())

    held = ledger.company.record("Customer", back.ref)
    assert (held["Active"], held["DisplayName"]) == (True, "Harbor Hotel Group")


def test_stock_is_opened_once(ledger: Ledger) -> None:
    ledger.put(a_stock_item(quantity_on_hand="12"))

    changed = ledger.put(a_stock_item(quantity_on_hand="900", sales_price="50.12345"))

    held = ledger.company.record("Item", changed.ref)
    assert (held["QtyOnHand"], held["UnitPrice"], held["InvStartDate"]) == (
        12,
        50.12345,
        "2026-01-01",
    )


def test_items_of_every_type_arrive(ledger: Ledger) -> None:
    bought = an_item(id="ITM-3", name="Shop rags", type="non_inventory", purchase_cost="4.10")

    refs = [ledger.put(one).ref for one in (an_item(), a_stock_item(), bought)]

    types = [ledger.company.record("Item", ref)["Type"] for ref in refs]
    assert types == ["Service", "Inventory", "NonInventory"]


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


def test_a_line_without_item_sells_our_own(ledger: Ledger) -> None:
    house = an_item(id=f"{HOUSE_ITEM}{ledger.account('4100')}", name="CMMS sales")
    ledger.put(house)
    lines = [{"description": "Travel", "amount": "35.00", "tax_code": "TAX"}]

    written = with_items(ledger).put(an_invoice(lines=lines, total="37.80"))

    assert written.total == Decimal("37.80")


def test_a_changed_invoice_replaces_all_lines(ledger: Ledger) -> None:
    with_items(ledger).put(an_invoice(memo="Thank you", reference="PO 7"))
    lines = [{"item_id": "ITM-1", "quantity": "1", "unit_price": "95.00", "tax_code": "NON"}]

    changed = ledger.put(an_invoice(lines=lines, total="95.00", number="2026-1042-B"))

    held = ledger.company.record("Invoice", changed.ref)
    assert (changed.total, changed.number) == (Decimal("95.00"), "2026-1042-B")
    assert not held.get("CustomerMemo", {}).get("value", "").strip()


def test_a_voided_invoice_keeps_its_number(ledger: Ledger) -> None:
    written = with_items(ledger).put(an_invoice())

    outcome = ledger.remove(an_invoice())

    held = ledger.company.record("Invoice", written.ref)
    assert isinstance(outcome, Removed)
    assert (held["TotalAmt"], held["DocNumber"]) == (0, "2026-1042")


def test_an_expense_is_a_balanced_entry(ledger: Ledger) -> None:
    ledger.put(a_vendor())

    written = ledger.put(an_expense())

    held = ledger.company.record("JournalEntry", written.ref)
    assert written.total == Decimal("31.20")
    assert [line["Description"] for line in held["Line"]] == [
        "Fuel for van 4 for work order WO-1042"
    ] * 2


def test_an_expense_changes_and_goes(ledger: Ledger) -> None:
    ledger.put(a_vendor())
    ledger.put(an_expense())

    changed = ledger.put(an_expense(amount="40.00"))
    gone = ledger.remove(an_expense())

    assert changed.total == Decimal("40.00")
    assert isinstance(gone, Removed)
    assert ledger.company.records("JournalEntry") == []


def test_one_bad_item_holds_up_nothing(ledger: Ledger) -> None:
    with_items(ledger).put(an_invoice())
    good, taken = an_invoice(id="INV-2", number="2"), an_invoice(id="INV-3")
    early = an_invoice(id="INV-4", number="4", issue_date="2025-01-01")
    plan = ledger.plan(*map(ledger.work, (good, taken, early)))
    submission = ledger.submit(plan.requests[0])

    outcomes = ledger.remember(submission, ledger.books.send(submission))

    kinds = [type(outcomes[name]) for name in ("INV-2", "INV-3", "INV-4")]
    assert kinds == [Written, Clash, Refused]


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

    outcomes = ledger.remember(submission, ledger.books.send(submission))

    kinds = [type(outcomes[name]) for name in ("INV-A", "INV-B", "EXP-1")]
    assert kinds == [Written, Removed, Written]


def test_an_item_left_out_is_unknown(ledger: Ledger) -> None:
    with_items(ledger).company.fault(fault="drop_item", where="batch")
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2, 3)]
    submission = ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])

    outcomes = ledger.remember(submission, ledger.books.send(submission))

    assert [type(outcomes[f"INV-{n}"]) for n in (1, 2, 3)] == [Written, Written, Unknown]
    ledger.look(submission.parts[2])
