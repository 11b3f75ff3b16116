"""Quantity, price and amount of a line so that they agree to the cent (Intuit: 6070)."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from schemas.document import Line
from schemas.money import cents

_PLACES = Decimal("0.00001")  # QuickBooks keeps five decimals of a price
_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Priced:
    """Figures as sent: `amount` is `quantity` times `price`, rounded to cents.

    `gross` is what it comes to with tax, where that is stated beside it.
    """

    quantity: Decimal
    price: Decimal
    amount: Decimal
    gross: Decimal | None = None


def priced(line: Line, currency: str, net: Decimal | None = None) -> tuple[Priced, ...]:
    """A line's net amount with the price that makes it; two rows where no one price does.

    `net` is given where the line's own amount contains tax.

    Together they have the line's quantity and net amount, so stock and totals come out right.
    QuickBooks does not compute a discount on a line, so the price is the one after the discount;
    the description tells the list price and the percentage.
    """
    stated = cents(line.net(currency))  # QuickBooks keeps two decimals of every currency
    net = stated if net is None else net
    if line.count == 0:
        return _of_nothing(line, net)
    if line.price is not None and not line.discount and net == stated:
        price = _five(line.price)
        if cents(line.count * price) == net:
            return (Priced(line.count, price, net),)
    price = _five(net / line.count)
    if cents(line.count * price) == net:
        return (Priced(line.count, price, net),)
    # From a thousand pieces on, five decimals can miss the cent: the last piece makes up for it.
    last = _ONE.copy_sign(line.count)
    amount = cents((line.count - last) * price)
    rest = net - amount
    return Priced(line.count - last, price, amount), Priced(last, rest * last, rest)


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


def _of_nothing(line: Line, net: Decimal) -> tuple[Priced, ...]:
    """A quantity of 0: no price makes an amount of it, and no piece may leave the stock."""
    if net == 0:
        return (Priced(_NOTHING, _five(line.price or _NOTHING), net),)
    lump = Priced(_ONE, net, net)
    return (lump,) if line.item_id is None else (lump, Priced(-_ONE, _NOTHING, _NOTHING))


def _five(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_UP)
