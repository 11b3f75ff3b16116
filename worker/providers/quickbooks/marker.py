"""The marker in notes that says which CMMS record a record of the books is; people can read it."""

import re
from urllib.parse import quote

_MARKER = re.compile(r"\[CMMS ([a-z_]+) ([^\[\]\s]+)\]")
_UNSAFE = re.compile(r"[\[\]%\s\x00-\x1f\x7f]")


def marker(kind: str, record_id: str) -> str:
    """`[CMMS invoice INV-1002]`; what would break it out of the brackets is percent-encoded."""
    safe = _UNSAFE.sub(lambda found: quote(found[0], safe=""), record_id)
    return f"[CMMS {kind} {safe}]"


def markers(note: str | None) -> set[str]:
    """All markers in a note: somebody may have copied a document with its note."""
    return {found[0] for found in _MARKER.finditer(note or "")}


def noted(lines: list[str], mark: str, limit: int) -> str:
    """A note of at most `limit` characters that ends with the marker, whatever must give way."""
    room = limit - len(mark) - 1
    words = "\n".join(line for line in lines if line)
    if len(words) > room:
        words = words[: room - 1] + "…"
    return f"{words}\n{mark}" if words else mark
