"""Invoices and credit memos."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.balances import apply_open_amount, set_open_amount
from tests.simulators.quickbooks.company import ZERO
from tests.simulators.quickbooks.draft import (
    Draft,
    cents,
    set_currency,
    set_dates,
    set_home_amounts,
    set_number,
)
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import (
    LineMaker,
    ensure_open,
    item_line,
    move_stock,
    read_lines,
    text_line,
)
from tests.simulators.quickbooks.references import (
    account,
    ledger_account,
    named,
    plain_references,
    target,
)
from tests.simulators.quickbooks.tax import line_tax_code, sales_tax

DISCOUNTS = frozenset({"Income", "Expense", "Other Income", "Other Expense", "Cost of Goods Sold"})


def build_sale(draft: Draft) -> Body:
    """A checked and computed Invoice or CreditMemo."""
    ensure_open(draft)
    body, company = draft.body, draft.company
    if "CustomerRef" not in body:
        raise required("CustomerRef")
    customer = target(company, "Customer", body["CustomerRef"], "CustomerRef")
    body["CustomerRef"] = named(company, "Customer", body["CustomerRef"], "CustomerRef")
    plain_references(company, body)
    set_dates(draft, due=draft.kind == "Invoice")
    set_currency(draft, customer)
    ledger_account(draft, "ARAccountRef")
    if company.is_us:  # the field belongs to other countries
        body.pop("GlobalTaxCalculation", None)
    lines = read_lines(draft, MAKERS)
    subtotal = sum((Decimal(line["Amount"]) for line in lines if _counts(line)), ZERO)
    lines, discount = _with_discount(lines, subtotal)
    body["TxnTaxDetail"] = sales_tax(draft, lines, discount)
    body["Line"] = _with_subtotal(lines, subtotal)
    body["TotalAmt"] = subtotal - discount + body["TxnTaxDetail"]["TotalTax"]
    if body["TotalAmt"] < 0:
        raise Refused("2290", "Transaction amount must be 0 or greater", "TotalAmt")
    _defaults(draft, customer)
    set_open_amount(draft)
    set_home_amounts(draft)
    set_number(draft)  # last: a refused document uses up no number
    return body


def _defaults(draft: Draft, customer: Body) -> None:
    body = draft.body
    body.setdefault("CustomField", [])
    body.setdefault("ApplyTaxAfterDiscount", False)
    body.setdefault("PrintStatus", "NeedToPrint")
    body.setdefault("EmailStatus", "NotSet")
    if body["EmailStatus"] == "NeedToSend" and "BillEmail" not in body:
        raise Refused("6420", "An e-mail address is required to send this", "BillEmail")
    if draft.kind == "Invoice":
        for name in ("IPN", "Online", "OnlineCreditCard", "OnlineACH"):
            body.setdefault(f"Allow{name}Payment", False)
    for name in ("BillAddr", "ShipAddr"):
        if name not in body and name in customer:
            body[name] = customer[name]


def _sales_item(draft: Draft, line: Body, detail: Body) -> Body:
    detail = item_line(draft, line, detail)
    line_tax_code(draft, detail)
    return detail


def _discount(draft: Draft, line: Body, detail: Body) -> Body:
    company = draft.company
    if not company.preference("SalesFormsPrefs.AllowDiscount"):
        raise business("Discounts are switched off in this company", "DiscountLineDetail")
    if detail.get("PercentBased"):
        if "DiscountPercent" not in detail:
            raise Refused("6090", "DiscountPercent is missing", "DiscountPercent")
    elif "Amount" not in line:
        raise Refused("6090", "A discount needs an Amount or a percentage", "Amount")
    default = company.preference("SalesFormsPrefs.DefaultDiscountAccount")
    reference = detail.get("DiscountAccountRef") or (default and {"value": default})
    if not reference:
        raise Refused("6090", "DiscountAccountRef is missing", "DiscountAccountRef")
    detail["DiscountAccountRef"] = account(company, reference, "DiscountAccountRef", DISCOUNTS)
    detail.setdefault("PercentBased", False)
    return detail


MAKERS: dict[str, LineMaker] = {
    "SalesItemLineDetail": _sales_item,
    "DescriptionOnly": text_line,
    "DiscountLineDetail": _discount,
}


def _counts(line: Body) -> bool:
    return bool(line["DetailType"] == "SalesItemLineDetail")


def _with_discount(lines: list[Body], subtotal: Decimal) -> tuple[list[Body], Decimal]:
    discounts = [line for line in lines if line["DetailType"] == "DiscountLineDetail"]
    if not discounts:
        return lines, ZERO
    if len(discounts) > 1:
        raise business("A transaction takes one discount line")
    line = discounts[0]
    detail = line["DiscountLineDetail"]
    if detail["PercentBased"]:
        line["Amount"] = cents(subtotal * Decimal(detail["DiscountPercent"]) / 100)
    if line["Amount"] < 0:
        raise Refused("2290", "A discount is a positive amount", "Amount")
    return lines, Decimal(line["Amount"])


def _with_subtotal(lines: list[Body], subtotal: Decimal) -> list[Body]:
    """Answers hold a subtotal line without Id, before the discount."""
    made: Body = {
        "Amount": subtotal,
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    }
    discounts = [line for line in lines if line["DetailType"] == "DiscountLineDetail"]
    others = [line for line in lines if line["DetailType"] != "DiscountLineDetail"]
    return [*others, made, *discounts]


def apply_sale(draft: Draft, new: Body | None) -> None:
    """Stock and the customer's balance after a sale was written, changed or removed."""
    direction = -1 if draft.kind == "Invoice" else 1
    move_stock(draft, new, direction)
    apply_open_amount(draft, new)


def void_sale(body: Body) -> Body:
    """Amounts and quantities become 0, the note says Voided, links are dropped (Intuit: void)."""
    lines = []
    for line in body["Line"]:
        changed = line | {"Amount": 0} if "Amount" in line else dict(line)
        detail = changed.get("SalesItemLineDetail")
        if detail:
            zeros = {name: 0 for name in ("Qty", "UnitPrice") if name in detail}
            changed["SalesItemLineDetail"] = detail | zeros
        lines.append(changed)
    amounts = ("TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance", "RemainingCredit")
    tax = {key: value for key, value in body["TxnTaxDetail"].items() if key == "TxnTaxCodeRef"}
    note = body.get("PrivateNote")
    return (
        body
        | {name: 0 for name in amounts if name in body}
        | {
            "Line": lines,
            "TxnTaxDetail": tax | {"TotalTax": 0},
            "LinkedTxn": [],
            "PrivateNote": f"Voided - {note}"[:4000] if note else "Voided",
        }
    )
