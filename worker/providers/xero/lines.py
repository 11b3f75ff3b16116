"""Lines of invoices and bills as Xero takes them: amounts to the cent, items by their code."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from schemas.bill import PurchaseInvoice, PurchaseLine
from schemas.document import Amounts, Line
from schemas.invoice import Invoice, InvoiceLine
from schemas.kinds import Kind
from schemas.money import cents
from worker.providers.lookup import PLACEHOLDER, Cause, Lookup, Tax
from worker.providers.prices import Places, Priced, priced
from worker.providers.refusals import refuse
from worker.providers.texts import cut
from worker.providers.wire import Body
from worker.providers.xero import checks, tax
from worker.providers.xero.names import DESCRIPTION

AnyLine = TypeVar("AnyLine", bound=Line)

_FOUR = Places(Decimal("0.0001"), Decimal("0.0001"))  # with unitdp=4 (Xero: rounding)
_WHOLE = Decimal(100)
_PERCENT = Decimal("0.01")  # how many decimals a rate of discount has is not documented


def sales_lines(document: Invoice, lookup: Lookup) -> list[Body]:
    """The lines of an invoice; one whose amount no single price makes is two."""

    def made(line: InvoiceLine) -> list[Body]:
        booked = _booked(line, "sales", lookup)
        if line.item_id and line.account:
            booked["AccountCode"] = checks.line_account(line.account, "sales", "sales", lookup)
        if (figures := _discounted(line, document.currency)) is not None:
            return [_described(_dated(_text(line), line)) | figures | booked]
        words = _described(_dated(_list_price(line), line))
        rows = priced(line, document.currency, _FOUR)
        return [words | _figures(row) | booked for row in rows]

    return _lines(document, document.lines, tax.SALES, lookup, made)


def bill_lines(document: PurchaseInvoice, lookup: Lookup) -> list[Body]:
    """The lines of a bill. What an item costs is booked to the item's own account."""

    def made(line: PurchaseLine) -> list[Body]:
        words, booked = _described(_text(line)), _booked(line, "purchase", lookup)
        rows = priced(line, document.currency, _FOUR)
        return [words | _figures(row) | booked for row in rows]

    return _lines(document, document.lines, tax.PURCHASES, lookup, made)


def words_line(words: Sequence[str]) -> list[Body]:
    """A line of words alone, for what no field of a document holds."""
    said = "\n".join(filter(None, words))
    return [{"Description": cut(said, DESCRIPTION)}] if said else []


def _lines(
    document: Invoice | PurchaseInvoice,
    lines: Sequence[AnyLine],
    mapped: str,
    lookup: Lookup,
    made: Callable[[AnyLine], list[Body]],
) -> list[Body]:
    """Every line as it is made, with its rate of tax; a line of words alone is only that."""
    found: list[Body] = []
    rates: list[Tax] = []
    for line in lines:
        if line.item_id is None and line.account is None and line.net(document.currency) == 0:
            found.append({"Description": _text(line)})
            continue
        untaxed = document.amounts is Amounts.NO_TAX
        rate = None if untaxed else tax.rate(line.tax_code, mapped, lookup)
        rates += [rate] if rate else []
        found += [row | ({"TaxType": rate.ref} if rate else {}) for row in made(line)]
    return tax.corrected(document, found, _percent(rates, mapped))


def _percent(rates: Sequence[Tax], mapped: str) -> dict[str, Decimal]:
    """The rates in per cent, by tax type."""
    known = {one.ref: one.rate if mapped == tax.SALES else one.purchase_rate for one in rates}
    return {ref: Decimal(percent) for ref, percent in known.items() if percent is not None}


def _booked(line: Line, mapped: str, lookup: Lookup) -> Body:
    """What a line is about: an item, which brings its account along, or an account."""
    if line.item_id is None:
        use = "a bill" if mapped == "purchase" else "sales"
        return {"AccountCode": checks.line_account(line.account, mapped, use, lookup)}
    target = lookup.target(Kind.ITEM, line.item_id)
    if target.code is None and target.ref != PLACEHOLDER:
        # Its code is not pulled yet, and lines name nothing else of it.
        named = {"record": "A line", "named": "an item"}
        raise refuse("reference_inactive", named, {Cause("item_ref", target.ref)})
    return {"ItemCode": target.code or PLACEHOLDER}


def _discounted(line: InvoiceLine, currency: str) -> Body | None:
    """List price and discount, where Xero makes the CMMS's amount of them however it rounds."""
    rate, price = line.discount, line.price
    if not rate or price is None or rate != rate.quantize(_PERCENT):
        return None
    count, price = _FOUR.of_quantity(line.count), _FOUR.of_price(price)
    net = cents(line.net(currency))
    gross = count * price
    ways = {
        cents(gross * (_WHOLE - rate) / _WHOLE),
        cents(cents(gross) * (_WHOLE - rate) / _WHOLE),
        cents(gross) - cents(gross * rate / _WHOLE),
    }
    if ways != {net}:
        return None
    return _figures(Priced(count, price, net)) | {"DiscountRate": rate.normalize()}


def _figures(row: Priced) -> Body:
    return {"Quantity": row.quantity, "UnitAmount": row.price, "LineAmount": row.amount}


def _described(text: str) -> Body:
    """An item brings its own description where a line has none."""
    return {"Description": cut(text, DESCRIPTION)} if text else {}


def _text(line: Line) -> str:
    return cut(line.description or "", DESCRIPTION)


def _list_price(line: InvoiceLine) -> str:
    text = line.description or ""
    if line.discount and line.unit_price is not None:
        percent = line.discount.normalize()
        text = f"{text} (list price {line.unit_price:f}, less {percent:f} %)".strip()
    return text


def _dated(text: str, line: InvoiceLine) -> str:
    """Lines have no day of their own."""
    return f"{text} (on {line.service_date})" if text and line.service_date else text
