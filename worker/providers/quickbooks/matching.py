"""Whether the books hold what was sent, what differs, and the hash that recognises our writes."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from schemas.kinds import Kind
from worker.providers.quickbooks.fields import MAPPED, NAMES, UNCOMPARED, Spec
from worker.providers.quickbooks.names import undeleted
from worker.providers.quickbooks.wire import Body, rows, text

_COMPUTED = "SubTotalLineDetail"  # QuickBooks adds one to every sale
# What parties and items are told with under other names than conflicts are.
_TOLD_AS = {"Taxable": ("tax_exempt", "tax_code"), "SalesTaxCodeRef": ("tax_code",)}


def matches(sent: Mapping[str, Any], record: Body) -> bool:
    """Whether every field of a part's body stands in the record as it was sent."""
    return not _differing(sent, record)


def differences(sent: Mapping[str, Any], record: Body) -> dict[str, dict[str, str]]:
    """The fields that do not: the contract's name -> {cmms, books}."""
    seen = _seen(record)
    return {
        NAMES.get(name, name): {"cmms": shown(sent[name]), "books": shown(seen.get(name))}
        for name in _differing(sent, record)
    }


def brought(sent: Mapping[str, Any], record: Body) -> frozenset[str]:
    """The contract's fields that stand in the record as a part's body has them."""
    differing = {*_differing(sent, record), *UNCOMPARED}
    return frozenset(
        name
        for one in sent
        if one not in differing
        for name in _TOLD_AS.get(one, (NAMES.get(one, one),))
    )


def digest(kind: Kind, record: Body) -> str:
    """A hash over the fields that we map."""
    return _hash(kind, _seen(record))


def digest_if_active(kind: Kind, record: Body) -> str:
    """The same as it was before somebody made the record inactive, and did nothing else to it."""
    return _hash(kind, _seen(record) | {"Active": True})


def _hash(kind: Kind, seen: Body) -> str:
    mapped = projected(seen, MAPPED[kind])
    return hashlib.sha256(text(mapped).encode()).hexdigest()


def _differing(sent: Mapping[str, Any], record: Body) -> list[str]:
    seen = _seen(record)
    compared = [name for name in sent if name not in UNCOMPARED]
    return [name for name in compared if not _agrees(sent[name], seen.get(name))]


def _seen(record: Body) -> Body:
    """A record without what QuickBooks adds by itself."""
    seen = dict(record)
    if record.get("Active") is False:
        for name in ("DisplayName", "Name"):
            if isinstance(seen.get(name), str):
                seen[name] = undeleted(seen[name])
    if "Line" in record:
        lines = rows(record["Line"])
        seen["Line"] = [line for line in lines if line.get("DetailType") != _COMPUTED]
    return seen


def _agrees(sent: object, held: object) -> bool:
    match sent:
        case Mapping() if not sent:
            return not shown(held)  # sent to clear it
        case Mapping():
            inner = held if isinstance(held, Mapping) else {}
            return all(_agrees(value, inner.get(name)) for name, value in sent.items())
        case list() | tuple():
            within = held if isinstance(held, list) else []
            return len(sent) == len(within) and all(map(_agrees, sent, within))
        case _:
            return _same(sent, held)


def _same(sent: object, held: object) -> bool:
    """Plain values; QuickBooks leaves out what is empty, zero or false."""
    match held:
        case bool():
            return bool(sent) == held
        case Decimal():
            return _number(sent) == held
        case None:
            return not sent or _number(sent) == 0 or not str(sent).strip()
        case _:
            return _text(str(sent)) == _text(str(held))


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def projected(value: object, spec: Spec | None) -> object:
    """What of a value is mapped, without outer blanks and trailing zeros; None: nothing."""
    match value:
        case list() if spec is not None:
            return [projected(row, spec) for row in value]
        case Mapping() if spec is not None:
            kept = {name: projected(value.get(name), inner) for name, inner in spec.items()}
            return {name: held for name, held in kept.items() if held} or None
        case Decimal():
            return format(value.normalize(), "f") if value else None
        case str():
            return _text(value) or None
        case _:
            return value


def shown(value: object) -> str:
    """A field's value for people: the texts and figures in it, without ids of lines."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Mapping():
            parts = (shown(held) for name, held in value.items() if name not in ("Id", "LineNum"))
            return " ".join(part for part in parts if part)
        case list() | tuple():
            return "; ".join(map(shown, value))
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
