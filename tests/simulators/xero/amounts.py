"""Money: rounding as Xero does it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Half up, away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def rounded(price: Decimal, places: int) -> Decimal:
    """A unit price; more places than that are lost."""
    return price.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
