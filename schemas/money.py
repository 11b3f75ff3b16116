"""Decimals of the contract (money, quantities, rates) and the one place where money is rounded."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from schemas.codes import CURRENCIES

# 25 digits: far beyond any ledger, and within the 28 that Decimal computes with by default.
_INTEGER_DIGITS, _DECIMALS = 15, 10
_DIGITS = f"[0-9]{{1,{_INTEGER_DIGITS}}}(\\.[0-9]{{1,{_DECIMALS}}})?"
_PLAIN = re.compile(f"-?{_DIGITS}")
_LIMIT = 10**_INTEGER_DIGITS
_NOT_ZERO = r"(?!0+(\.0+)?$)"


def _decimal(value: object) -> Decimal:
    """A decimal string or an integer; floats, booleans, NaN and exponents are refused."""
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        if -_LIMIT < value < _LIMIT:
            return Decimal(value)
    elif isinstance(value, Decimal) and value.is_finite() and abs(value) < _LIMIT:
        return _decimal(_plain(value))
    raise PydanticCustomError(
        "decimal_string",
        'Input should be a decimal string such as "118.00" or an integer,'
        f" with at most {_INTEGER_DIGITS} digits and {_DECIMALS} decimals",
    )


def _plain(value: Decimal) -> str:
    # str() would write 0.0000000001 as 1E-10, which the contract (and we) do not read.
    return format(value, "f")


def _schema(pattern: str, **bounds: int) -> WithJsonSchema:
    text = {"type": "string", "pattern": f"^{pattern}$"}
    whole = {"type": "integer", "minimum": 1 - _LIMIT, "maximum": _LIMIT - 1} | bounds
    # Integers are read, but what is written is always a string.
    return WithJsonSchema({"anyOf": [text, whole]}, mode="validation")


def _positive(value: Decimal) -> Decimal:
    if value > 0:
        return value
    raise PydanticCustomError("not_positive", "Input should be greater than 0")


def _not_negative(value: Decimal) -> Decimal:
    if value >= 0:
        return value
    raise PydanticCustomError("negative", "Input should not be negative")


def _at_most_hundred(value: Decimal) -> Decimal:
    if 0 <= value <= 100:
        return value
    raise PydanticCustomError("not_a_percentage", "Input should be between 0 and 100")


_read, _write = PlainValidator(_decimal), PlainSerializer(_plain, return_type=str)

Money = Annotated[Decimal, _read, _write, _schema(f"-?{_DIGITS}")]
Quantity = Annotated[Decimal, _read, _write, _schema(f"-?{_DIGITS}")]
PositiveMoney = Annotated[
    Decimal, _read, AfterValidator(_positive), _write, _schema(_NOT_ZERO + _DIGITS, minimum=1)
]
Total = Annotated[
    Decimal, _read, AfterValidator(_not_negative), _write, _schema(_DIGITS, minimum=0)
]
Rate = PositiveMoney
Percentage = Annotated[
    Decimal,
    _read,
    AfterValidator(_at_most_hundred),
    _write,
    _schema(r"(100(\.0{1,10})?|[0-9]{1,2}(\.[0-9]{1,10})?)", minimum=0, maximum=100),
]


def minor_units(currency: str) -> int:
    """How many decimals amounts of a currency have (ISO 4217): USD 2, JPY 0, KWD 3."""
    return CURRENCIES[currency]


def rounded(value: Decimal, currency: str) -> Decimal:
    """An amount to the smallest unit of its currency, halves away from zero (ROUND_HALF_UP)."""
    return value.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_HALF_UP)


_CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    """An amount to two decimals, halves away from zero: 0.125 -> 0.13, -0.125 -> -0.13."""
    return value.quantize(_CENT, ROUND_HALF_UP)
