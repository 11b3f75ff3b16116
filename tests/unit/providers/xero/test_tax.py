"""Which rate stands on a line, and the cent between two ways of rounding."""

from decimal import Decimal

import pytest

from schemas.invoice import Invoice
from tests.contract.records import an_invoice
from tests.unit.providers.xero.lookups import TAXES, a_lookup
from worker.providers.lookup import Cause, Lookup, Tax
from worker.providers.wire import Body
from worker.providers.xero import tax

NAMED = (
    *TAXES,
    Tax("TAX001", "TAX", "code", active=True, rate="8"),
    Tax("TAX002", "NON", "code", active=True, rate="0"),
)
AUSTRALIAN = (
    Tax("EXEMPTOUTPUT", "GST Free Income", "code", active=True, rate="0"),
    Tax("EXEMPTEXPENSES", "GST Free Expenses", "code", active=True, rate="0"),
)
EIGHT = {"OUTPUT": Decimal(8)}


UNMAPPED = {"sales_tax": None}


def ref(named: str | None, lookup: Lookup, mapped: str = tax.SALES) -> str | None:
    found = tax.rate(named, mapped, lookup)
    return found.ref if found else None


@pytest.mark.parametrize("named", ["INPUT", "tax on purchases"])
def test_a_rate_goes_by_its_type_or_its_name(named: str) -> None:
    assert ref(named, a_lookup()) == "INPUT"


def test_who_says_nothing_means_the_mapped_rate() -> None:
    assert ref(None, a_lookup()) == "OUTPUT"


@pytest.mark.parametrize(("word", "expected"), [("TAX", "OUTPUT"), ("non", "NONE")])
def test_tax_and_non_are_words_where_no_rate_has_the_name(word: str, expected: str) -> None:
    assert ref(word, a_lookup()) == expected


@pytest.mark.parametrize(("word", "expected"), [("TAX", "TAX001"), ("non", "TAX002")])
def test_rates_of_that_name_are_meant_where_there_are(word: str, expected: str) -> None:
    assert ref(word, a_lookup(taxes=NAMED)) == expected


@pytest.mark.parametrize(
    ("mapped", "expected"), [(tax.SALES, "EXEMPTOUTPUT"), (tax.PURCHASES, "EXEMPTEXPENSES")]
)
def test_australia_has_other_words_for_no_tax(mapped: str, expected: str) -> None:
    assert ref("NON", a_lookup(taxes=AUSTRALIAN), mapped) == expected


def test_tax_that_is_due_waits_for_its_rate() -> None:
    lookup = a_lookup(UNMAPPED)

    assert ref("TAX", lookup) is None
    assert lookup.missing == {Cause("mapping", "sales_tax")}


def test_nothing_said_is_no_tax_in_the_us() -> None:
    lookup = a_lookup(UNMAPPED)

    assert ref(None, lookup) == "NONE"
    assert lookup.missing == set()


def test_nothing_said_waits_for_the_usual_rate_elsewhere() -> None:
    lookup = a_lookup(UNMAPPED, country="GB")

    assert ref(None, lookup) is None
    assert lookup.missing == {Cause("mapping", "sales_tax")}


def test_an_unknown_rate_is_waited_for() -> None:
    lookup = a_lookup()

    assert ref("GST", lookup) is None
    assert lookup.missing == {Cause("tax_code", "GST")}


def invoice(total: str | None, **fields: object) -> Invoice:
    return an_invoice(total=total, **fields)


def amounts(*given: str) -> list[Body]:
    return [{"LineAmount": Decimal(one), "TaxType": "OUTPUT"} for one in given]


def corrections(document: Invoice, lines: list[Body]) -> list[str]:
    found = tax.corrected(document, lines, EIGHT)
    return [str(line.get("TaxAmount", "")) for line in found]


def test_the_cent_between_two_roundings_goes_to_the_most_tax() -> None:
    # 8 % of each: 0.20 + 0.84; of the sum: 1.03
    lines = amounts("2.45", "10.44")

    assert corrections(invoice("13.92"), lines) == ["", "0.83"]


@pytest.mark.parametrize("total", [None, "13.93", "20.00"])
def test_no_more_is_overridden_than_rounding_explains(total: str | None) -> None:
    assert corrections(invoice(total), amounts("2.45", "10.44")) == ["", ""]


def test_amounts_that_contain_tax_come_out_by_themselves() -> None:
    document = invoice("12.90", amounts="tax_inclusive")

    assert corrections(document, amounts("2.45", "10.44")) == ["", ""]


def test_without_taxed_lines_nothing_is_overridden() -> None:
    assert corrections(invoice("12.90"), [{"LineAmount": Decimal("12.89")}]) == [""]
