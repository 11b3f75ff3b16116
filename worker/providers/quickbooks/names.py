"""Names and texts as QuickBooks takes them: characters, lengths, suffixes."""

import hashlib
import re

from worker.providers.refusals import refuse

PARTY_NAME = 500
ITEM_NAME = 100
DOC_NUMBER = 21
_HASH = 6

_BLANK = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DELETED = re.compile(r" \(deleted(-\d+)?\)$")


def clean(name: str) -> str:
    """Without colon, tab and newline, which QuickBooks refuses or reads as a hierarchy (2040)."""
    spaced = _BLANK.sub(" ", _CONTROL.sub("", name.replace(":", " - ")))
    return spaced.strip()


def unique_name(name: str, alias: str | None, limit: int) -> str:
    """A cleaned name within the limit, with the suffix that was chosen after a clash of names."""
    suffix = alias or ""
    cleaned = clean(name)
    if not cleaned:
        raise refuse("name_unusable", {"name": name})
    return cleaned[: limit - len(suffix)].rstrip() + suffix


def document_number(number: str) -> str:
    """A number within the limit. The end is what tells long ones apart, so the end is kept, behind
    a hash of the whole: `3FA2C1-GION-2026-1042`."""
    cleaned = _BLANK.sub(" ", _CONTROL.sub("", number)).strip()
    if not cleaned:
        raise refuse("name_unusable", {"name": number})
    if len(cleaned) <= DOC_NUMBER:
        return cleaned
    folded = hashlib.sha256(cleaned.encode()).hexdigest()[:_HASH].upper()
    return f"{folded}-{cleaned[_HASH + 1 - DOC_NUMBER :].strip()}"


def undeleted(name: str) -> str:
    """A name without what QuickBooks appends when a record is made inactive."""
    return _DELETED.sub("", name)


def cut(value: str, limit: int) -> str:
    """Text within a limit; that something is missing can be seen."""
    value = _CONTROL.sub("", value).strip()
    return value if len(value) <= limit else value[: limit - 1] + "…"
