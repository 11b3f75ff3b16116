"""Bills, and the credits that vendors give."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.balances import apply_open_amount, set_open_amount
from tests.simulators.quickbooks.company import ZERO
from tests.simulators.quickbooks.draft import (
    Draft,
    set_currency,
    set_dates,
    set_home_amounts,
    set_number,
)
from tests.simulators.quickbooks.errors import Refused, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import (
    LineMaker,
    check_billable,
    ensure_open,
    item_line,
    move_stock,
    read_lines,
    text_line,
)
from tests.simulators.quickbooks.references import (
    EXPENSE,
    account,
    ledger_account,
    named,
    plain_references,
    target,
)
from tests.simulators.quickbooks.tax import global_tax, line_tax_code

COSTS = EXPENSE | {
    "Other Current Asset",
    "Fixed Asset",
    "Other Asset",
    "Other Current Liability",
    "Long Term Liability",
    "Income",
    "Other Income",
    "Equity",
}


def build_purchase(draft: Draft) -> Body:
    """A checked and computed Bill or VendorCredit."""
    ensure_open(draft)
    body, company = draft.body, draft.company
    vendor = _vendor(draft)
    plain_references(company, body)
    set_dates(draft, due=draft.kind == "Bill")
    set_currency(draft, vendor)
    ledger_account(draft, "APAccountRef", needed=True)
    body["Line"] = read_lines(draft, MAKERS)
    if company.is_us:
        body.pop("GlobalTaxCalculation", None)
        body.pop("TxnTaxDetail", None)
    else:
        body["TxnTaxDetail"] = global_tax(draft, body["Line"], "PurchaseTaxRateList")
    subtotal = sum((Decimal(line.get("Amount", 0)) for line in body["Line"]), ZERO)
    body["TotalAmt"] = subtotal + body.get("TxnTaxDetail", {}).get("TotalTax", ZERO)
    if body["TotalAmt"] < 0:
        raise Refused("2290", "Transaction amount must be 0 or greater", "TotalAmt")
    set_open_amount(draft)
    set_home_amounts(draft)
    set_number(draft)
    return body


def _vendor(draft: Draft) -> Body:
    body, company = draft.body, draft.company
    if "VendorRef" not in body:
        raise required("VendorRef")
    vendor = target(company, "Vendor", body["VendorRef"], "VendorRef")
    body["VendorRef"] = named(company, "Vendor", body["VendorRef"], "VendorRef")
    if draft.kind == "Bill" and draft.old is None and "TermRef" in vendor:
        body.setdefault("SalesTermRef", vendor["TermRef"])
    return vendor


def _account_line(draft: Draft, _line: Body, detail: Body) -> Body:
    if "AccountRef" not in detail:
        raise required("AccountRef")
    detail["AccountRef"] = account(draft.company, detail["AccountRef"], "AccountRef", COSTS)
    return _cost(draft, detail)


def _item_line(draft: Draft, line: Body, detail: Body) -> Body:
    return _cost(draft, item_line(draft, line, detail))


def _cost(draft: Draft, detail: Body) -> Body:
    detail.setdefault("BillableStatus", "NotBillable")
    check_billable(draft, detail)
    line_tax_code(draft, detail)
    return detail


MAKERS: dict[str, LineMaker] = {
    "AccountBasedExpenseLineDetail": _account_line,
    "ItemBasedExpenseLineDetail": _item_line,
    "DescriptionOnly": text_line,
}


def apply_purchase(draft: Draft, new: Body | None) -> None:
    """Stock and the vendor's balance after a purchase was written, changed or removed."""
    move_stock(draft, new, 1 if draft.kind == "Bill" else -1)
    apply_open_amount(draft, new)
