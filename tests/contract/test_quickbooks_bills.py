"""Purchase invoices are bills: written, changed and deleted in the books as payments allow."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.bill import PurchaseInvoice
from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_bill, a_stock_item, a_vendor
from tests.contract.scenes import ready_for
from worker.policies import Policies, TakenNumber
from worker.providers.port import (
    Barred,
    Clash,
    Refused,
    Removed,
    Stranger,
    Untouched,
    Written,
)


def of(*lines: dict[str, Any], **fields: object) -> PurchaseInvoice:
    return a_bill(lines=list(lines), total=None, **fields)


def net_of(bill: PurchaseInvoice) -> Decimal:
    return sum((line.net(bill.currency) for line in bill.lines), Decimal(0))


def stock(ledger: Ledger) -> Decimal:
    (held,) = [one for one in ledger.company.records("Item") if one["Name"].startswith("Pump seal")]
    return Decimal(str(held["QtyOnHand"]))


def details(held: dict[str, Any]) -> list[dict[str, Any]]:
    return [line[line["DetailType"]] for line in held["Line"]]


def test_items_are_received_and_the_rest_is_booked_by_account(quickbooks: Ledger) -> None:
    before = stock(ready_for(quickbooks, a_bill()))

    written = quickbooks.put(a_bill(memo="Second delivery"))

    held = quickbooks.company.record("Bill", written.ref)
    received, freight = details(held)
    assert (received["Qty"], received["UnitPrice"]) == (2, 31.2)
    assert stock(quickbooks) - before == 2
    assert freight["AccountRef"]["value"] == quickbooks.account("6410")
    assert (held["DocNumber"], held["DueDate"]) == ("INV-77120", "2026-10-31")
    assert held["PrivateNote"] == (
        "Second delivery\nPurchase order PO-377\n[CMMS purchase_invoice BILL-1]"
    )
    assert (written.total, written.balance) == (Decimal("77.40"), Decimal("77.40"))


@pytest.mark.parametrize(
    ("line", "received"),
    [
        ({"received_quantity": "7", "unit_cost": "4.33333"}, "7"),
        ({"received_quantity": "30000", "unit_cost": "0.333333"}, "30000"),
        ({"received_quantity": "3", "amount": "100.00"}, "3"),
        ({"received_quantity": "-2", "unit_cost": "-31.20"}, "-2"),
        ({"received_quantity": "0", "unit_cost": "31.20"}, "0"),
        ({"received_quantity": "0", "amount": "12.00"}, "0"),
    ],
    ids=str,
)
def test_totals_and_stock_are_exact(
    quickbooks: Ledger, line: dict[str, str], received: str
) -> None:
    bill = of({"item_id": "ITM-2", **line})
    before = stock(ready_for(quickbooks, bill))

    written = quickbooks.put(bill)

    assert written.total == net_of(bill)
    assert stock(quickbooks) - before == Decimal(received)


def test_a_change_moves_stock_as_well(quickbooks: Ledger) -> None:
    ready_for(quickbooks, a_bill()).put(a_bill())
    before = stock(quickbooks)
    lines = [{"item_id": "ITM-2", "received_quantity": "5", "unit_cost": "30.00"}]

    changed = quickbooks.put(a_bill(lines=lines, total="150.00", number="INV-77120-B"))

    assert (changed.total, changed.number) == (Decimal("150.00"), "INV-77120-B")
    assert stock(quickbooks) - before == 3


def test_a_voided_bill_is_deleted_with_its_stock(quickbooks: Ledger) -> None:
    before = stock(ready_for(quickbooks, a_bill()))
    quickbooks.put(a_bill())

    outcome = quickbooks.remove(a_bill())

    assert isinstance(outcome, Removed)
    assert quickbooks.company.records("Bill") == []
    assert stock(quickbooks) == before


def test_a_bill_that_somebody_entered_is_met(quickbooks: Ledger) -> None:
    ready_for(quickbooks, a_bill())
    detail = {"AccountRef": {"value": quickbooks.account("6410")}}
    kind = "AccountBasedExpenseLineDetail"
    entered = quickbooks.company.enter(
        "Bill",
        VendorRef={"value": quickbooks.known[(Kind.VENDOR, "VEN-1")].ref},
        DocNumber="inv-77120",
        TxnDate="2026-10-01",
        Line=[{"Amount": 77.4, "DetailType": kind, kind: detail}],
    )

    outcome = quickbooks.send(submission := quickbooks.prepared(a_bill()))
    found = quickbooks.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert (found.ref, found.exact, found.marked) == (entered["Id"], True, False)


def test_a_vendors_number_stands_twice_where_that_is_allowed(open_quickbooks: Open) -> None:
    ledger = ready_for(open_quickbooks(), a_bill())
    policies = Policies(taken_number=TakenNumber.ALLOW)
    ledger.pulled = replace(ledger.chart(), policies=policies)
    ledger.put(a_bill())

    written = ledger.put(a_bill(id="BILL-2"))

    assert (written.number, ledger.company.count(Kind.PURCHASE_INVOICE)) == ("INV-77120", 2)


# Paid ones


# Taxes and currencies


def test_a_bill_of_costs_with_tax_comes_to_them(quickbooks: Ledger) -> None:
    lines = [{"description": "Freight", "amount": "16.20", "tax_code": "TAX"}]
    bill = a_bill(lines=lines, amounts="tax_inclusive", total="16.20")

    assert ready_for(quickbooks, bill).put(bill).total == Decimal("16.20")


@pytest.mark.parametrize(
    ("code", "total"), [("20.0% S", "120.00"), ("Exempt", "100.00"), (None, "105.00")]
)
def test_abroad_every_line_has_its_code(refusing: Open, code: str | None, total: str) -> None:
    ledger = refusing(country="GB", currency="GBP")
    ledger.mapping = {**ledger.mapping, "purchase_tax": "5.0% R"}
    ledger.put(a_vendor())
    ledger.put(a_stock_item(tax_code=None))
    lines = [
        {"item_id": "ITM-2", "received_quantity": "2", "unit_cost": "40.00", "tax_code": code},
        {"description": "Freight", "amount": "20.00", "tax_code": code},
    ]

    written = ledger.put(of(*lines, currency="GBP", amounts="tax_exclusive"))

    assert written.total == Decimal(total)


@pytest.mark.parametrize("code", ["20.0% S", "Exempt"])
def test_abroad_costs_may_contain_their_tax(refusing: Open, code: str) -> None:
    ledger = refusing(country="GB", currency="GBP")
    ledger.put(a_vendor())
    ledger.put(a_stock_item(tax_code=None))
    lines = [
        {"item_id": "ITM-2", "received_quantity": "3000", "amount": "100.00", "tax_code": code},
        {"description": "Freight", "amount": "20.01", "tax_code": code},
    ]

    written = ledger.put(of(*lines, currency="GBP", amounts="tax_inclusive"))

    assert written.total == Decimal("120.01")


# What the books refuse


def test_2290_a_bill_of_less_than_nothing(refusing: Open) -> None:
    bill = a_bill(lines=[{"description": "Credit", "amount": "-5.00"}], total="0.00")

    outcome = ready_for(refusing(), bill).push(bill)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("negative_amount", True)


def test_6430_an_account_that_takes_no_bills(refusing: Open) -> None:
    bill = of({"description": "Freight", "amount": "15.00", "account": "1000"})

    outcome = ready_for(refusing(), bill).push(bill)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "account_type_wrong"
    assert [cause.kind for cause in outcome.fault.causes] == ["account"]


@pytest.mark.parametrize("named", ["vendor", "item", "account"])
def test_610_something_that_a_bill_names_is_inactive(refusing: Open, named: str) -> None:
    ledger = ready_for(refusing(), a_bill())
    submission = ledger.prepared(a_bill())
    ref = {
        "vendor": ledger.known[(Kind.VENDOR, "VEN-1")].ref,
        "item": ledger.known[(Kind.ITEM, "ITM-2")].ref,
        "account": ledger.account("6410"),
    }[named]
    if named == "item":  # QuickBooks keeps an item with stock
        ledger.company.enter("Item", Id=ref, QtyOnHand=0)
    ledger.company.enter(named.capitalize(), Id=ref, Active=False)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "reference_inactive"
    (cause,) = outcome.fault.causes
    assert (cause.kind.removesuffix("_ref"), cause.id) == (named, ref)


def test_6270_stock_that_began_later(refusing: Open) -> None:
    ledger = refusing()
    ledger.put(a_vendor())
    ledger.put(a_stock_item(as_of="2026-10-15"))

    outcome = ledger.push(a_bill())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "stock_too_young"


# Paid ones


def test_a_paid_bill_stays_with_its_vendor(quickbooks: Ledger) -> None:
    quickbooks.put(a_vendor(id="VEN-2", name="Southside Bearings"))
    written = ready_for(quickbooks, a_bill()).put(a_bill())
    quickbooks.company.pay_bill(written.ref, "10.00")

    found = quickbooks.look(quickbooks.prepared(a_bill(vendor_id="VEN-2")).parts[0])

    assert isinstance(found, Barred)
    assert found.fault.code == "vendor_paid"


def test_a_paid_bill_can_say_something_else(quickbooks: Ledger) -> None:
    written = ready_for(quickbooks, a_bill()).put(a_bill())
    quickbooks.company.pay_bill(written.ref, "77.40")
    part = quickbooks.prepared(a_bill(memo="Received by Ana")).parts[0]

    found = quickbooks.look(part)

    assert isinstance(found, Untouched)
    quickbooks.known[(Kind.PURCHASE_INVOICE, "BILL-1")] = Written(written.ref, found.sync_token)
    assert quickbooks.put(a_bill(memo="Received by Ana")).balance == 0
