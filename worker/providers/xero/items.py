"""Items as Xero takes them (Xero: items): each field under a name of its own.

Nothing is tracked unless the CMMS keeps stock of it and an inventory account is named for it. The
quantity on hand is never sent: bills and sales move it.
"""

from decimal import ROUND_HALF_UP, Decimal

from schemas.item import Item, ItemType
from worker.providers.goods import bought, sold
from worker.providers.lookup import Cause, Lookup
from worker.providers.port import Operation, Work
from worker.providers.texts import cut
from worker.providers.wire import Body
from worker.providers.xero import checks, names, tax

_PRICE = Decimal("0.0001")
_ASSET = "InventoryAssetAccountCode"


def item(work: Work, document: Item, lookup: Lookup) -> Body:
    """The fields of a create, or of an update without its id, as `fields.unfolded` names them."""
    body: Body = {"Code": names.item_code(document), "Name": cut(document.name, names.ITEM_NAME)}
    stock = _stock_account(work, document, lookup)
    cost = "COGSAccountCode" if stock else "AccountCode"
    _text(body, "Description", document.description, work)
    _text(body, "PurchaseDescription", document.purchase_description, work)
    _price(body, "SalesDetails.UnitPrice", document.sales_price, work)
    if sold(document) or "income" in lookup.chart.mapping:
        account = checks.line_account(document.income_account, "income", "sales", lookup)
        body["SalesDetails.AccountCode"] = account
    if document.tax_code and (rate := tax.rate(document.tax_code, tax.SALES, lookup)):
        body["SalesDetails.TaxType"] = rate.ref
    _price(body, "PurchaseDetails.UnitPrice", document.purchase_cost, work)
    if bought(document) or "expense" in lookup.chart.mapping:
        account = checks.line_account(document.expense_account, "expense", "purchases", lookup)
        body[f"PurchaseDetails.{cost}"] = account
    return body | ({_ASSET: stock} if stock else {})


def _stock_account(work: Work, document: Item, lookup: Lookup) -> str | None:
    """The code of the account that makes the item a tracked one.

    Whether an item of the books is tracked stays as it is: Xero does not change that once it was
    used.
    """
    kept = work.held is None or _ASSET in work.held
    if document.type is not ItemType.INVENTORY or not kept:
        return None
    named = document.asset_account or lookup.chart.mapping.get("asset")
    account = lookup.chart.account(named) if named else None
    if account is None and document.asset_account:
        lookup.missing.add(Cause("account", document.asset_account))
    fits = account is not None and account.active and checks.holds_stock(account)
    return account.code if account and fits else None


def _text(body: Body, field: str, value: str | None, work: Work) -> None:
    held = cut(value or "", names.DESCRIPTION)
    if held or work.operation is Operation.UPDATE:
        body[field] = held


def _price(body: Body, field: str, value: Decimal | None, work: Work) -> None:
    if value is not None or work.operation is Operation.UPDATE:
        body[field] = (value or Decimal(0)).quantize(_PRICE, ROUND_HALF_UP).normalize()
