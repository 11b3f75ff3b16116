"""Lines of documents: what each kind needs, and what QuickBooks makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from tests.simulators.quickbooks.draft import Draft
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.references import named, plain_references, target

HALF_A_CENT = Decimal("0.005")
LineMaker = Callable[[Draft, Body, Body], Body]  # draft, line and its detail -> the detail


def read_lines(draft: Draft, makers: Mapping[str, LineMaker]) -> list[Body]:
    """The numbered lines of a document; the subtotal that QuickBooks makes itself is dropped."""
    sent = [line for line in draft.body.get("Line", ()) if not _is_subtotal(line)]
    if not sent:
        raise required("Line")
    known = {line["Id"] for line in (draft.old or {}).get("Line", ()) if "Id" in line}
    highest = max(map(int, known), default=0)
    lines: list[Body] = []
    for line in sent:
        made = _line(draft, line, makers)
        if made["DetailType"] != "DiscountLineDetail":
            # A line keeps its Id once; unknown or repeated ones make new lines.
            if line.get("Id") in known:
                known.discard(line["Id"])
                number = line["Id"]
            else:
                highest += 1
                number = str(highest)
            made = {"Id": number, "LineNum": len(lines) + 1} | made
        lines.append(made)
    return lines


def _line(draft: Draft, line: Body, makers: Mapping[str, LineMaker]) -> Body:
    kind = line.get("DetailType")
    if kind is None:
        raise required("Line.DetailType")
    if kind not in makers:
        raise Refused("2170", f"Invalid Enumeration : {kind} on {draft.kind}", "DetailType")
    if "Amount" not in line and kind not in ("DescriptionOnly", "DiscountLineDetail"):
        raise required("Line.Amount")
    if kind not in line and kind != "DescriptionOnly":
        raise required(f"Line.{kind}")
    made: Body = {name: line[name] for name in ("Description", "Amount") if name in line}
    made["DetailType"] = kind
    for name in ("LinkedTxn", "CustomField"):
        if name in line:
            made[name] = line[name]
    detail = makers[kind](draft, line, dict(line.get(kind, {})))
    plain_references(draft.company, detail)
    if detail or kind != "DescriptionOnly":
        made["DescriptionLineDetail" if kind == "DescriptionOnly" else kind] = detail
    return made


def text_line(_draft: Draft, line: Body, _detail: Body, /) -> Body:
    return dict(line.get("DescriptionLineDetail", {}))


def item_line(draft: Draft, line: Body, detail: Body) -> Body:
    """An item, its quantity and price: 6070, 6270, 6520 and the item's own state."""
    check_product(line, detail)
    company = draft.company
    reference = detail.get("ItemRef")
    # A sales line without an item takes the company's default one.
    if reference is None and draft.kind in ("Bill", "VendorCredit"):
        raise required("ItemRef")
    if reference is None:
        reference = {"value": company.preference("OtherPrefs.SalesFormsPrefs.DefaultItem")}
    item = target(company, "Item", reference, "ItemRef")
    if item["Type"] in ("Category", "Group"):
        raise business(f"{item['Name']} is a {item['Type'].lower()}: it cannot be sold", "ItemRef")
    if item["Type"] == "Inventory":
        if "Qty" not in detail:
            raise Refused("6520", "Inventory items need a quantity", "Qty")
        if draft.body["TxnDate"] < item["InvStartDate"]:
            detail_text = (
                f"Transaction date {draft.body['TxnDate']} is prior to the start date "
                f"{item['InvStartDate']} of inventory item {item['Name']}"
            )
            raise Refused("6270", detail_text, "TxnDate")
    detail["ItemRef"] = named(company, "Item", reference, "ItemRef")
    return detail


def check_product(line: Body, detail: Body) -> None:
    """Amount is Qty times UnitPrice, rounded to cents (6070)."""
    if "Qty" not in detail or "UnitPrice" not in detail:
        return
    product = Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"])
    if abs(Decimal(line["Amount"]) - product) > HALF_A_CENT:
        text = f"Amount {line['Amount']} is not {detail['Qty']} * {detail['UnitPrice']}"
        raise Refused("6070", text, "Line.Amount")


def check_billable(draft: Draft, detail: Body) -> None:
    """A billable cost needs its customer (6310); HasBeenBilled is never written (2170)."""
    status = detail.get("BillableStatus")
    if status == "HasBeenBilled" and not draft.old:
        raise Refused("2170", "Invalid Enumeration : HasBeenBilled", "BillableStatus")
    if status == "Billable" and "CustomerRef" not in detail:
        raise Refused("6310", "A billable line needs a customer", "CustomerRef")
    if "CustomerRef" in detail:
        detail["CustomerRef"] = named(
            draft.company, "Customer", detail["CustomerRef"], "CustomerRef"
        )


def quantities(body: Body | None) -> Iterable[tuple[str, Decimal]]:
    """Items and quantities on a document, whatever the kind of line."""
    for line in (body or {}).get("Line", ()):
        detail = line.get("SalesItemLineDetail") or line.get("ItemBasedExpenseLineDetail")
        if detail and "ItemRef" in detail:
            yield detail["ItemRef"]["value"], Decimal(detail.get("Qty", 0))


def move_stock(draft: Draft, new: Body | None, direction: int) -> None:
    """QuickBooks itself moves the quantity on hand; `direction` 1 is into stock."""
    changes: dict[str, Decimal] = {}
    for body, sign in ((draft.old, -1), (new, 1)):
        for number, quantity in quantities(body):
            changes[number] = changes.get(number, Decimal(0)) + quantity * sign * direction
    for number, change in changes.items():
        item = draft.company.find("Item", number)
        if item and item["Type"] == "Inventory" and change:
            item["QtyOnHand"] = Decimal(item["QtyOnHand"]) + change


def single_link(line: Body) -> Body:
    """The one link a payment's line carries."""
    links = line.get("LinkedTxn", [])
    if len(links) != 1:
        raise business("Each line of a payment links exactly one transaction", "LinkedTxn")
    link = links[0]
    for name in ("TxnId", "TxnType"):
        if name not in link:
            raise required(f"LinkedTxn.{name}")
    return dict(link)


def _is_subtotal(line: Body) -> bool:
    return line.get("DetailType") == "SubTotalLineDetail"


def ensure_open(draft: Draft) -> None:
    """A voided document stays as it is, and so does a deposited payment."""
    if draft.old and (draft.kind, draft.old["Id"]) in draft.company.voided:
        raise business("This transaction was voided and cannot be changed")
    ensure_undeposited(draft)


def ensure_undeposited(draft: Draft) -> None:
    """Raises Refused (6540) for a payment that is part of a bank deposit."""
    if draft.old and draft.kind == "Payment" and draft.old["Id"] in draft.company.deposited:
        raise Refused("6540", "The payment has been deposited and cannot be changed", "")
