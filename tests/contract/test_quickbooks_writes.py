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
from tests.contract.scenes import with_items
from worker.providers.port import Removed, Written


def test_a_customer_gets_a_ref(quickbooks: Ledger) -> None:
    written = quickbooks.put(a_party(name="Łukasz “Luk” Przykładny", notes="Gate code 4711"))

    held = quickbooks.company.record("Customer", written.ref)
    assert held["DisplayName"] == "Łukasz “Luk” Przykładny"
    assert held["Notes"] == "Gate code 4711\n[CMMS customer CUS-1]"


def test_an_update_clears_what_is_gone(quickbooks: Ledger) -> None:
    quickbooks.put(a_party(website="https://harbor.example", shipping_address={"line1": "Pier 4"}))

    changed = quickbooks.put(a_party(email=None, billing_address=None))

    held = quickbooks.company.record("Customer", changed.ref)
    gone = ("PrimaryEmailAddr", "WebAddr", "BillAddr", "ShipAddr")
    assert [held.get(name) or None for name in gone] == [None] * 4


def test_an_update_keeps_what_others_entered(quickbooks: Ledger) -> None:
    written = quickbooks.put(a_vendor())
    entered = quickbooks.company.enter("Vendor", Id=written.ref, Vendor1099=True)
    quickbooks.known[(Kind.VENDOR, "VEN-1")] = Written(written.ref, entered["SyncToken"])

    quickbooks.put(a_vendor(name="Northside Bearings LLC"))

    held = quickbooks.company.record("Vendor", written.ref)
    assert (held["DisplayName"], held["Vendor1099"]) == ("Northside Bearings LLC", True)


def test_an_archived_party_is_inactive(quickbooks: Ledger) -> None:
    written = quickbooks.put(a_party())

    outcome = quickbooks.remove(a_party())

    assert isinstance(outcome, Removed)
    assert quickbooks.company.record("Customer", written.ref)["Active"] is False


def test_an_archived_party_comes_back(quickbooks: Ledger) -> None:
    quickbooks.put(a_party())
    quickbooks.remove(a_party())

    back = quickbooks.put(a_party())

    held = quickbooks.company.record("Customer", back.ref)
    assert (held["Active"], held["DisplayName"]) == (True, "Harbor Hotel Group")


def test_stock_is_opened_once(quickbooks: Ledger) -> None:
    quickbooks.put(a_stock_item(quantity_on_hand="12"))

    changed = quickbooks.put(a_stock_item(quantity_on_hand="900", sales_price="50.12345"))

    held = quickbooks.company.record("Item", changed.ref)
    assert (held["QtyOnHand"], held["UnitPrice"], held["InvStartDate"]) == (
        12,
        50.12345,
        "2026-01-01",
    )


def test_items_of_every_type_arrive(quickbooks: Ledger) -> None:
    bought = an_item(id="ITM-3", name="Shop rags", type="non_inventory", purchase_cost="4.10")

    refs = [quickbooks.put(one).ref for one in (an_item(), a_stock_item(), bought)]

    types = [quickbooks.company.record("Item", ref)["Type"] for ref in refs]
    assert types == ["Service", "Inventory", "NonInventory"]


def test_a_changed_invoice_replaces_all_lines(quickbooks: Ledger) -> None:
    with_items(quickbooks).put(an_invoice(memo="Thank you", reference="PO 7"))
    lines = [{"item_id": "ITM-1", "quantity": "1", "unit_price": "95.00", "tax_code": "NON"}]

    changed = quickbooks.put(an_invoice(lines=lines, total="95.00", number="2026-1042-B"))

    held = quickbooks.company.record("Invoice", changed.ref)
    assert (changed.total, changed.number) == (Decimal("95.00"), "2026-1042-B")
    assert not held.get("CustomerMemo", {}).get("value", "").strip()


def test_a_voided_invoice_keeps_its_number(quickbooks: Ledger) -> None:
    written = with_items(quickbooks).put(an_invoice())

    outcome = quickbooks.remove(an_invoice())

    held = quickbooks.company.record("Invoice", written.ref)
    assert isinstance(outcome, Removed)
    assert (held["TotalAmt"], held["DocNumber"]) == (0, "2026-1042")


def test_an_expense_is_a_balanced_entry(quickbooks: Ledger) -> None:
    quickbooks.put(a_vendor())

    written = quickbooks.put(an_expense())

    held = quickbooks.company.record("JournalEntry", written.ref)
    assert written.total == Decimal("31.20")
    assert [line["Description"] for line in held["Line"]] == [
        "Fuel for van 4 for work order WO-1042"
    ] * 2


def test_an_expense_changes_and_goes(quickbooks: Ledger) -> None:
    quickbooks.put(a_vendor())
    quickbooks.put(an_expense())

    changed = quickbooks.put(an_expense(amount="40.00"))
    gone = quickbooks.remove(an_expense())

    assert changed.total == Decimal("40.00")
    assert isinstance(gone, Removed)
    assert quickbooks.company.records("JournalEntry") == []
