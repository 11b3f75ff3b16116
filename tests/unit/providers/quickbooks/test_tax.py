"""Sales tax: what stands on lines and documents, by the company's kind of tax."""

import pytest

from tests.contract.records import an_invoice
from tests.unit.providers.quickbooks.lookups import MAPPING, REFS, a_lookup
from worker.providers.lookup import Cause
from worker.providers.quickbooks.checks import Refusal
from worker.providers.quickbooks.tax import Taxation, taxation

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


def test_prices_with_tax_are_refused_in_the_us() -> None:
    with pytest.raises(Refusal) as refusal:
        taxed(["TAX"], "tax_inclusive")
    assert refusal.value.fault.code == "tax_inclusive_not_supported"


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
