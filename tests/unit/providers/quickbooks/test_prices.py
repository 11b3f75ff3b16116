"""Quantity, price and amount: they agree, and nothing is lost, whatever the figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.invoice import InvoiceLine
from schemas.money import cents
from worker.providers.quickbooks.prices import priced


def a_line(**fields: object) -> InvoiceLine:
    return InvoiceLine.model_validate({"description": "x"} | fields)


money = st.decimals(min_value="0.01", max_value="99999", places=2)
quantities = st.decimals(min_value="0.01", max_value="5000", places=3)
percentages = st.decimals(min_value="0", max_value="100", places=2)


@given(money, quantities, percentages)
def test_amounts_are_kept_to_the_cent(
    price: Decimal, quantity: Decimal, percentage: Decimal
) -> None:
    line = a_line(unit_price=str(price), quantity=str(quantity), discount_percent=str(percentage))

    figures = priced(line, "USD")

    assert figures.amount + figures.rest == line.net("USD")
    assert cents(figures.quantity * figures.price) == figures.amount


@given(money, st.decimals(min_value="0.01", max_value="999", places=3), percentages)
def test_usual_quantities_need_no_rounding_line(
    price: Decimal, quantity: Decimal, percentage: Decimal
) -> None:
    line = a_line(unit_price=str(price), quantity=str(quantity), discount_percent=str(percentage))

    assert priced(line, "USD").rest == 0


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"unit_price": "95", "quantity": "2"}, ("2", "95", "190.00")),
        ({"amount": "35.00"}, ("1", "35.00", "35.00")),
        ({"amount": "100", "quantity": "3"}, ("3", "33.33333", "100.00")),
        ({"unit_price": "-95", "quantity": "0.5"}, ("0.5", "-95", "-47.50")),
        ({"amount": "12", "quantity": "0"}, ("1", "12.00", "12.00")),
        ({"unit_price": "10", "discount_percent": "100"}, ("1", "0", "0")),
    ],
)
def test_figures_of_a_line(fields: dict[str, str], expected: tuple[str, str, str]) -> None:
    figures = priced(a_line(**fields), "USD")

    assert (figures.quantity, figures.price, figures.amount) == tuple(map(Decimal, expected))
