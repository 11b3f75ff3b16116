"""What invoices and bills have in common: lines, how amounts are stated, and totals."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from pydantic import ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from schemas.fields import Currency, Day, Label, Model, RecordId, Version
from schemas.kinds import Kind, References
from schemas.money import Money, Rate, Total, cents, minor_units, rounded

_HUNDRED = Decimal(100)


class Amounts(StrEnum):
    """Whether the amounts of lines contain the tax."""

    TAX_EXCLUSIVE = "tax_exclusive"
    TAX_INCLUSIVE = "tax_inclusive"
    NO_TAX = "no_tax"


def either(*names: str) -> dict[str, object]:
    """JSON Schema for "at least one of these fields is given"."""
    given = [
        {"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names
    ]
    return {"anyOf": given}


class Line(Model):
    """A line of an invoice or a bill; it has a price or an amount, and an item or a description."""

    id: RecordId | None = None
    item_id: RecordId | None = None
    account: str | None = None
    description: str | None = None
    amount: Money | None = None
    tax_code: str | None = None

    @property
    def count(self) -> Decimal:
        """How many were sold or received."""
        raise NotImplementedError

    @property
    def price(self) -> Decimal | None:
        """The price or cost of one, before the discount."""
        raise NotImplementedError

    @property
    def discount(self) -> Decimal:
        """The discount in per cent."""
        return Decimal(0)

    def net(self, currency: str | None = None) -> Decimal:
        """The line's amount as the CMMS shows it: after the discount, before tax if tax_exclusive.

        It is `amount` where given, else quantity x price less discount_percent, rounded once, at
        the end, to the currency's smallest unit (to cents without a currency).
        """
        exact = self._exact() if self.amount is None else self.amount
        return cents(exact) if currency is None else rounded(exact, currency)

    def agrees(self, currency: str) -> bool:
        """Whether `amount`, if given beside a price, is that price rounded by any usual rule."""
        if self.amount is None or self.price is None:
            return True
        # Half up or half even, once or also before the discount: each is within half a unit.
        half = Decimal(5).scaleb(-minor_units(currency) - 1)
        if abs(self.amount - self._exact()) <= half:
            return True
        stepwise = self._discounted(rounded(self.count * self.price, currency))
        return abs(self.amount - stepwise) <= half

    def _exact(self) -> Decimal:
        return self._discounted(self.count * self.price) if self.price is not None else Decimal(0)

    def _discounted(self, gross: Decimal) -> Decimal:
        return gross * (_HUNDRED - self.discount) / _HUNDRED if self.discount else gross

    @model_validator(mode="after")
    def _says_what_and_how_much(self) -> "Line":
        if not self.description and self.item_id is None:
            raise PydanticCustomError("line_of_nothing", "A description or an item_id is required")
        if self.price is None and self.amount is None:
            raise PydanticCustomError("line_without_price", "A price or an amount is required")
        return self


class Document(Model):
    """The header of an invoice or a bill, and the rules that span its lines."""

    id: RecordId
    version: Version | None = None
    number: Label
    issue_date: Day
    due_date: Day | None = None
    currency: Currency
    exchange_rate: Rate | None = None
    amounts: Amounts = Amounts.TAX_EXCLUSIVE
    total: Total | None = None
    memo: str | None = None

    def item_references(self) -> References:
        """The items that its lines name."""
        named = (line.item_id for line in self._lines())
        return frozenset((Kind.ITEM, item_id) for item_id in named if item_id is not None)

    def _lines(self) -> Sequence[Line]:
        raise NotImplementedError

    @model_validator(mode="after")
    def _adds_up(self) -> "Document":
        lines = self._lines()
        for number, line in enumerate(lines, 1):
            if not line.agrees(self.currency):
                raise PydanticCustomError(
                    "line_amount",
                    "The amount of line {number} differs from its quantity and price",
                    {"number": number},
                )
        if self.total is None and sum(line.net(self.currency) for line in lines) < 0:
            raise PydanticCustomError("negative_total", "The lines add up to less than zero")
        return self


def line_config(price: str) -> ConfigDict:
    """The model config of a kind of line, with its cross-field rules for the JSON Schema."""
    rules: dict[str, object] = {
        "allOf": [either("description", "item_id"), either(price, "amount")]
    }
    return ConfigDict(json_schema_extra=rules)  # type: ignore[typeddict-item]
