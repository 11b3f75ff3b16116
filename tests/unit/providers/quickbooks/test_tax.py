"""Sales tax: what stands on lines and documents, by the company's kind of tax."""

from decimal import Decimal

import pytest

from tests.contract.records import an_invoice
from tests.unit.providers.quickbooks.lookups import MAPPING, REFS, a_lookup
from worker.providers.lookup import Cause
from worker.providers.quickbooks.tax import Taxation, taxation
from worker.providers.refusals import Refusal

US_CODE = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}}


def taxed(codes: list[str | None], amounts: str = "tax_exclusive", **company: object) -> Taxation:
    lines = [{"description": "x", "amount": "1", "tax_code": code} for code in codes]
    document = an_invoice(lines=lines, amounts=amounts, total=None)
    return taxation(document, a_lookup(MAPPING, REFS, **company))


@pytest.mark.parametrize(
    ("codes", "lines", "document"),
    [
        (["TAX", "NON"], ["TAX", "NON"], US_CODE),
        (["tax"], ["TAX"], US_CODE),
        (["State"], ["TAX"], US_CODE),
        (["2", "State", None], ["TAX", "TAX", "TAX"], US_CODE),
        (["NON", "Exempt"], ["NON", "NON"], {}),
        (["County"], ["TAX"], {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}}}),
    ],
)
def test_us_lines_are_marked_and_the_document_has_the_code(
    codes: list[str | None], lines: list[str], document: dict[str, object]
) -> None:
    assert taxed(codes) == Taxation(lines, document)


def test_two_codes_on_one_us_document_are_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        taxed(["State", "County"])
    assert refusal.value.fault.names["tax_codes"] == "County and State"


def test_a_document_without_tax_has_none() -> None:
    assert taxed(["TAX", None], "no_tax") == Taxation(["NON", "NON"], {})


def test_prices_with_tax_are_parted_by_the_rate_of_their_code() -> None:
    taxes = taxed(["State", "NON"], "tax_inclusive")

    assert taxes.nets == [Decimal("0.93"), Decimal("1.00")]
    assert taxes.document["TxnTaxDetail"]["TotalTax"] == Decimal("0.07")


@pytest.mark.parametrize("company", [{"tax": "automated"}, {"tax": "global", "country": "GB"}])
def test_prices_with_a_tax_of_unknown_rate_are_refused(company: dict[str, str]) -> None:
    lookup = a_lookup({"sales_tax": "TAX"}, REFS, **company)
    lines = [{"description": "x", "amount": "1", "tax_code": "TAX"}]

    with pytest.raises(Refusal) as refusal:
        taxation(an_invoice(lines=lines, amounts="tax_inclusive", total=None), lookup)
    assert refusal.value.fault.code == "tax_inclusive_not_supported"


@pytest.mark.parametrize(
    ("total", "stated"),
    [
        ("3.24", "0.24"),  # each line by itself
        ("3.25", "0.25"),  # half a cent each
        ("3.28", None),  # more than rounding explains: another rate
        ("3.00", None),  # no tax at all
        (None, None),
    ],
)
def test_the_tax_of_the_cmms_is_stated_where_rounding_explains_it(
    total: str | None, stated: str | None
) -> None:
    lines = [{"description": "x", "amount": "1", "tax_code": "State"}] * 3

    document = taxation(an_invoice(lines=lines, total=total), a_lookup()).document

    assert document["TxnTaxDetail"].get("TotalTax") == (stated and Decimal(stated))


@pytest.mark.parametrize(("total", "stated"), [("1.10", "0.10"), ("1.00", None)])
def test_automated_tax_is_told_what_the_cmms_has(total: str, stated: str | None) -> None:
    lines = [{"description": "x", "amount": "1", "tax_code": "TAX"}]
    lookup = a_lookup({}, tax="automated")

    document = taxation(an_invoice(lines=lines, total=total), lookup).document

    assert document == ({"TxnTaxDetail": {"TotalTax": Decimal(stated)}} if stated else {})


def test_elsewhere_lines_are_net_and_say_their_gross() -> None:
    taxes = taxed(["State"], "tax_inclusive", tax="global", country="GB")

    assert taxes.nets == [Decimal("0.93")]
    assert taxes.document == {"GlobalTaxCalculation": "TaxInclusive"}


def test_prices_with_tax_do_not_matter_without_tax() -> None:
    assert taxed(["NON"], "tax_inclusive") == Taxation(["NON"], {})


def test_automated_tax_finds_the_rate_itself() -> None:
    assert taxed(["TAX", "NON"], tax="automated") == Taxation(["TAX", "NON"], {})


def test_a_company_without_sales_tax_gets_no_codes() -> None:
    assert taxed(["TAX"], tax="none") == Taxation([None], {})


@pytest.mark.parametrize("sales_tax", [None, "TAX"])
def test_tax_without_a_mapped_code_is_missing(sales_tax: str | None) -> None:
    mapping = dict(MAPPING)
    mapping.pop("sales_tax")
    lookup = a_lookup(mapping | ({"sales_tax": sales_tax} if sales_tax else {}))
    lines = [{"description": "x", "amount": "1", "tax_code": "TAX"}]

    taxation(an_invoice(lines=lines, total=None), lookup)

    assert lookup.missing == {Cause("mapping", "sales_tax")}


def test_an_unknown_code_is_missing() -> None:
    lookup = a_lookup()
    lines = [{"description": "x", "amount": "1", "tax_code": "Moon"}]

    taxation(an_invoice(lines=lines, total=None), lookup)

    assert lookup.missing == {Cause("tax_code", "Moon")}


def test_elsewhere_every_line_has_its_code() -> None:
    taxes = taxed(["State", "County", None], tax="global", country="GB")

    assert taxes == Taxation(["2", "3", "2"], {"GlobalTaxCalculation": "TaxExcluded"})


def test_elsewhere_no_tax_is_said_on_the_document() -> None:
    taxes = taxed(["State"], "no_tax", tax="global", country="GB")

    assert taxes == Taxation([None], {"GlobalTaxCalculation": "NotApplicable"})


def test_elsewhere_a_default_code_is_needed() -> None:
    lookup = a_lookup({}, tax="global", country="GB")
    lines = [{"description": "x", "amount": "1"}]

    taxation(an_invoice(lines=lines, total=None), lookup)

    assert lookup.missing == {Cause("mapping", "sales_tax")}
