"""Sales tax with QuickBooks' rounding: per rate on the sum of its lines (Intuit: sales tax)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.draft import Draft, cents
from tests.simulators.quickbooks.errors import Refused, business
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.references import target

ZERO = Decimal(0)
PSEUDO = frozenset({"TAX", "NON"})  # the only codes a line may carry in a US company


def line_tax_code(draft: Draft, detail: Body) -> None:
    """Check and complete a sales line's TaxCodeRef: 6100 in the US, a real code elsewhere."""
    company = draft.company
    given = detail.get("TaxCodeRef", {}).get("value")
    if company.is_us:
        if given not in PSEUDO | {None}:
            text = f"Invalid tax code {given} : lines of US companies take TAX or NON"
            raise Refused("6100", text, "TaxCodeRef")
        detail["TaxCodeRef"] = {"value": given or "NON"}
        return
    if draft.body.get("GlobalTaxCalculation") == "NotApplicable":
        detail.pop("TaxCodeRef", None)
        return
    if given is None:
        raise business("Every line needs a tax rate or code before you save", "TaxCodeRef")
    target(company, "TaxCode", {"value": given}, "TaxCodeRef")
    detail["TaxCodeRef"] = {"value": given}


def sales_tax(draft: Draft, lines: list[Body], discount: Decimal) -> Body:
    """The TxnTaxDetail of a sales document."""
    if draft.company.is_us:
        return _us_tax(draft, lines, discount)
    return global_tax(draft, lines, "SalesTaxRateList")


def _us_tax(draft: Draft, lines: list[Body], discount: Decimal) -> Body:
    company = draft.company
    if not company.preference("TaxPrefs.UsingSalesTax"):
        return {"TotalTax": ZERO}
    sent = draft.sent.get("TxnTaxDetail", {})
    # Left out on an update, tax is computed anew by the code that was there.
    kept = (draft.old or {}).get("TxnTaxDetail", {})
    reference = sent.get("TxnTaxCodeRef") or kept.get("TxnTaxCodeRef")
    if company.preference("TaxPrefs.PartnerTaxEnabled"):  # automated tax chooses the code itself
        reference = company.preference("TaxPrefs.TaxGroupCodeRef")
    override = sent.get("TotalTax")
    if reference is None:
        if override:
            raise business("TotalTax without a tax rate or code", "TxnTaxDetail")
        return {"TotalTax": ZERO}
    if reference["value"] in PSEUDO:
        detail = f"Invalid Reference Id : TaxCodes element id {reference['value']} not found"
        raise Refused("2500", detail, "TxnTaxCodeRef")
    code = target(company, "TaxCode", reference, "TxnTaxCodeRef")
    taxable = _taxable(draft, lines, discount)
    rates = list(_rates(company, code, "SalesTaxRateList", draft.body["TxnDate"]))
    computed = [(rate, percent, cents(taxable * percent / 100)) for rate, percent in rates]
    if override is not None:
        computed = _overridden(computed, Decimal(override))
    return {
        "TxnTaxCodeRef": {"value": code["Id"]},
        "TotalTax": sum((amount for *_, amount in computed), ZERO),
        "TaxLine": [_tax_line(rate, percent, taxable, amount) for rate, percent, amount in computed]
        if taxable
        else [],
    }


def _taxable(draft: Draft, lines: list[Body], discount: Decimal) -> Decimal:
    """What is taxed; a discount lowers it only with ApplyTaxAfterDiscount, in proportion."""
    total = taxable = ZERO
    for line in lines:
        detail = line.get("SalesItemLineDetail")
        if detail:
            total += Decimal(line["Amount"])
            if detail["TaxCodeRef"]["value"] == "TAX":
                taxable += Decimal(line["Amount"])
    if draft.body.get("ApplyTaxAfterDiscount") and discount and total:
        taxable -= cents(discount * taxable / total)
    return taxable


def _overridden(
    computed: list[tuple[str, Decimal, Decimal]], total: Decimal
) -> list[tuple[str, Decimal, Decimal]]:
    """A TotalTax that was sent wins and is spread over the rates."""
    whole = sum((percent for _, percent, _ in computed), ZERO)
    rest, spread = total, []
    for rate, percent, _ in computed[:-1]:
        share = cents(total * percent / whole) if whole else ZERO
        rest -= share  # the last rate takes what rounding left
        spread.append((rate, percent, share))
    return [*spread, (*computed[-1][:2], rest)] if computed else []


def global_tax(draft: Draft, lines: list[Body], side: str) -> Body:
    """Tax outside the US: by the code of every line, summed per rate."""
    body = draft.body
    calculation = body.setdefault("GlobalTaxCalculation", "TaxExcluded")
    if calculation == "NotApplicable":
        if draft.sent.get("TxnTaxDetail", {}).get("TxnTaxCodeRef"):
            raise business("TxnTaxDetail was sent with NotApplicable tax", "TxnTaxDetail")
        return {"TotalTax": ZERO}
    bases: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    gross: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in lines:
        detail = line.get(line["DetailType"], {})
        reference = detail.get("TaxCodeRef")
        if reference is None:
            continue
        code = target(draft.company, "TaxCode", reference, "TaxCodeRef")
        for key in _rates(draft.company, code, side, body["TxnDate"]):
            bases[key] += Decimal(line["Amount"])
            if calculation == "TaxInclusive" and "TaxInclusiveAmt" in detail:
                gross[key] += Decimal(detail["TaxInclusiveAmt"]) - Decimal(line["Amount"])
    rows = []
    for (rate, percent), base in bases.items():
        amount = gross.get((rate, percent), cents(base * percent / 100))
        rows.append(_tax_line(rate, percent, base, amount))
    return {"TotalTax": sum((Decimal(row["Amount"]) for row in rows), ZERO), "TaxLine": rows}


def _rates(company: Company, code: Body, side: str, day: str) -> Iterable[tuple[str, Decimal]]:
    """The rates of a code, with the percentage that was in force on a day."""
    for part in code.get(side, {}).get("TaxRateDetail", ()):
        rate = company.records["TaxRate"][part["TaxRateRef"]["value"]]
        percent = rate["RateValue"]
        for period in rate.get("EffectiveTaxRate", ()):
            begins, ends = period["EffectiveDate"][:10], period.get("EndDate", "9999")[:10]
            if begins <= day <= ends:
                percent = period["RateValue"]
        yield rate["Id"], Decimal(percent)


def _tax_line(rate: str, percent: Decimal, base: Decimal, amount: Decimal) -> Body:
    return {
        "Amount": amount,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate},
            "PercentBased": True,
            "TaxPercent": percent,
            "NetAmountTaxable": base,
        },
    }
