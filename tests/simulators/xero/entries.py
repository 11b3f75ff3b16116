"""One element of a write, read and ready for the rules."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

from tests.simulators.xero.errors import Invalid
from tests.simulators.xero.organisation import ID_FIELDS, Body, Organisation


@dataclass(frozen=True)
class Entry:
    """What an app or a person wants written."""

    kind: str
    body: Body
    number: str | None = None  # of the record to change, from the address or the body
    _: KW_ONLY
    creates: bool = False  # PUT: never an update
    app: str = ""  # the client id; empty for a person
    restores: bool = False  # archived contacts come back: people can do that
    places: int = 4  # of unit prices
    warnings: list[str] = field(default_factory=list)


def locked(organisation: Organisation, *dates: object) -> None:
    """Nothing dated within the closed periods is written. Raises Invalid."""
    lock = organisation.locked_until
    if lock and any(day is not None and day <= lock[0] for day in dates):  # type: ignore[operator]
        which = "period lock" if lock[1] == "PeriodLockDate" else "end of year lock"
        raise Invalid(f"The document date cannot be before the {which} date.")


def without_id(kind: str, body: Body) -> Body:
    return {name: value for name, value in body.items() if name != ID_FIELDS[kind]}
