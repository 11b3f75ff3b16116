"""Bills and the payments made for them."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company
from tests.simulators.quickbooks.draft import (
    Draft,
    set_currency,
    set_dates,
    set_home_amounts,
    set_number,
)
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import (
    LineMaker,
    check_billable,
    ensure_open,
    item_line,
    move_stock,
    read_lines,
    single_link,
    text_line,
)
from tests.simulators.quickbooks.links import Applied, apply_links, check_linked_once, link_target
from tests.simulators.quickbooks.references import (
    EXPENSE,
    account,
    account_of_type,
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
PAYABLE = frozenset({"Accounts Payable"})


def build_bill(draft: Draft) -> Body:
    """A checked and computed Bill."""
    ensure_open(draft)
    body, company = draft.body, draft.company
    vendor = _vendor(draft)
    plain_references(company, body)
    set_dates(draft, due=True)
    set_currency(draft, vendor)
    payable = body.get("APAccountRef") or account_of_type(company, "Accounts Payable")
    if payable is None:
        raise required("APAccountRef")
    body["APAccountRef"] = account(company, payable, "APAccountRef", PAYABLE)
    body["Line"] = read_lines(draft, MAKERS)
    subtotal = sum((Decimal(line.get("Amount", 0)) for line in body["Line"]), ZERO)
    if company.is_us:
        body.pop("GlobalTaxCalculation", None)
        body.pop("TxnTaxDetail", None)
        body["TotalAmt"] = subtotal
    else:
        body["TxnTaxDetail"] = global_tax(draft, body["Line"], "PurchaseTaxRateList")
        body["TotalAmt"] = subtotal + body["TxnTaxDetail"]["TotalTax"]
    if body["TotalAmt"] < 0:
        raise Refused("2290", "Transaction amount must be 0 or greater", "TotalAmt")
    _open_amount(draft)
    set_home_amounts(draft)
    set_number(draft)
    return body


def _vendor(draft: Draft) -> Body:
    body = draft.body
    if "VendorRef" not in body:
        raise required("VendorRef")
    vendor = target(draft.company, "Vendor", body["VendorRef"], "VendorRef")
    body["VendorRef"] = named(draft.company, "Vendor", body["VendorRef"], "VendorRef")
    return vendor


def _open_amount(draft: Draft) -> None:
    body = draft.body
    applied = draft.company.applied.get(("Bill", draft.own_id or ""), {})
    used = sum(applied.values(), ZERO)
    if used > body["TotalAmt"]:
        raise business(f"The amount is less than the {used} already paid")
    if applied and draft.old and draft.old["VendorRef"] != body["VendorRef"]:
        raise business("The vendor of a transaction with payments cannot be changed")
    body["LinkedTxn"] = (draft.old or {}).get("LinkedTxn", [])
    body["Balance"] = Decimal(body["TotalAmt"]) - used


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


def apply_bill(draft: Draft, new: Body | None) -> None:
    """Stock and the vendor's balance after a bill was written, changed or removed."""
    move_stock(draft, new, 1)
    for body, sign in ((draft.old, -1), (new, 1)):
        if body:
            owed = Decimal(body["Balance"]) * sign
            move_vendor_balance(draft.company, body["VendorRef"]["value"], owed)


def move_vendor_balance(company: Company, number: str, change: Decimal) -> None:
    vendor = company.find("Vendor", number)
    if vendor is not None and change:
        vendor["Balance"] = Decimal(vendor["Balance"]) + change


def build_bill_payment(draft: Draft) -> Body:
    """A checked BillPayment; it may not pay more than a bill has open."""
    ensure_open(draft)
    body, company = draft.body, draft.company
    for name in ("VendorRef", "TotalAmt", "PayType", "Line"):
        if name not in body:
            raise required(name)
    vendor = _vendor(draft)
    set_dates(draft, due=False)
    set_currency(draft, vendor)
    _paid_from(company, body)
    lines, applied = [], ZERO
    for line in body["Line"]:
        link = single_link(line)
        amount = Decimal(line.get("Amount", 0))
        link_target(draft, link, amount, "VendorRef")
        applied += amount
        lines.append({"Amount": line.get("Amount", 0), "LinkedTxn": [link]})
    check_linked_once(lines)
    if applied > body["TotalAmt"]:
        raise business(f"{applied} applied of {body['TotalAmt']}", "TotalAmt")
    body["Line"] = lines
    set_home_amounts(draft)
    return body


def _paid_from(company: Company, body: Body) -> None:
    part, element, kind = {
        "Check": ("CheckPayment", "BankAccountRef", "Bank"),
        "CreditCard": ("CreditCardPayment", "CCAccountRef", "Credit Card"),
    }[body["PayType"]]
    reference = body.get(part, {}).get(element)
    if not reference:
        raise required(f"{part}.{element}")
    found = account(company, reference, element, frozenset({kind}))
    body[part] = body[part] | {element: found}


def apply_bill_payment(draft: Draft, new: Body | None) -> None:
    """The bills' balances after a payment was written, changed or removed."""
    kind = f"BillPayment{(new or draft.old or {})['PayType']}"
    apply_links(Applied(draft.company, "BillPayment", kind, move_vendor_balance), draft.old, new)
