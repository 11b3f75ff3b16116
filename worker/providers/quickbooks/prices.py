"""Quantity, price and amount of a line so that they agree to the cent (Intuit: 6070)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from schemas.invoice import InvoiceLine
from schemas.money import cents

_PLACES = Decimal("0.00001")  # QuickBooks keeps five decimals of a price


@dataclass(frozen=True)
class Priced:
    """A line's figures as sent; `rest` is what no price of five decimals can express."""

    quantity: Decimal
    price: Decimal
    amount: Decimal
    rest: Decimal = Decimal(0)


def priced(line: InvoiceLine, currency: str) -> Priced:
    """The line's net amount with the price that makes it.

    QuickBooks does not compute a discount on a line, so the price is the one after the discount;
    the description tells the list price and the percentage.
    """
    net = line.net(currency)
    if line.quantity == 0:
        return Priced(Decimal(1), net, net)  # a lump sum: no price makes an amount of nothing
    if line.unit_price is not None and not line.discount:
        price = _five(line.unit_price)
        if cents(line.quantity * price) == net:
            return Priced(line.quantity, price, net)
    price = _five(net / line.quantity)
    amount = cents(line.quantity * price)
    # From a thousand pieces on, five decimals can miss the cent.
    return Priced(line.quantity, price, amount, net - amount)


def _five(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_UP)
