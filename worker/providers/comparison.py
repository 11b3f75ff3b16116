"""Whether a ledger's record holds what was sent: values compared as people would, fields told in
words."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

Spec: TypeAlias = Mapping[str, "Spec | None"]
"""Field -> None for a plain value, or the fields within (of each row, where it is a list)."""


def differing(
    sent: Mapping[str, Any], seen: Mapping[str, Any], uncompared: Iterable[str] = ()
) -> list[str]:
    """The fields of a part's body that do not stand in the record as they were sent."""
    compared = [name for name in sent if name not in uncompared]
    return [name for name in compared if not agrees(sent[name], seen.get(name))]


def agrees(sent: object, held: object) -> bool:
    """Whether a value that was sent is what the record holds."""
    match sent:
        case Mapping() if not sent:
            return not shown(held)  # sent to clear it
        case Mapping():
            inner = held if isinstance(held, Mapping) else {}
            return all(agrees(value, inner.get(name)) for name, value in sent.items())
        case list() | tuple():
            within = held if isinstance(held, list) else []
            return len(sent) == len(within) and all(map(agrees, sent, within))
        case _:
            return _same(sent, held)


def _same(sent: object, held: object) -> bool:
    """Plain values; ledgers leave out what is empty, zero or false."""
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
