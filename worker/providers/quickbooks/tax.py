"""Sales tax on lines and documents, by the company's kind of tax (Intuit: sales tax)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.document import Amounts
from schemas.invoice import Invoice, InvoiceLine
from worker.providers.lookup import Cause, Lookup, Tax
from worker.providers.quickbooks.checks import refuse
from worker.providers.quickbooks.wire import Body

MANUAL = "manual"  # US: TAX or NON on a line, one real code on the document
AUTOMATED = "automated"  # US: TAX or NON on a line, QuickBooks finds the rate
NONE = "none"  # US, sales tax not switched on
GLOBAL = "global"  # elsewhere: a real code on every line

_TAX, _NON = "TAX", "NON"
_GLOBAL_CALCULATION = {
    Amounts.TAX_EXCLUSIVE: "TaxExcluded",
    Amounts.TAX_INCLUSIVE: "TaxInclusive",
    Amounts.NO_TAX: "NotApplicable",
}


@dataclass(frozen=True)
class Taxation:
    """What to say about tax: a code for each line (None: none), and fields of the document."""

    lines: Sequence[str | None]
    document: Body


def taxation(invoice: Invoice, lookup: Lookup) -> Taxation:
    """The tax of an invoice; raises Refusal where these books cannot express it."""
    kind = lookup.company.get("tax")
    if kind == GLOBAL:
        return _global(invoice, lookup)
    if kind == NONE:
        return Taxation([None] * len(invoice.lines), {})
    codes = [_code(line, invoice, lookup) for line in invoice.lines]
    marks = [_NON if code is None else _TAX for code in codes]
    if invoice.amounts is Amounts.TAX_INCLUSIVE and _TAX in marks:
        raise refuse("tax_inclusive_not_supported", {"record": invoice.number})
    if kind == AUTOMATED or _TAX not in marks:
        return Taxation(marks, {})
    return Taxation(marks, {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": _one(codes, invoice)}}})


def taxable(named: str, lookup: Lookup) -> bool:
    """Whether a code of the CMMS means that tax is due, in a US company."""
    if named.upper() in (_TAX, _NON):
        return named.upper() == _TAX
    code = lookup.tax(named, "sales_tax")
    return code is not None and not _free(code)


def _code(line: InvoiceLine, invoice: Invoice, lookup: Lookup) -> Tax | None:
    """The real code behind a line; None: no tax is due."""
    named = line.tax_code
    if invoice.amounts is Amounts.NO_TAX or (named and named.upper() == _NON):
        return None
    pseudo = named is not None and named.upper() == _TAX
    code = lookup.tax(None if pseudo else named, "sales_tax")
    if code is None or code.ref.upper() == _TAX:
        return _unmapped(lookup) if pseudo or code else None
    return None if code.ref.upper() == _NON or _free(code) else code


def _unmapped(lookup: Lookup) -> Tax:
    # `TAX` alone says that tax is due, not how much: the mapping's code does. QuickBooks finds the
    # rate by itself only where its automated tax is on.
    if lookup.company.get("tax") == MANUAL:
        lookup.missing.add(Cause("mapping", "sales_tax"))
    return Tax(_TAX, _TAX, "code", active=True)


def _free(code: Tax) -> bool:
    return code.rate is not None and Decimal(code.rate) == 0


def _one(codes: Sequence[Tax | None], invoice: Invoice) -> str:
    used = {code.ref: code.name for code in codes if code is not None}
    if len(used) > 1:
        names = {"record": invoice.number, "tax_codes": " and ".join(sorted(used.values()))}
        raise refuse("two_tax_codes", names)
    return next(iter(used))


def _global(invoice: Invoice, lookup: Lookup) -> Taxation:
    document: Body = {"GlobalTaxCalculation": _GLOBAL_CALCULATION[invoice.amounts]}
    if invoice.amounts is Amounts.NO_TAX:
        return Taxation([None] * len(invoice.lines), document)
    if invoice.amounts is Amounts.TAX_INCLUSIVE:
        # Lines would have to be stated net and gross at once, by QuickBooks' own rounding.
        raise refuse("tax_inclusive_not_supported", {"record": invoice.number})
    codes = [lookup.tax(line.tax_code, "sales_tax") for line in invoice.lines]
    if None in codes and any(line.tax_code is None for line in invoice.lines):
        lookup.missing.add(Cause("mapping", "sales_tax"))
    return Taxation([code.ref if code else None for code in codes], document)
