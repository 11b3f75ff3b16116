"""The base of all models, and the field types that are no decimals: ids, codes, dates, versions."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from schemas.codes import COUNTRIES, CURRENCIES

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Model(BaseModel):
    """A frozen value that ignores unknown names and reads `null` in an optional field as absent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if isinstance(value, dict) and None in value.values():
            return {name: given for name, given in value.items() if given is not None}
        return value


def _day(value: object) -> date:
    # pydantic's own date also takes timestamps and midnights; the contract says YYYY-MM-DD.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("no_such_day", "There is no such day") from None
    raise PydanticCustomError("day", "Input should be a date written as YYYY-MM-DD")


def _currency(value: str) -> str:
    if value in CURRENCIES:
        return value
    raise PydanticCustomError("currency", "Input should be an ISO 4217 currency code such as USD")


def _country(value: str) -> str:
    if value in COUNTRIES:
        return value
    raise PydanticCustomError("country", "Input should be an ISO 3166-1 alpha-2 code such as US")


Flag = StrictBool
RecordId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Label = Annotated[str, StringConstraints(min_length=1)]
"""Text that must not be empty: a document's number, a provider, a ref."""

# Versions are compared and kept as bigint.
Version = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Currency = Annotated[
    str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})
]
Country = Annotated[
    str, AfterValidator(_country), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})
]
ExternalRefs = dict[Label, Label]
"""Provider -> ref: the record came out of that ledger as that ref, so it is linked, not created."""
