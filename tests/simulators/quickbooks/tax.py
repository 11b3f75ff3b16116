"""Sales tax with QuickBooks' rounding: per rate on the sum of its lines (Intuit: sales tax)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.draft import CENT, Draft, cents
from tests.simulators.quickbooks.errors import Refused, business
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.references import target

Rate = tuple[str, Decimal]  # the Id of a TaxRate and its percentage on the day

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
    company, automated = draft.company, draft.company.preference("TaxPrefs.PartnerTaxEnabled")
    # Automated tax that is offered and not set up is no tax (A: false).
    if not company.preference("TaxPrefs.UsingSalesTax") or automated is False:
        return {"TotalTax": ZERO}
    sent = draft.sent.get("TxnTaxDetail", {})
    # Left out on an update, tax is computed anew by the code that was there.
    kept = (draft.old or {}).get("TxnTaxDetail", {})
    reference = sent.get("TxnTaxCodeRef") or kept.get("TxnTaxCodeRef")
    if automated:  # it chooses the code itself
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
    if override and not taxable:
        raise business("TotalTax without a taxable line", "TxnTaxDetail")
    # A TotalTax that was sent wins and is spread.
    amounts = (
        [(rate, cents(taxable * rate[1] / 100)) for rate in rates]
        if override is None
        else _spread(Decimal(override), rates)
    )
    return {
        "TxnTaxCodeRef": {"value": code["Id"]},
        "TotalTax": sum((amount for _, amount in amounts), ZERO),
        "TaxLine": [_tax_line(*rate, taxable, amount) for rate, amount in amounts if taxable],
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


def global_tax(draft: Draft, lines: list[Body], side: str) -> Body:
    """Tax outside the US: by the code of every line, rounded per rate over its lines."""
    body, sent = draft.body, draft.sent.get("TxnTaxDetail", {})
    calculation = body.setdefault("GlobalTaxCalculation", "TaxExcluded")
    if calculation == "NotApplicable":
        if sent:
            raise Refused("6170", "TxnTaxDetail was sent with NotApplicable tax", "TxnTaxDetail")
        return {"TotalTax": ZERO}
    bases: dict[Rate, Decimal] = defaultdict(Decimal)
    exact: dict[Rate, Decimal] = defaultdict(Decimal)  # what inclusive lines say themselves
    for line in lines:
        reference = line.get(line["DetailType"], {}).get("TaxCodeRef")
        if reference is None:
            continue
        code = target(draft.company, "TaxCode", reference, "TaxCodeRef")
        rates = list(_rates(draft.company, code, side, body["TxnDate"]))
        if not rates:
            raise Refused("6470", f"Tax code {code['Name']} has no rate for this", "TaxCodeRef")
        # A discount lowers what its own code taxes.
        sign = -1 if line["DetailType"] == "DiscountLineDetail" else 1
        for rate in rates:
            bases[rate] += Decimal(line["Amount"]) * sign
        if calculation == "TaxInclusive":
            for rate, amount in _included(line, rates):
                exact[rate] += amount * sign
    computed = {
        rate: exact[rate] if calculation == "TaxInclusive" else cents(base * rate[1] / 100)
        for rate, base in bases.items()
    }
    amounts = _sent_amounts(sent, computed) or computed
    rows = [_tax_line(*rate, bases[rate], amount) for rate, amount in amounts.items()]
    return {"TotalTax": sum(amounts.values(), ZERO), "TaxLine": rows}


def _included(line: Body, rates: list[Rate]) -> list[tuple[Rate, Decimal]]:
    """The tax within a line's gross amount, by rate. Raises Refused (6000) if they disagree."""
    detail, net = line[line["DetailType"]], Decimal(line["Amount"])
    whole = sum((percent for _, percent in rates), ZERO)
    gross = detail.setdefault("TaxInclusiveAmt", net + cents(net * whole / 100))
    # Which of the two wins is unconfirmed, so neither does.
    if abs(cents(Decimal(gross) / (1 + whole / 100)) - net) > CENT:
        raise business(f"Amount {net} is not the net of TaxInclusiveAmt {gross}", "TaxInclusiveAmt")
    return _spread(Decimal(gross) - net, rates)


def _spread(total: Decimal, rates: list[Rate]) -> list[tuple[Rate, Decimal]]:
    """A total over rates by their percentages; the last one takes what rounding left."""
    whole = sum((percent for _, percent in rates), ZERO)
    rest, spread = total, []
    for rate in rates[:-1]:
        share = cents(total * rate[1] / whole) if whole else ZERO
        rest -= share
        spread.append((rate, share))
    return [*spread, (rates[-1], rest)]


def _sent_amounts(sent: Body, computed: dict[Rate, Decimal]) -> dict[Rate, Decimal]:
    """Tax lines that were sent complete override what is computed; none if they were not.

    Raises Refused: 6470 for other rates than those of the lines, 6000 for another total.
    """
    lines = {
        line.get("TaxLineDetail", {}).get("TaxRateRef", {}).get("value"): Decimal(line["Amount"])
        for line in sent.get("TaxLine", ())
        if "Amount" in line
    }
    if not lines or "TotalTax" not in sent:
        return {}
    if set(lines) != {number for number, _ in computed}:
        raise Refused("6470", "The tax lines have other rates than the lines", "TaxRateRef")
    if sum(lines.values(), ZERO) != sent["TotalTax"]:
        raise business("TotalTax is not the sum of the tax lines", "TotalTax")
    return {rate: lines[rate[0]] for rate in computed}


def _rates(company: Company, code: Body, side: str, day: str) -> Iterable[Rate]:
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
