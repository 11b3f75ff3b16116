"""Whether the books hold what was sent, what differs, and the hash that recognises our writes."""

import hashlib
from collections.abc import Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.comparison import differing, projected, shown
from worker.providers.wire import Body, text
from worker.providers.xero.canonical import LISTED, STATUS, address, fields, telephone
from worker.providers.xero.dates import day
from worker.providers.xero.fields import MAPPED, NAMES, TOLD, UNCOMPARED, unfolded

_DAYS = ("Date", "DueDate")
_GONE = frozenset({"VOIDED", "DELETED"})


def matches(sent: Mapping[str, Any], record: Body) -> bool:
    """Whether every field of a part's body stands in the record as it was sent."""
    return not _differing(sent, record)


def differences(sent: Mapping[str, Any], record: Body) -> dict[str, dict[str, str]]:
    """The fields that do not: the contract's name -> {cmms, books}."""
    said, seen = _seen(sent), _seen(record)
    return {
        _called(name, said): {
            "cmms": _shown(name, said[name]),
            "books": _shown(name, seen.get(name)),
        }
        for name in _differing(sent, record)
    }


def brought(sent: Mapping[str, Any], record: Body) -> frozenset[str]:
    """The contract's fields that stand in the record as a part's body has them."""
    differing = {*_differing(sent, record), *UNCOMPARED}
    said = _seen(sent)
    return frozenset(_called(name, said) for name in said if name not in differing)


def digest(kind: Kind, record: Body) -> str:
    """A hash over the fields that we map."""
    if kind in LISTED:
        return _hash(fields(kind, record))
    # Approval and payments move the status; that a document is gone is another matter.
    gone = record.get("Status") in _GONE
    return _hash({"mapped": projected(_seen(record), MAPPED[kind]), "gone": gone})


def digest_if_active(kind: Kind, record: Body) -> str:
    """The same as it was before somebody archived a contact, and did nothing else to it."""
    return _hash(fields(kind, record | {STATUS: "ACTIVE"}))


def _hash(held: Mapping[str, object]) -> str:
    return hashlib.sha256(text(held).encode()).hexdigest()


def _differing(sent: Mapping[str, Any], record: Body) -> list[str]:
    return differing(_seen(sent), _seen(record), UNCOMPARED)


def _seen(record: Mapping[str, Any]) -> Body:
    """A record, sent or held, with its days as days, and what has several ways of being said in
    one of them."""
    seen = unfolded(record)
    for name in _DAYS:
        if held := day(seen, name):
            seen[name] = held.isoformat()
    for name, value in seen.items():
        if name.startswith("Phones."):
            seen[name] = {"PhoneNumber": telephone(value)}
        elif name.startswith("Addresses."):
            seen[name] = address(value)
    return seen


def _called(name: str, said: Body) -> str:
    if name == "Contact":
        return "vendor" if said.get("Type") == "ACCPAY" else "customer"
    return NAMES.get(name, name)


def _shown(name: str, value: object) -> str:
    return shown(projected(value, TOLD.get(name)))
