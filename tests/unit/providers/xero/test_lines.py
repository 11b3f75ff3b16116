"""Lines: amounts to the cent, discounts that Xero would compute alike, items and accounts."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.kinds import Kind
from schemas.money import cents
from tests.contract.records import a_bill, an_invoice
from tests.unit.providers.xero.lookups import REFS, a_lookup
from worker.providers.lookup import Cause, Lookup, Target
from worker.providers.refusals import Refusal
from worker.providers.xero.lines import bill_lines, sales_lines


def sale(lookup: Lookup | None = None, **line: object) -> list[dict[str, Any]]:
    document = an_invoice(lines=[{"description": "Work", "tax_code": "NON"} | line], total=None)
    return sales_lines(document, lookup or a_lookup())


def purchase(lookup: Lookup | None = None, **line: object) -> list[dict[str, Any]]:
    document = a_bill(lines=[{"description": "Parts"} | line], total=None)
    return bill_lines(document, lookup or a_lookup())


def test_an_item_goes_by_its_code_and_brings_its_account() -> None:
    (line,) = sale(item_id="ITM-2", quantity="3", unit_price="48.50")

    assert line == {
        "Description": "Work",
        "Quantity": Decimal("3.0000"),
        "UnitAmount": Decimal("48.5000"),
        "LineAmount": Decimal("145.50"),
        "ItemCode": "PSK-40",
        "TaxType": "NONE",
    }


def test_a_line_without_item_goes_to_the_mapped_account() -> None:
    assert sale(amount="12.00")[0]["AccountCode"] == "200"
    assert purchase(amount="12.00")[0]["AccountCode"] == "433"


def test_a_line_may_name_an_account_beside_its_item() -> None:
    (line,) = sale(item_id="ITM-2", unit_price="1", account="877")

    assert (line["ItemCode"], line["AccountCode"]) == ("PSK-40", "877")


@pytest.mark.parametrize("account", ["610", "630", "bank"])
def test_accounts_that_take_no_lines_are_refused(account: str) -> None:
    with pytest.raises(Refusal) as refused:
        sale(amount="12.00", account=account)

    assert refused.value.fault.causes == {Cause("account", account)}


def test_a_line_of_words_is_words_alone() -> None:
    assert sale(amount="0") == [{"Description": "Work"}]


def test_a_discount_that_comes_out_alike_stands_as_one() -> None:
    (line,) = sale(unit_price="95", quantity="2", discount_percent="10")

    assert (line["UnitAmount"], line["DiscountRate"]) == (95, 10)
    assert line["LineAmount"] == Decimal("171.00")


@pytest.mark.parametrize("percent", ["33.333", "50"])
def test_any_other_discount_is_in_the_price_and_told(percent: str) -> None:
    (line,) = sale(unit_price="0.35", quantity="1", discount_percent=percent)

    assert "DiscountRate" not in line
    assert line["Description"] == f"Work (list price 0.35, less {percent} %)"
    assert cents(line["Quantity"] * line["UnitAmount"]) == line["LineAmount"]


def test_bills_have_no_discounts_and_keep_their_quantities() -> None:
    (line,) = purchase(received_quantity="12", unit_cost="4.8125")

    assert (line["Quantity"], line["UnitAmount"]) == (12, Decimal("4.8125"))


def test_the_day_of_a_service_stands_in_its_words() -> None:
    assert sale(amount="1", service_date="2026-10-02")[0]["Description"] == "Work (on 2026-10-02)"


def test_what_was_not_pulled_yet_is_waited_for() -> None:
    refs = REFS | {(Kind.ITEM, "ITM-9"): Target("i-9")}

    with pytest.raises(Refusal) as refused:
        sale(a_lookup(refs=refs), item_id="ITM-9", unit_price="1")

    assert refused.value.fault.causes == {Cause("item_ref", "i-9")}


def test_an_item_that_is_not_there_yet_is_waited_for() -> None:
    lookup = a_lookup()

    sale(lookup, item_id="ITM-9", unit_price="1")

    assert lookup.missing == {Cause(Kind.ITEM, "ITM-9")}


@given(
    st.decimals(min_value="-99999", max_value="99999", places=4),
    st.decimals(min_value="0.001", max_value="50000", places=5),
    st.decimals(min_value="0", max_value="100", places=2),
)
def test_whatever_the_figures_the_amount_is_the_cmmss(
    price: Decimal, quantity: Decimal, percent: Decimal
) -> None:
    stated = {"unit_price": str(price), "quantity": str(quantity), "discount_percent": str(percent)}
    document = an_invoice(lines=[{"description": "Work"} | stated, _LARGE], total=None)

    rows = sales_lines(document, a_lookup())[:-1]

    assert sum(row.get("LineAmount", 0) for row in rows) == document.lines[0].net("USD")
    for row in rows:
        rest = 1 - row.get("DiscountRate", Decimal(0)) / 100
        gross = row.get("Quantity", Decimal(0)) * row.get("UnitAmount", Decimal(0))
        assert cents(gross * rest) == row.get("LineAmount", 0)


_LARGE = {"description": "Makes the total positive", "amount": "9999999999"}
