"""Texts and numbers within the limits of a ledger's fields."""

import hashlib
import re

from worker.providers.refusals import refuse

_HASH = 6

_BLANK = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def smooth(text: str) -> str:
    """One line without control characters and superfluous blanks."""
    return _BLANK.sub(" ", _CONTROL.sub("", text)).strip()


def suffixed(name: str, alias: str | None, limit: int) -> str:
    """A cleaned name within the limit, with the suffix that was chosen after a clash of names."""
    suffix = alias or ""
    return name[: limit - len(suffix)].rstrip() + suffix


def shortened(number: str, limit: int) -> str:
    """A number within the limit. The end is what tells long ones apart, so the end is kept, behind
    a hash of the whole: `3FA2C1-GION-2026-1042`. Raises Refusal where nothing is left of it."""
    cleaned = smooth(number)
    if not cleaned:
        raise refuse("name_unusable", {"name": number})
    return cleaned if len(cleaned) <= limit else hashed(cleaned, limit)


def hashed(text: str, limit: int) -> str:
    """The end of a text behind a hash of the whole."""
    folded = hashlib.sha256(text.encode()).hexdigest()[:_HASH].upper()
    return f"{folded}-{text[_HASH + 1 - limit :].strip()}"


def cut(value: str, limit: int) -> str:
    """Text within a limit; that something is missing can be seen."""
    value = _CONTROL.sub("", value).strip()
    return value if len(value) <= limit else value[: limit - 1] + "…"
