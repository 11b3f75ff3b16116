"""Names and texts as QuickBooks takes them: characters, lengths, suffixes."""

import re

from worker.providers.quickbooks.checks import refuse

PARTY_NAME = 500
ITEM_NAME = 100
DOC_NUMBER = 21

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


def undeleted(name: str) -> str:
    """A name without what QuickBooks appends when a record is made inactive."""
    return _DELETED.sub("", name)


def cut(value: str, limit: int) -> str:
    """Text within a limit; that something is missing can be seen."""
    value = _CONTROL.sub("", value).strip()
    return value if len(value) <= limit else value[: limit - 1] + "…"
