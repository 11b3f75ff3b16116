"""Tax on bills, by the company's kind of tax (Intuit: sales tax)."""

from dataclasses import replace

from schemas.bill import PurchaseInvoice, PurchaseLine
from schemas.document import Amounts
from worker.providers.lookup import Cause, Lookup
from worker.providers.quickbooks import tax
from worker.providers.quickbooks.tax import Taxation
from worker.providers.refusals import refuse


def taxation(document: PurchaseInvoice, lookup: Lookup) -> Taxation:
    """The tax of a bill; raises Refusal where these books cannot express it."""
    if lookup.company.get("tax") == tax.GLOBAL:
        return _global(document, lookup)
    # In the US a bill has no tax: what the vendor charges is part of the cost. Lines that state it
    # within their amounts say all that there is to say.
    adds_tax = document.amounts is Amounts.TAX_EXCLUSIVE
    if adds_tax and any(_is_taxed(line, lookup) for line in document.lines):
        raise refuse("purchase_tax_not_supported", {"record": document.number})
    return Taxation([None] * len(document.lines), {})


def _is_taxed(line: PurchaseLine, lookup: Lookup) -> bool:
    return line.tax_code is not None and tax.taxable(line.tax_code, lookup)


def _global(document: PurchaseInvoice, lookup: Lookup) -> Taxation:
    """Elsewhere: a real code on every line, which says what can be claimed back."""
    calculation = {"GlobalTaxCalculation": tax.GLOBAL_CALCULATION[document.amounts]}
    if document.amounts is Amounts.NO_TAX:
        return Taxation([None] * len(document.lines), calculation)
    codes = [lookup.tax(line.tax_code, "purchase_tax") for line in document.lines]
    if None in codes and any(line.tax_code is None for line in document.lines):
        lookup.missing.add(Cause("mapping", "purchase_tax"))
    refs = [code.ref if code else None for code in codes]
    if document.amounts is not Amounts.TAX_INCLUSIVE:
        return Taxation(refs, calculation)
    bought = [code and replace(code, rate=code.purchase_rate) for code in codes]
    return Taxation(refs, calculation, tax.without_tax(document, bought, lookup))
