"""What identifies parties and items on either side, and why two of them may be one; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from worker.matchkeys import code_key, email_key, label_key, name_key, phone_key


@dataclass(frozen=True)
class Face:
    """A party or an item as it is recognised: its fields as people wrote them."""

    name: str
    number: str | None = None  # a vendor's account number, an item's SKU
    email: str | None = None
    phone: str | None = None
    currency: str | None = None
    type: str | None = None
    nested: bool = False  # below another record of its kind: its name is not all of its name

    @classmethod
    def read(cls, snapshot: Mapping[str, Any]) -> "Face":
        """From a Party or an Item of the contract, JSON-ready."""
        return cls(
            name=str(snapshot.get("name") or ""),
            number=snapshot.get("sku") or snapshot.get("account_number"),
            email=snapshot.get("email"),
            phone=snapshot.get("phone"),
            currency=snapshot.get("currency"),
            type=snapshot.get("type"),
            nested=bool(snapshot.get("full_name")),  # which only what has a parent has
        )

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Under which this one is found; two that share none are never one record."""
        found = {
            "name": name_key(self.name),
            "email": email_key(self.email),
            "code": code_key(self.number),
        }
        return frozenset((what, key) for what, key in found.items() if key is not None)


class Strength(IntEnum):
    """How sure it is that two are one record."""

    LIKELY = 1
    EXACT = 2


@dataclass(frozen=True)
class Likeness:
    """How sure it is, and why, in words for people."""

    strength: Strength
    why: str


def likeness(ours: Face, theirs: Face) -> Likeness | None:
    """Whether a record of the books may be one of the CMMS; None: nothing says so.

    The same number or display name is exact unless something that identifies speaks against it:
    then it is likely, since two of one name cannot be in the books. A name that differs in form
    only, or an address of e-mail, is likely at most.
    """
    alike, sure = _alike(ours, theirs), _same_label(ours, theirs) or _same_number(ours, theirs)
    against = _against(ours, theirs)
    if not alike or (not sure and _differ_in_kind(ours, theirs)):
        return None
    strength = Strength.EXACT if sure and not against else Strength.LIKELY
    why = ", ".join(alike)
    return Likeness(strength, f"{why}, but {' and '.join(against)}" if against else why)


def _alike(ours: Face, theirs: Face) -> list[str]:
    """What speaks for it, the strongest first."""
    reasons = []
    if _same_number(ours, theirs):
        reasons.append(f"same number {code_key(theirs.number)}")
    if _same(label_key(ours.name), label_key(theirs.name)):
        reasons.append("same name")
    elif _same(name_key(ours.name), name_key(theirs.name)):
        reasons.append(f"same name but for its form: “{theirs.name}”")
    if _same(email_key(ours.email), email_key(theirs.email)):
        reasons.append(f"same e-mail {email_key(theirs.email)}")
    return reasons


def _against(ours: Face, theirs: Face) -> list[str]:
    """What speaks against it, though number or name are the same."""
    reasons = []
    if _differ(code_key(ours.number), code_key(theirs.number)):
        reasons.append(f"number {code_key(theirs.number)}")
    if _differ(ours.currency, theirs.currency):
        reasons.append(f"currency {theirs.currency}")
    if _differ(ours.type, theirs.type):
        reasons.append(f"type {str(theirs.type).replace('_', ' ')}")
    others = _differ(email_key(ours.email), email_key(theirs.email))
    if others and _differ(phone_key(ours.phone), phone_key(theirs.phone)):
        reasons.append("another e-mail and telephone number")
    if theirs.nested:
        reasons.append("below another record")
    return reasons


def _differ_in_kind(ours: Face, theirs: Face) -> bool:
    """What a like name or address cannot outweigh."""
    pairs = (
        (code_key(ours.number), code_key(theirs.number)),
        (ours.currency, theirs.currency),
        (ours.type, theirs.type),
    )
    return any(_differ(one, other) for one, other in pairs)


def _same_label(ours: Face, theirs: Face) -> bool:
    return _same(label_key(ours.name), label_key(theirs.name))


def _same_number(ours: Face, theirs: Face) -> bool:
    return _same(code_key(ours.number), code_key(theirs.number))


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _differ(one: str | None, other: str | None) -> bool:
    """Whether both say something, and not the same."""
    return bool(one) and bool(other) and one != other
