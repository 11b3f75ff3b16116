"""The marker in notes that says which CMMS record a record of the books is; people can read it."""

import re
from urllib.parse import quote, unquote

from worker.providers.lookup import Chart

_MARKER = re.compile(r"\[CMMS ([a-z_]+) ([^\[\]\s]+)\]")
_UNSAFE = re.compile(r"[\[\]%\s\x00-\x1f\x7f]")
_ADDRESS = "In the CMMS: "
_SIGNATURE = re.compile(rf"\n?(?:^{_ADDRESS}\S+\n)?{_MARKER.pattern}", re.MULTILINE)
_LONGEST_ADDRESS = 500  # of a note of 2,000 characters or more


def marker(kind: str, record_id: str) -> str:
    """`[CMMS invoice INV-1002]`; what would break it out of the brackets is percent-encoded."""
    safe = _UNSAFE.sub(lambda found: quote(found[0], safe=""), record_id)
    return f"[CMMS {kind} {safe}]"


def markers(note: str | None) -> set[str]:
    """All markers in a note: somebody may have copied a document with its note."""
    return {found[0] for found in _MARKER.finditer(note or "")}


def signature(kind: str, record_id: str, chart: Chart) -> str:
    """What a note ends with: the marker, under the record's address where there is a template."""
    mark, at = marker(kind, record_id), address(kind, record_id, chart)
    return f"{_ADDRESS}{at}\n{mark}" if at else mark


def address(kind: str, record_id: str, chart: Chart) -> str:
    """Where the record stands in the CMMS; empty where there is no template, or it does not fit."""
    filled = chart.policies.record_url
    for name, value in (("tenant", chart.tenant), ("kind", kind), ("id", record_id)):
        filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
    return filled if len(filled) <= _LONGEST_ADDRESS else ""


def unmarked(note: str | None) -> str:
    """A note as people wrote it: without markers and addresses of ours."""
    return _SIGNATURE.sub("", note or "").strip()


def marked(note: str | None) -> tuple[str, str] | None:
    """The CMMS record that a note names: kind and id; None without a marker, or with several."""
    found = {(one[1], unquote(one[2])) for one in _MARKER.finditer(note or "")}
    return found.pop() if len(found) == 1 else None


def noted(lines: list[str], signed: str, limit: int) -> str:
    """A note of at most `limit` characters that ends as it is signed, whatever must give way."""
    room = limit - len(signed) - 1
    words = "\n".join(line for line in lines if line)
    if len(words) > room:
        words = words[: room - 1] + "…"
    return f"{words}\n{signed}" if words else signed
