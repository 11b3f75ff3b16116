"""Sales tax on lines and documents, by the company's kind of tax (Intuit: sales tax)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from schemas.bill import PurchaseInvoice
from schemas.document import Amounts, Line
from schemas.invoice import Invoice, InvoiceLine
from schemas.money import cents
from worker.providers.lookup import Cause, Lookup, Tax
from worker.providers.refusals import refuse
from worker.providers.wire import Body

MANUAL = "manual"  # US: TAX or NON on a line, one real code on the document
AUTOMATED = "automated"  # US: TAX or NON on a line, QuickBooks finds the rate
NONE = "none"  # US, sales tax not switched on
GLOBAL = "global"  # elsewhere: a real code on every line

_TAX, _NON = "TAX", "NON"
_NOTHING = Decimal(0)
_HALF = Decimal("0.005")  # the most that rounding moves an amount
AnyLine = TypeVar("AnyLine", bound=Line)
AnyDocument = Invoice | PurchaseInvoice
GLOBAL_CALCULATION = {
    Amounts.TAX_EXCLUSIVE: "TaxExcluded",
    Amounts.TAX_INCLUSIVE: "TaxInclusive",
    Amounts.NO_TAX: "NotApplicable",
}


@dataclass(frozen=True)
class Taxation:
    """What to say about tax: a code for each line (None: none), and fields of the document.

    `nets` is what each line comes to before tax, where the amounts of the CMMS contain it.
    """

    lines: Sequence[str | None]
    document: Body
    nets: Sequence[Decimal] | None = None

    @property
    def states_gross(self) -> bool:
        """Whether lines say what they come to with tax as well: elsewhere than in the US."""
        return self.nets is not None and "GlobalTaxCalculation" in self.document

    def priced(
        self, lines: Sequence[AnyLine]
    ) -> Iterator[tuple[AnyLine, str | None, Decimal | None]]:
        """The lines, each with its code and its net amount, where that is not the stated one."""
        nets = [None] * len(lines) if self.nets is None else self.nets
        return zip(lines, self.lines, nets, strict=True)


def taxation(invoice: Invoice, lookup: Lookup) -> Taxation:
    """The tax of an invoice; raises Refusal where these books cannot express it."""
    kind = lookup.company.get("tax")
    if kind == GLOBAL:
        return _global(invoice, lookup)
    if kind == NONE:
        return Taxation([None] * len(invoice.lines), {})
    codes = [_code(line, invoice, lookup) for line in invoice.lines]
    marks = [_NON if code is None else _TAX for code in codes]
    if _TAX not in marks:
        return Taxation(marks, {})
    inclusive = invoice.amounts is Amounts.TAX_INCLUSIVE
    nets = without_tax(invoice, codes, lookup) if inclusive else None
    detail: Body = {}
    if kind == MANUAL:
        detail["TxnTaxCodeRef"] = {"value": _one(codes, invoice)}
    stated = _shown(invoice, nets)
    if stated is not None and _is_credible(stated, codes, nets or _amounts(invoice), lookup):
        detail["TotalTax"] = stated
    return Taxation(marks, {"TxnTaxDetail": detail} if detail else {}, nets)


def without_tax(
    document: AnyDocument, codes: Sequence[Tax | None], lookup: Lookup
) -> list[Decimal]:
    """What the lines come to before tax, where their amounts contain it: each rounded by itself."""
    rates = [_rate(code, document.number, lookup) for code in codes]
    return [
        cents(line.net(document.currency) / (1 + rate / 100))
        for line, rate in zip(document.lines, rates, strict=True)
    ]


def _rate(code: Tax | None, number: str, lookup: Lookup) -> Decimal:
    """In per cent. Raises Refusal where nobody says how much the tax is."""
    if code is None or code.rate is not None:
        return Decimal(code.rate or 0) if code else _NOTHING
    if not lookup.missing:  # it waits for the real code otherwise
        raise refuse("tax_inclusive_not_supported", {"record": number})
    return _NOTHING


def _amounts(invoice: Invoice) -> list[Decimal]:
    return [cents(line.net(invoice.currency)) for line in invoice.lines]


def _shown(invoice: Invoice, nets: Sequence[Decimal] | None) -> Decimal | None:
    """The tax that the CMMS shows its user, within the lines or on top of them."""
    stated = sum(_amounts(invoice), _NOTHING)
    if nets is not None:
        return cents(invoice.total or stated) - sum(nets, _NOTHING)
    return None if invoice.total is None else cents(invoice.total) - stated


def _is_credible(
    tax: Decimal, codes: Sequence[Tax | None], nets: Sequence[Decimal], lookup: Lookup
) -> bool:
    """Whether the books take the CMMS's tax for their own, instead of computing it.

    Automated tax names no rate beforehand; a CMMS that shows no tax leaves it to the books. By a
    code's rate, no more is overridden than rounding explains: all else is for people to see
    (`variance`).
    """
    if lookup.company.get("tax") == AUTOMATED:
        return tax > 0
    taxed = [(code, net) for code, net in zip(codes, nets, strict=True) if code]
    computed = sum((net * Decimal(code.rate or 0) / 100 for code, net in taxed), _NOTHING)
    return tax >= 0 and abs(tax - computed) <= _HALF * (len(taxed) + 1)


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
    document: Body = {"GlobalTaxCalculation": GLOBAL_CALCULATION[invoice.amounts]}
    if invoice.amounts is Amounts.NO_TAX:
        return Taxation([None] * len(invoice.lines), document)
    codes = [lookup.tax(line.tax_code, "sales_tax") for line in invoice.lines]
    if None in codes and any(line.tax_code is None for line in invoice.lines):
        lookup.missing.add(Cause("mapping", "sales_tax"))
    inclusive = invoice.amounts is Amounts.TAX_INCLUSIVE
    nets = without_tax(invoice, codes, lookup) if inclusive else None
    return Taxation([code.ref if code else None for code in codes], document, nets)
