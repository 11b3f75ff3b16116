"""Decimals of the contract: what is read, what is refused, how money is rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.codes import CURRENCIES
from schemas.money import Money, Percentage, PositiveMoney, Total, cents, minor_units, rounded

MONEY = TypeAdapter(Money)
ledger_decimals = st.decimals(
    min_value=-(10**15) + 1, max_value=10**15 - 1, places=10, allow_nan=False
).filter(lambda value: abs(value) < 10**15)


@given(ledger_decimals)
def test_every_decimal_survives_the_way_through_text(value: Decimal) -> None:
    text = MONEY.dump_python(value, mode="json")

    assert MONEY.validate_python(text) == value
    assert "E" not in text


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_integers_are_read_as_decimals(value: int) -> None:
    assert MONEY.validate_python(value) == Decimal(value)


@given(st.text(max_size=12))
def test_text_is_read_only_in_plain_notation(text: str) -> None:
    try:
        value = MONEY.validate_python(text)
    except ValidationError:
        return

    assert set(text) <= set("-.0123456789")
    assert Decimal(text) == value


@pytest.mark.parametrize(
    "value",
    [
        18.5,
        True,
        None,
        [],
        "",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "1.",
        ".5",
        "18,50",
        "1_000",
        "1e3",
        "1E-3",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "\u0661\u0662",  # digits, but not ASCII
        "1" * 16,
        "0." + "1" * 11,
        10**15,
        -(10**15),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+15"),
        Decimal("1E-11"),
    ],
)
def test_what_is_no_plain_decimal_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="decimal string"):
        MONEY.validate_python(value)


@pytest.mark.parametrize(
    ("given_", "written"),
    [("118.00", "118.00"), (98, "98"), ("-5", "-5"), ("0.0000000001", "0.0000000001")],
)
def test_decimals_are_written_as_they_came(given_: object, written: str) -> None:
    assert MONEY.dump_python(MONEY.validate_python(given_), mode="json") == written


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.1249999999", "0.12"), ("2.675", "2.68")],
)
def test_cents_round_halves_away_from_zero(value: str, expected: str) -> None:
    assert cents(Decimal(value)) == Decimal(expected)


@given(ledger_decimals)
def test_rounding_twice_changes_nothing(value: Decimal) -> None:
    assert cents(cents(value)) == cents(value)
    assert abs(cents(value) - value) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("currency", "units", "expected"),
    [("USD", 2, "1234.57"), ("JPY", 0, "1235"), ("KWD", 3, "1234.568"), ("CLF", 4, "1234.5678")],
)
def test_each_currency_has_its_smallest_unit(currency: str, units: int, expected: str) -> None:
    assert minor_units(currency) == units
    assert str(rounded(Decimal("1234.56779"), currency)) == expected


def test_the_currencies_of_the_big_ledgers_are_known() -> None:
    assert {"USD", "CAD", "GBP", "EUR", "AUD", "NZD", "ZAR", "SGD", "INR"} <= CURRENCIES.keys()


@pytest.mark.parametrize("value", ["0", "0.00", "-0.01", 0])
def test_positive_money_is_above_zero(value: object) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        TypeAdapter(PositiveMoney).validate_python(value)


@pytest.mark.parametrize("value", ["-0.01", -1])
def test_a_total_is_not_negative(value: object) -> None:
    with pytest.raises(ValidationError, match="not be negative"):
        TypeAdapter(Total).validate_python(value)


@pytest.mark.parametrize("value", ["-1", "100.01", 101])
def test_a_percentage_is_within_a_hundred(value: object) -> None:
    with pytest.raises(ValidationError, match="between 0 and 100"):
        TypeAdapter(Percentage).validate_python(value)
