"""Quantity, price and amount of a line so that they agree to the cent, with as many decimals as a
ledger keeps."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from schemas.document import Line
from schemas.money import cents

_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Places:
    """The smallest price that a ledger keeps, and the smallest quantity (None: as it is given)."""

    price: Decimal
    quantity: Decimal | None = None

    def of_price(self, value: Decimal) -> Decimal:
        return value.quantize(self.price, ROUND_HALF_UP)

    def of_quantity(self, value: Decimal) -> Decimal:
        return value if self.quantity is None else value.quantize(self.quantity, ROUND_HALF_UP)


@dataclass(frozen=True)
class Priced:
    """Figures as sent: `amount` is `quantity` times `price`, rounded to cents.

    `gross` is what it comes to with tax, where that is stated beside it.
    """

    quantity: Decimal
    price: Decimal
    amount: Decimal
    gross: Decimal | None = None


def priced(
    line: Line, currency: str, places: Places, net: Decimal | None = None
) -> tuple[Priced, ...]:
    """A line's net amount with the price that makes it; two rows where no one price does.

    `net` is given where the line's own amount contains tax.

    Together they have the line's quantity and net amount, so stock and totals come out right. The
    price is the one after a discount.
    """
    stated = cents(line.net(currency))  # ledgers keep two decimals of every currency
    net = stated if net is None else net
    count = places.of_quantity(line.count)
    if count == 0:
        return _of_nothing(line, net, places)
    if line.price is not None and not line.discount and net == stated:
        price = places.of_price(line.price)
        if cents(count * price) == net:
            return (Priced(count, price, net),)
    price = places.of_price(net / count)
    if cents(count * price) == net:
        return (Priced(count, price, net),)
    # Of many pieces, a price can miss the cent: the last piece makes up for it.
    last = _ONE.copy_sign(count)
    amount = cents((count - last) * price)
    rest = net - amount
    return Priced(count - last, price, amount), Priced(last, rest * last, rest)


def _of_nothing(line: Line, net: Decimal, places: Places) -> tuple[Priced, ...]:
    """A quantity of 0: no price makes an amount of it, and no piece may leave the stock."""
    if net == 0:
        return (Priced(_NOTHING, places.of_price(line.price or _NOTHING), net),)
    lump = Priced(_ONE, net, net)
    return (lump,) if line.item_id is None else (lump, Priced(-_ONE, _NOTHING, _NOTHING))
