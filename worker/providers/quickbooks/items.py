"""Items as QuickBooks takes them (Intuit: Item)."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from schemas.item import Item, ItemType
from worker.providers.goods import bought, sold
from worker.providers.lookup import Cause, Lookup
from worker.providers.port import Operation, Work
from worker.providers.quickbooks import checks, names
from worker.providers.quickbooks.tax import taxable
from worker.providers.texts import cut
from worker.providers.wire import Body

_TYPES = {
    ItemType.INVENTORY: "Inventory",
    ItemType.NON_INVENTORY: "NonInventory",
    ItemType.SERVICE: "Service",
}
_SKU = 100
_DESCRIPTION = 4000
_PURCHASE_DESCRIPTION = 1000
_PRICE = Decimal("0.00001")

# Where an item has no quantity yet, its stock may begin as early as any document (6270 otherwise).
_EARLY = date(2000, 1, 1)


def item(work: Work, document: Item, lookup: Lookup, today: date) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken.

    The quantity on hand is sent on create only: QuickBooks moves it with every document afterwards.
    """
    operation = work.operation
    body: Body = {
        "Name": names.unique_name(document.name, work.alias, names.ITEM_NAME),
        "Type": _TYPES[document.type],
    }
    _text(body, "Sku", document.sku, _SKU, operation)
    if sold(document):
        _text(body, "Description", document.description, _DESCRIPTION, operation)
        _price(body, "UnitPrice", document.sales_price, operation)
    if bought(document):
        _text(body, "PurchaseDesc", document.purchase_description, _PURCHASE_DESCRIPTION, operation)
        _price(body, "PurchaseCost", document.purchase_cost, operation)
    body |= _accounts(document, lookup)
    body |= _tax(document, lookup)
    if operation is Operation.UPDATE:
        body["Active"] = document.active
    elif document.type is ItemType.INVENTORY:
        body |= _opening(document, today)
    return body


def _text(body: Body, field: str, value: str | None, limit: int, operation: Operation) -> None:
    held = cut(value or "", limit)
    if held or operation is Operation.UPDATE:
        body[field] = held  # an empty string clears the field in a sparse update


def _price(body: Body, field: str, value: Decimal | None, operation: Operation) -> None:
    if value is not None or operation is Operation.UPDATE:
        body[field] = (value or Decimal(0)).quantize(_PRICE, ROUND_HALF_UP).normalize()


def _accounts(document: Item, lookup: Lookup) -> Body:
    stock = document.type is ItemType.INVENTORY
    refs: Body = {}
    if sold(document):
        fit = checks.STOCK_INCOME if stock else checks.INCOME
        refs["IncomeAccountRef"] = _ref(document.income_account, "income", fit, lookup)
    if bought(document):
        fit = checks.STOCK_EXPENSE if stock else checks.EXPENSE
        refs["ExpenseAccountRef"] = _ref(document.expense_account, "expense", fit, lookup)
    if stock:
        refs["AssetAccountRef"] = _ref(document.asset_account, "asset", checks.STOCK, lookup)
    return refs


def _ref(named: str | None, mapped: str, fit: checks.Fit, lookup: Lookup) -> Body:
    cause = Cause("account", named) if named else Cause("mapping", mapped)
    return {"value": checks.fitting(lookup.account(named, mapped), fit, cause)}


def _tax(document: Item, lookup: Lookup) -> Body:
    if document.tax_code is None:
        return {}
    if lookup.company.get("country") == "US":
        return {"Taxable": taxable(document.tax_code, lookup)}
    code = lookup.tax(document.tax_code, "sales_tax")
    return {"SalesTaxCodeRef": {"value": code.ref}} if code else {}


def _opening(document: Item, today: date) -> Body:
    quantity = document.quantity_on_hand or Decimal(0)
    since = document.as_of or (today if quantity else _EARLY)
    return {"TrackQtyOnHand": True, "QtyOnHand": quantity, "InvStartDate": since.isoformat()}
