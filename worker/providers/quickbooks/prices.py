"""Quantity, price and amount of a line so that they agree to the cent (Intuit: 6070)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from schemas.invoice import InvoiceLine
from schemas.money import cents

_PLACES = Decimal("0.00001")  # QuickBooks keeps five decimals of a price
_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Priced:
    """Figures as sent: `amount` is `quantity` times `price`, rounded to cents."""

    quantity: Decimal
    price: Decimal
    amount: Decimal


def priced(line: InvoiceLine, currency: str) -> tuple[Priced, ...]:
    """A line's net amount with the price that makes it; two rows where no one price does.

    Together they have the line's quantity and net amount, so stock and totals come out right.
    QuickBooks does not compute a discount on a line, so the price is the one after the discount;
    the description tells the list price and the percentage.
    """
    net = cents(line.net(currency))  # QuickBooks keeps two decimals of every currency
    if line.quantity == 0:
        return _of_nothing(line, net)
    if line.unit_price is not None and not line.discount:
        price = _five(line.unit_price)
        if cents(line.quantity * price) == net:
            return (Priced(line.quantity, price, net),)
    price = _five(net / line.quantity)
    if cents(line.quantity * price) == net:
        return (Priced(line.quantity, price, net),)
    # From a thousand pieces on, five decimals can miss the cent: the last piece makes up for it.
    last = _ONE.copy_sign(line.quantity)
    amount = cents((line.quantity - last) * price)
    rest = net - amount
    return Priced(line.quantity - last, price, amount), Priced(last, rest * last, rest)


def _of_nothing(line: InvoiceLine, net: Decimal) -> tuple[Priced, ...]:
    """A quantity of 0: no price makes an amount of it, and no piece may leave the stock."""
    if net == 0:
        return (Priced(_NOTHING, _five(line.unit_price or _NOTHING), net),)
    lump = Priced(_ONE, net, net)
    return (lump,) if line.item_id is None else (lump, Priced(-_ONE, _NOTHING, _NOTHING))


def _five(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_UP)
