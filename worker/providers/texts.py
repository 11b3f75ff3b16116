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


def folded(text: object) -> str:
    """A text as people compare it: whatever its case and its blanks."""
    return " ".join(str(text).casefold().split())


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
    if len(cleaned) <= limit:
        return cleaned
    return f"{fold(cleaned)}-{cleaned[_HASH + 1 - limit :].strip()}"


def fold(text: str) -> str:
    """A short hash that tells two texts apart: `3FA2C1`."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH].upper()


def cut(value: str, limit: int) -> str:
    """Text within a limit; that something is missing can be seen."""
    value = _CONTROL.sub("", value).strip()
    return value if len(value) <= limit else value[: limit - 1] + "…"
