"""What the CMMS says of a party and QuickBooks has no field for, or too short a one: lines in its
notes, `Label: value`, and how they are told from what people wrote there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.kinds import Kind
from worker.providers.marker import unmarked

EMAIL = 100
PHONE = 30
WEBSITE = 1000
NAME_PART = 100
RESALE_NUMBER = 16
TAX_IDENTIFIER = 20
NAME = "Name in the CMMS"

# Label -> the contract's field, and how long a value fits QuickBooks' own field.
_SPILT = {
    "E-mail": ("email", EMAIL),
    "Phone": ("phone", PHONE),
    "Mobile": ("mobile", PHONE),
    "Website": ("website", WEBSITE),
    "Tax number": ("tax_number", RESALE_NUMBER),
    "Account number": ("account_number", NAME_PART),
    NAME: ("name", 0),
}


@dataclass(frozen=True)
class Noted:
    """A note taken apart: what people wrote, and what our lines hold, by the contract's fields."""

    words: Sequence[str]
    ours: Sequence[str]
    held: dict[str, str] = field(default_factory=dict)


def apart(kind: Kind, note: str | None) -> Noted:
    """Tell our lines from people's: ours hold what does not fit its field."""
    words: list[str] = []
    ours: list[str] = []
    held: dict[str, str] = {}
    for line in map(str.strip, unmarked(note).splitlines()):
        label, _, value = line.partition(": ")
        name, limit = _SPILT.get(label, ("", 0))
        if kind is Kind.CUSTOMER and name == "account_number":
            limit = 0  # a customer has no such field in QuickBooks
        if name and len(value) > limit and name not in held:
            held[name] = value
            ours.append(line)
        else:
            words.append(line)
    return Noted(words, ours, held)


def smoothed(kind: Kind, note: str | None) -> str:
    """A note without marker and empty lines, ours at the end: however people moved them about.

    The name in the CMMS is not compared here: it follows from the display name.
    """
    parts = apart(kind, note)
    ours = sorted(line for line in parts.ours if not line.startswith(f"{NAME}: "))
    return "\n".join([*filter(None, parts.words), *ours])
