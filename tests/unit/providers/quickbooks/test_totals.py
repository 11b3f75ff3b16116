"""What QuickBooks makes of an invoice's figures, computed here anew: its totals are the CMMS's."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.document import Amounts
from schemas.kinds import Kind
from tests.contract.records import an_invoice
from tests.unit.providers.quickbooks.lookups import a_create, a_lookup
from worker.providers.quickbooks.invoices import invoice

CENT, NOTHING = Decimal("0.01"), Decimal(0)
RATES = {"State": Decimal(8), "County": Decimal("8.7"), "NON": NOTHING, "Exempt": NOTHING}


def decimals(most: int, places: int, least: int = 0) -> st.SearchStrategy[str]:
    scaled = st.integers(least * 10**places, most * 10**places)
    return scaled.map(lambda value: format(Decimal(value).scaleb(-places), "f"))


@st.composite
def lines_of(draw: st.DrawFn, taxed: str) -> list[dict[str, Any]]:
    """Lines with one tax code, or none; what they come to is never negative."""
    line = st.fixed_dictionaries(
        {
            "item_id": st.just("ITM-2"),
            "quantity": decimals(3000, 3),
            "unit_price": decimals(900, 4),
            "tax_code": st.sampled_from([taxed, "NON"]),
        },
        optional={"discount_percent": decimals(100, 2)},
    )
    return draw(st.lists(line, min_size=1, max_size=8))


def cents(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    return value.quantize(CENT, rounding)


def stated(lines: list[dict[str, Any]], *, by_line: bool, rounding: str) -> Decimal:
    """What a CMMS shows its user: tax on top, rounded on each line or once, in its own way."""
    document = an_invoice(lines=lines, total=None)
    nets = [(line.net("USD"), RATES[line.tax_code or ""]) for line in document.lines]
    taxes = [net * rate / 100 for net, rate in nets]
    tax = sum((cents(one, rounding) for one in taxes), NOTHING)
    if not by_line:
        tax = cents(sum(taxes, NOTHING), rounding)
    return sum((net for net, _ in nets), NOTHING) + tax


def booked(body: dict[str, Any]) -> Decimal:
    """QuickBooks' total: each amount is quantity times price (6070); tax that is stated counts."""
    amounts, taxable = NOTHING, NOTHING
    for line in body["Line"]:
        detail = line["SalesItemLineDetail"]
        assert abs(detail["Qty"] * detail["UnitPrice"] - line["Amount"]) <= CENT / 2
        amounts += line["Amount"]
        taxable += line["Amount"] if detail["TaxCodeRef"]["value"] == "TAX" else NOTHING
    detail = body.get("TxnTaxDetail", {})
    code = {"2": RATES["State"], "3": RATES["County"]}.get(
        detail.get("TxnTaxCodeRef", {}).get("value"), NOTHING
    )
    tax: Decimal = detail.get("TotalTax", cents(taxable * code / 100))
    return amounts + tax


def body_of(lines: list[dict[str, Any]], total: Decimal | None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    shown = None if total is None else str(total)
    document = an_invoice(lines=lines, total=shown, amounts=fields.pop("amounts", "tax_exclusive"))
    return invoice(a_create(Kind.INVOICE, document), document, a_lookup(**fields))


@given(
    st.sampled_from(["State", "County"]).flatmap(lines_of),
    st.booleans(),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
)
def test_tax_on_top_comes_to_what_the_cmms_shows(
    lines: list[dict[str, Any]],
    by_line: bool,  # noqa: FBT001 - drawn
    rounding: str,
) -> None:
    total = stated(lines, by_line=by_line, rounding=rounding)

    assert booked(body_of(lines, total)) == total


@given(st.sampled_from(["State", "County"]).flatmap(lines_of))
def test_tax_within_comes_to_the_sum_of_the_lines(lines: list[dict[str, Any]]) -> None:
    document = an_invoice(lines=lines, total=None)
    total = sum((line.net("USD") for line in document.lines), NOTHING)

    body = body_of(lines, total, amounts=Amounts.TAX_INCLUSIVE)

    assert booked(body) == total


@given(st.sampled_from(["State", "County"]).flatmap(lines_of))
def test_elsewhere_tax_within_is_stated_on_each_line(lines: list[dict[str, Any]]) -> None:
    document = an_invoice(lines=lines, total=None)
    gross = sum((line.net("USD") for line in document.lines), NOTHING)

    body = body_of(lines, None, amounts=Amounts.TAX_INCLUSIVE, tax="global", country="GB")

    details = [line["SalesItemLineDetail"] for line in body["Line"]]
    assert sum((detail["TaxInclusiveAmt"] for detail in details), NOTHING) == gross
    for line, detail in zip(body["Line"], details, strict=True):
        assert abs(detail["Qty"] * detail["UnitPrice"] - line["Amount"]) <= CENT / 2


@given(lines_of("State"))
def test_stock_moves_by_what_was_sold(lines: list[dict[str, Any]]) -> None:
    sold = sum((Decimal(line["quantity"]) for line in lines), NOTHING)

    body = body_of(lines, None, amounts=Amounts.TAX_INCLUSIVE)

    moved = (line["SalesItemLineDetail"]["Qty"] for line in body["Line"])
    assert sum(moved, NOTHING) == sold
