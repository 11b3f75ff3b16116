"""Quantity, price and amount: they agree, and nothing is lost, whatever the figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.invoice import InvoiceLine
from schemas.money import cents
from worker.providers.quickbooks.prices import priced


def a_line(**fields: object) -> InvoiceLine:
    return InvoiceLine.model_validate({"description": "x"} | fields)


money = st.decimals(min_value="-99999", max_value="99999", places=2)
quantities = st.decimals(min_value="-50000", max_value="50000", places=3)
percentages = st.decimals(min_value="0", max_value="100", places=2)
lines = st.builds(
    lambda price, quantity, percentage: a_line(
        item_id="ITM-1",
        unit_price=str(price),
        quantity=str(quantity),
        discount_percent=str(percentage),
    ),
    money,
    quantities,
    percentages,
)


@given(lines)
def test_amount_and_quantity_are_kept(line: InvoiceLine) -> None:
    rows = priced(line, "USD")

    assert sum(row.amount for row in rows) == line.net("USD")
    assert sum(row.quantity for row in rows) == line.quantity


@given(lines)
def test_every_row_is_quantity_times_price(line: InvoiceLine) -> None:
    for row in priced(line, "USD"):
        assert cents(row.quantity * row.price) == row.amount
        assert row.price == round(row.price, 5)


@given(lines.filter(lambda line: abs(line.quantity) < 1000))
def test_usual_quantities_need_one_row(line: InvoiceLine) -> None:
    assert len(priced(line, "USD")) == 1


def rows(**fields: object) -> list[tuple[str, str, str]]:
    found = priced(a_line(**fields), str(fields.pop("currency", "USD")))
    return [(f"{row.quantity:f}", f"{row.price.normalize():f}", f"{row.amount:f}") for row in found]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"unit_price": "95", "quantity": "2"}, ("2", "95", "190.00")),
        ({"amount": "35.00"}, ("1", "35", "35.00")),
        ({"amount": "100", "quantity": "3"}, ("3", "33.33333", "100.00")),
        ({"unit_price": "-95", "quantity": "0.5"}, ("0.5", "-95", "-47.50")),
        ({"unit_price": "95", "quantity": "-0.5"}, ("-0.5", "95", "-47.50")),
        ({"unit_price": "10", "discount_percent": "100"}, ("1", "0", "0.00")),
        ({"unit_price": "0.0049", "quantity": "3"}, ("3", "0.0049", "0.01")),
    ],
)
def test_figures_of_a_line(fields: dict[str, str], expected: tuple[str, str, str]) -> None:
    assert rows(**fields) == [expected]


def test_the_last_piece_makes_up_for_rounding() -> None:
    found = rows(item_id="ITM-2", quantity="30000", amount="6666.63")

    assert found == [("29999", "0.22222", "6666.38"), ("1", "0.25", "0.25")]


def test_a_quantity_of_nothing_moves_no_stock() -> None:
    assert rows(item_id="ITM-2", unit_price="9.5", quantity="0") == [("0", "9.5", "0.00")]


def test_a_lump_sum_for_an_item_moves_no_stock() -> None:
    found = rows(item_id="ITM-2", amount="12", quantity="0")

    assert found == [("1", "12", "12.00"), ("-1", "0", "0")]


def test_a_lump_sum_without_item_is_one_row() -> None:
    assert rows(amount="12", quantity="0") == [("1", "12", "12.00")]


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1235.00"), ("KWD", "1234.57")])
def test_amounts_have_cents_whatever_the_currency(currency: str, amount: str) -> None:
    (row,) = priced(a_line(unit_price="1234.567"), currency)

    assert f"{row.amount:f}" == amount
