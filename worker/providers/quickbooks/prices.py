"""Prices as QuickBooks takes them (6070): five decimals, and what a line comes to with tax."""

from dataclasses import replace
from decimal import Decimal

from schemas.document import Line
from schemas.money import cents
from worker.providers import prices
from worker.providers.prices import Places, Priced

_FIVE = Places(Decimal("0.00001"))
_NOTHING = Decimal(0)


def priced(line: Line, currency: str, net: Decimal | None = None) -> tuple[Priced, ...]:
    """A line's net amount with the price that makes it.

    QuickBooks does not compute a discount on a line, so the price is the one after the discount;
    the description tells the list price and the percentage.
    """
    return prices.priced(line, currency, _FIVE, net)


def grossed(line: Line, currency: str, net: Decimal | None) -> tuple[Priced, ...]:
    """The same with what each row comes to with tax; the last of two takes the rest."""
    rows = priced(line, currency, net)
    if net is None:
        return rows
    rest, stated = cents(line.net(currency)), []
    for row in rows[:-1]:
        gross = cents(rest * row.amount / net) if net else _NOTHING
        stated.append(replace(row, gross=gross))
        rest -= gross
    return (*stated, replace(rows[-1], gross=rest))
