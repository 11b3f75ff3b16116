"""Names and numbers as QuickBooks takes them: characters, lengths, suffixes."""

import re

from worker.providers.refusals import refuse
from worker.providers.texts import shortened, smooth, suffixed

PARTY_NAME = 500
ITEM_NAME = 100
DOC_NUMBER = 21

_DELETED = re.compile(r" \(deleted(-\d+)?\)$")


def clean(name: str) -> str:
    """Without colon, tab and newline, which QuickBooks refuses or reads as a hierarchy (2040)."""
    return smooth(name.replace(":", " - "))


def unique_name(name: str, alias: str | None, limit: int) -> str:
    """A cleaned name within the limit, with the suffix that was chosen after a clash of names."""
    cleaned = clean(name)
    if not cleaned:
        raise refuse("name_unusable", {"name": name})
    return suffixed(cleaned, alias, limit)


def document_number(number: str) -> str:
    """A number within the limit."""
    return shortened(number, DOC_NUMBER)


def undeleted(name: str) -> str:
    """A name without what QuickBooks appends when a record is made inactive."""
    return _DELETED.sub("", name)
