"""Purchase invoices as bills (Intuit: Bill): received items as item lines, all else by account."""

from collections.abc import Sequence
from decimal import Decimal

from schemas.bill import PurchaseInvoice, PurchaseLine
from schemas.kinds import Kind
from worker.providers import periods
from worker.providers.lookup import Account, Cause, Lookup
from worker.providers.marker import noted, signature
from worker.providers.port import Work
from worker.providers.prices import Priced
from worker.providers.quickbooks import checks, names
from worker.providers.quickbooks.prices import grossed, priced
from worker.providers.quickbooks.purchase_tax import taxation
from worker.providers.quickbooks.tax import Taxation
from worker.providers.refusals import refuse
from worker.providers.texts import cut
from worker.providers.wire import Body

_PRIVATE_NOTE = 4000
_DESCRIPTION = 4000
_NOTHING, _ONE = Decimal(0), Decimal(1)


def bill(work: Work, document: PurchaseInvoice, lookup: Lookup) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken: with all lines."""
    vendor = lookup.target(Kind.VENDOR, document.vendor_id)
    rate = document.exchange_rate
    money = checks.money(document.currency, vendor.currency, document.number, lookup, rate)
    dated = periods.period(work, document.issue_date, lookup, document.number)
    tax = taxation(document, lookup)
    number = names.document_number(document.number)
    in_full = "" if number == document.number else f"Bill {document.number} in the CMMS"
    body: Body = {
        "VendorRef": {"value": vendor.ref},
        "TxnDate": dated.day.isoformat(),
        "DocNumber": number,
        "PrivateNote": _note(work, document, [in_full, dated.note], lookup),
        "Line": _lines(document, tax, lookup),
        **tax.document,
    }
    if due := dated.due(document.due_date):
        body["DueDate"] = due.isoformat()
    return body | money


def _note(work: Work, document: PurchaseInvoice, said: list[str], lookup: Lookup) -> str:
    order = document.purchase_order_id
    lines = [document.memo or "", f"Purchase order {order}" if order else "", *said]
    signed = signature(Kind.PURCHASE_INVOICE, work.record_id, lookup.chart)
    return noted(lines, signed, _PRIVATE_NOTE)


def _lines(document: PurchaseInvoice, tax: Taxation, lookup: Lookup) -> list[Body]:
    """All lines with their tax codes; one whose amount no single cost makes is two."""
    made: list[Body] = []
    figures = grossed if tax.states_gross else priced
    for line, code, net in tax.priced(document.lines):
        rows = figures(line, document.currency, net)
        if line.item_id is not None:
            item = lookup.ref(Kind.ITEM, line.item_id)
            made += [_received(line, row, item, code) for row in rows]
        elif line.account is None and line.net(document.currency) == 0:
            made.append({"DetailType": "DescriptionOnly", "Description": _description(line)})
        else:
            made.append(_booked(line, _together(rows), _account(line, lookup), code))
    return made


def _together(rows: Sequence[Priced]) -> Priced:
    """What a line comes to where nobody counts pieces."""
    amount = sum((row.amount for row in rows), _NOTHING)
    gross = sum((row.gross for row in rows if row.gross is not None), _NOTHING)
    return Priced(_ONE, amount, amount, None if rows[0].gross is None else gross)


def _booked(line: PurchaseLine, row: Priced, account: Account, code: str | None) -> Body:
    return {
        "Description": _description(line),
        "Amount": row.amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": _taxed({"AccountRef": {"value": account.ref}}, row, code),
    }


def _received(line: PurchaseLine, row: Priced, item: str, code: str | None) -> Body:
    detail: Body = {"ItemRef": {"value": item}, "Qty": row.quantity, "UnitPrice": row.price}
    cost: Body = {
        "Amount": row.amount,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": _taxed(detail, row, code),
    }
    description = cut(line.description or "", _DESCRIPTION)
    return {"Description": description, **cost} if description else cost


def _taxed(detail: Body, row: Priced, code: str | None) -> Body:
    if code is not None:
        detail["TaxCodeRef"] = {"value": code}
    if row.gross is not None:
        detail["TaxInclusiveAmt"] = row.gross
    return detail


def _account(line: PurchaseLine, lookup: Lookup) -> Account:
    """What a line without item is booked to: not what is owed itself (Intuit: 6430)."""
    account = lookup.account(line.account, "purchase")
    if account.type in checks.CONTROL:
        cause = Cause("account", line.account) if line.account else Cause("mapping", "purchase")
        use = {"account": account.name, "use": "a bill", "needed": "an expense or asset account"}
        raise refuse("account_type_wrong", use, {cause})
    return account


def _description(line: PurchaseLine) -> str:
    """An account line has no quantity of its own: the text tells it."""
    text = line.description or ""
    if line.unit_cost is not None and line.received_quantity != 1:
        text = f"{text} ({line.received_quantity:f} x {line.unit_cost:f})".strip()
    return cut(text, _DESCRIPTION)
