"""The lines of invoices, bills and journals: what they are worth, and the tax on them."""

from __future__ import annotations

import uuid
from decimal import Decimal

from tests.simulators.xero.accounts import account_of, check_posting, tax_of, untaxed
from tests.simulators.xero.amounts import cents, rounded
from tests.simulators.xero.errors import Invalid, simulator
from tests.simulators.xero.items import item_of
from tests.simulators.xero.organisation import ZERO, Body, Organisation

HUNDRED = Decimal(100)


def read_lines(
    organisation: Organisation, invoice: Body, given: list[Body], known: list[Body], places: int
) -> Body:
    """The invoice with these lines, worked out, and its totals. Raises Invalid for all of them.

    A line with the LineItemID of a known one changes that one; known ones that are not given go.
    """
    by_id = {line["LineItemID"]: line for line in known}
    lines: list[Body] = []
    messages: list[str] = []
    for change in given:
        try:
            lines.append(_line(organisation, invoice, by_id, change, places))
        except Invalid as error:
            messages += error.messages
    if messages:
        raise Invalid(*messages)
    return invoice | {"LineItems": lines} | totals(invoice, lines)


def totals(document: Body, lines: list[Body]) -> Body:
    """Tax is rounded by line and then summed."""
    amount = sum((line["LineAmount"] for line in lines), ZERO)
    tax = sum((line["TaxAmount"] for line in lines), ZERO)
    inclusive = document["LineAmountTypes"] == "Inclusive"
    net = amount - tax if inclusive else amount
    return {"SubTotal": cents(net), "TotalTax": cents(tax), "Total": cents(net + tax)}


def tax_on(amount: Decimal, rate: Body | None, line_amount_types: str) -> Decimal:
    """Per line, half up."""
    if rate is None or line_amount_types == "NoTax":
        return cents(ZERO)
    share = rate["EffectiveRate"] / HUNDRED
    if line_amount_types == "Inclusive":
        return cents(amount - amount / (1 + share))
    return cents(amount * share)


def check_untaxed(organisation: Organisation, document: Body, line: Body) -> None:
    """Without tax, no line has any. Raises Invalid."""
    if document["LineAmountTypes"] != "NoTax":
        return
    free = untaxed(organisation)
    if line.get("TaxType", free) != free or line.get("TaxAmount"):
        raise Invalid(simulator("the tax of a line would be ignored with NoTax"))


def _line(
    organisation: Organisation, invoice: Body, known: dict[str, Body], change: Body, places: int
) -> Body:
    check_untaxed(organisation, invoice, change)
    number = change.get("LineItemID")
    if number and number not in known:
        raise Invalid(f"The line item with LineItemID {number} could not be found")
    line = _changed(organisation, known.get(number or "", {}), change)
    item = item_of(organisation, line)
    line = {"LineItemID": str(uuid.uuid4())} | _filled(invoice, line, item)
    if not line.get("Description"):
        raise Invalid("Description is required for a line item.")
    _work_out(line, invoice, places)
    _post(organisation, invoice, line, item)
    if item:
        line["_item"] = item["ItemID"]
    return line


def _changed(organisation: Organisation, old: Body, change: Body) -> Body:
    """What depends on what has changed is worked out anew."""
    line = old | change
    item = organisation.find("Item", old.get("_item", ""))
    if item and "ItemCode" not in change:
        line["ItemCode"] = item["Code"]  # codes can be edited
    for name in {"LineAmount", "TaxAmount"} - set(change):
        line.pop(name, None)
    if "AccountCode" in change:
        line.pop("AccountID", None)
    return line


def _filled(invoice: Body, line: Body, item: Body | None) -> Body:
    """What an item brings along where the line says nothing."""
    if item is None:
        return line
    sale = invoice["Type"] == "ACCREC"
    details = item["SalesDetails" if sale else "PurchaseDetails"]
    text = item.get("Description" if sale else "PurchaseDescription") or item.get("Name")
    brought = {"UnitAmount": details.get("UnitPrice"), "TaxType": details.get("TaxType")}
    brought |= {"AccountCode": details.get("AccountCode"), "Description": text}
    if item["IsTrackedAsInventory"] and not sale:
        brought["AccountCode"] = item["InventoryAssetAccountCode"]
    if "AccountID" in line:
        del brought["AccountCode"]
    kept = {name: value for name, value in brought.items() if value is not None}
    return kept | line


def _work_out(line: Body, invoice: Body, places: int) -> None:
    """Price, quantity and amount fit together. Raises Invalid."""
    discounts = [name for name in ("DiscountRate", "DiscountAmount") if line.get(name)]
    if discounts and invoice["Type"] == "ACCPAY":
        raise Invalid("Discounts are for sales invoices only.")
    if len(discounts) > 1:
        raise Invalid("A line has a DiscountRate or a DiscountAmount, not both.")
    if not {"UnitAmount", "LineAmount", "Quantity"} & set(line):
        # A description alone: it stands on the page and is worth nothing.
        line |= {"Quantity": ZERO, "UnitAmount": ZERO, "LineAmount": ZERO, "TaxAmount": ZERO}
        return
    quantity = line.setdefault("Quantity", Decimal(1))
    if "UnitAmount" not in line and "LineAmount" in line:
        line["UnitAmount"] = line["LineAmount"] / quantity if quantity else ZERO
    price = line["UnitAmount"] = rounded(line.get("UnitAmount", ZERO), places)
    gross = quantity * price
    less = line.get("DiscountAmount") or gross * line.get("DiscountRate", ZERO) / HUNDRED
    if less and abs(less) > abs(gross):
        raise Invalid("The discount must not be greater than the line total.")
    amount = cents(gross - less)
    if line.setdefault("LineAmount", amount) != amount:
        raise Invalid(
            f"The line total {line['LineAmount']} does not match the expected line total {amount}"
        )


def _post(organisation: Organisation, invoice: Body, line: Body, item: Body | None) -> None:
    """Account and tax of a line. Raises Invalid."""
    account = account_of(organisation, line)
    stocked = item is not None and item["IsTrackedAsInventory"] and invoice["Type"] == "ACCPAY"
    if account:
        check_posting(account, tracked=stocked)
        line["AccountID"] = account["AccountID"]
        if "Code" in account:
            line["AccountCode"] = account["Code"]
        if stocked and account.get("Code") != (item or {})["InventoryAssetAccountCode"]:
            raise Invalid("Lines with a tracked item use its inventory asset account.")
    if invoice["LineAmountTypes"] == "NoTax":
        line["TaxType"] = untaxed(organisation)
    rate = tax_of(organisation, account, line.get("TaxType"))
    if rate:
        line["TaxType"] = rate["TaxType"]
    given = line.get("TaxAmount")
    expected = tax_on(line["LineAmount"], rate, invoice["LineAmountTypes"])
    if given is None or invoice["LineAmountTypes"] == "NoTax":
        line["TaxAmount"] = expected
