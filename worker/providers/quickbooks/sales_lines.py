"""Lines of invoices as QuickBooks takes them (Intuit: SalesItemLineDetail)."""

from collections.abc import Sequence

from schemas.invoice import InvoiceLine
from schemas.kinds import Kind
from worker.providers.lookup import Account, Cause, Lookup
from worker.providers.prices import Priced
from worker.providers.quickbooks import checks
from worker.providers.quickbooks.prices import grossed, priced
from worker.providers.quickbooks.tax import Taxation
from worker.providers.texts import cut
from worker.providers.wire import Body

_DESCRIPTION = 4000


def lines(given: Sequence[InvoiceLine], currency: str, tax: Taxation, lookup: Lookup) -> list[Body]:
    """All lines with their tax codes; one whose amount no single price makes is two."""
    made: list[Body] = []
    figures = grossed if tax.states_gross else priced
    for line, code, net in tax.priced(given):
        if line.item_id is None and line.account is None and line.net(currency) == 0:
            made.append({"DetailType": "DescriptionOnly", "Description": _description(line)})
            continue
        item = _item(line, lookup)
        made += [_sale(line, row, item, code) for row in figures(line, currency, net)]
    return made


def _item(line: InvoiceLine, lookup: Lookup) -> str:
    if line.item_id is not None:
        return lookup.ref(Kind.ITEM, line.item_id)
    return lookup.sales_item(_sales_account(line, lookup))


def _sales_account(line: InvoiceLine, lookup: Lookup) -> Account:
    """What a line without item is booked to: our item for it takes an income account only."""
    account = lookup.account(line.account, "sales")
    cause = Cause("account", line.account) if line.account else Cause("mapping", "sales")
    checks.fitting(account, checks.INCOME, cause)
    return account


def _sale(line: InvoiceLine, row: Priced, item: str, code: str | None) -> Body:
    detail: Body = {
        "ItemRef": {"value": item},
        "Qty": row.quantity,
        "UnitPrice": row.price,
    }
    if code is not None:
        detail["TaxCodeRef"] = {"value": code}
    if row.gross is not None:
        detail["TaxInclusiveAmt"] = row.gross
    if line.service_date is not None:
        detail["ServiceDate"] = line.service_date.isoformat()
    sale: Body = {
        "Amount": row.amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    description = _description(line)
    return {"Description": description, **sale} if description else sale


def _description(line: InvoiceLine) -> str:
    text = line.description or ""
    if line.discount and line.unit_price is not None:
        percent = line.discount.normalize()
        text = f"{text} (list price {line.unit_price:f}, less {percent:f} %)".strip()
    return cut(text, _DESCRIPTION)
