"""Tax on lines: which rate stands on each, and the cent by which two ways of rounding differ
(Xero: tax is computed and rounded by line)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from schemas.bill import PurchaseInvoice
from schemas.document import Amounts
from schemas.invoice import Invoice
from schemas.money import cents
from worker.providers.lookup import Cause, Lookup, Tax
from worker.providers.wire import Body

LINE_AMOUNTS = {
    Amounts.TAX_EXCLUSIVE: "Exclusive",
    Amounts.TAX_INCLUSIVE: "Inclusive",
    Amounts.NO_TAX: "NoTax",
}
SALES, PURCHASES = "sales_tax", "purchase_tax"

_TAX, _NON = "TAX", "NON"  # that tax is due, or is not, where no rate has such a name
_UNTAXED = {
    SALES: ("NONE", "EXEMPTOUTPUT", "BASEXCLUDED"),
    PURCHASES: ("NONE", "EXEMPTEXPENSES", "BASEXCLUDED"),
}
_NOTHING = Decimal(0)
_HALF = Decimal("0.005")  # the most that rounding moves an amount


def rate(named: str | None, mapped: str, lookup: Lookup) -> Tax | None:
    """The rate that a line names, else the connection's; None where one is still to be mapped.

    In the US no tax is due where nobody says so; elsewhere whoever says nothing means the usual
    one.
    """
    word = (named or "").upper()
    if word in (_TAX, _NON) and lookup.chart.tax(word) is None:
        return _untaxed(mapped, lookup) if word == _NON else _mapped(mapped, lookup)
    if named is None and mapped not in lookup.chart.mapping:
        in_the_us = lookup.company.get("country") == "US"
        return _untaxed(mapped, lookup) if in_the_us else _mapped(mapped, lookup)
    return lookup.tax(named, mapped)


def corrected(
    document: Invoice | PurchaseInvoice, lines: Sequence[Body], rates: Mapping[str, Decimal]
) -> list[Body]:
    """The lines, one of them with another amount of tax where that makes the CMMS's total.

    `rates` are per cent by tax type. No more is overridden than rounding explains: all else is for
    people to see.
    """
    if document.total is None or document.amounts is not Amounts.TAX_EXCLUSIVE:
        return list(lines)
    amounts = [Decimal(line.get("LineAmount", 0)) for line in lines]
    taxes = [
        cents(amount * rates.get(str(line.get("TaxType")), _NOTHING) / 100)
        for line, amount in zip(lines, amounts, strict=True)
    ]
    taxed = [place for place, tax in enumerate(taxes) if tax]
    off = cents(document.total) - sum(amounts, _NOTHING) - sum(taxes, _NOTHING)
    if not taxed or not off or abs(off) > _HALF * (len(taxed) + 1):
        return list(lines)
    most = max(taxed, key=lambda place: abs(taxes[place]))
    changed = {**lines[most], "TaxAmount": taxes[most] + off}
    return [*lines[:most], changed, *lines[most + 1 :]]


def _mapped(mapped: str, lookup: Lookup) -> Tax | None:
    if mapped not in lookup.chart.mapping:
        lookup.missing.add(Cause("mapping", mapped))
        return None
    return lookup.tax(None, mapped)


def _untaxed(mapped: str, lookup: Lookup) -> Tax:
    """The rate that says so: most organisations have NONE, Australian ones do not."""
    held = (lookup.chart.tax(one) for one in _UNTAXED[mapped])
    found = next((one for one in held if one and one.active), None)
    return found or Tax("NONE", "NONE", "code", active=True, rate="0", purchase_rate="0")
