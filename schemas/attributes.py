"""The attributes of an envelope, one by one; each function raises InvalidEvent naming its own."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from schemas.invalid import Category, InvalidEvent, malformed

# (source, id) is the key of the inbox; PostgreSQL indexes at most some 2,700 bytes.
LONGEST = 255

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# fullmatch everywhere: `$` would let a trailing newline through.
_TENANT = re.compile("[A-Za-z0-9._-]{1,64}")
_URI_REFERENCE = re.compile(r'[^\x00-\x20\x7f<>"{}|\\^`]+')
_MAJOR_VERSION = re.compile(r".*/v([0-9]{1,9})(?:\.[0-9A-Za-z.]+)?/?", re.DOTALL)
_TRACEPARENT = re.compile(
    "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)

Attributes = Mapping[str, object]


def required(attributes: Attributes, name: str) -> str:
    """An attribute that must be there: text of 1 to LONGEST characters."""
    text = optional(attributes, name)
    if text is None:
        raise malformed(f"the required attribute {name} is missing")
    if not text:
        raise malformed(f"the attribute {name} is empty")
    return text


def optional(attributes: Attributes, name: str) -> str | None:
    """An attribute that may be missing or null, but must be text if there."""
    value = attributes.get(name)
    if value is None:
        return None
    if isinstance(value, bytes):
        # pika hands out header strings that are not UTF-8 as bytes.
        raise malformed(f"the attribute {name} is not UTF-8 text")
    if not isinstance(value, str):
        raise malformed(f"the attribute {name} is not a string")
    if len(value) > LONGEST:
        raise malformed(f"the attribute {name} has more than {LONGEST} characters")
    return value


def check_specversion(attributes: Attributes) -> None:
    if required(attributes, "specversion") != "1.0":
        raise malformed('the attribute specversion is not "1.0"')


def source(attributes: Attributes) -> str:
    text = required(attributes, "source")
    if _URI_REFERENCE.fullmatch(text) is None:
        raise malformed("the attribute source is not a URI reference")
    return text


def tenant(attributes: Attributes) -> str:
    text = required(attributes, "tenantid")
    if _TENANT.fullmatch(text) is None:
        raise malformed("the attribute tenantid is not 1-64 of A-Z a-z 0-9 . _ -")
    return text


def time(attributes: Attributes) -> datetime:
    """When it happened, in UTC; digits beyond microseconds are cut off."""
    text = required(attributes, "time")
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise malformed("the attribute time is not RFC 3339, such as 2026-10-05T09:30:00Z")
    if match[1] == "60":
        # A leap second, which RFC 3339 allows and datetime does not hold.
        text = f"{text[:17]}59.999999{text[match.end(1) :].lstrip('.0123456789')}"
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise malformed("the attribute time is a moment that does not exist") from None


def check_dataschema(attributes: Attributes) -> str | None:
    """The dataschema, which must end in /v1 if there: another version is never guessed at."""
    text = optional(attributes, "dataschema")
    if text is None:
        return None
    match = _MAJOR_VERSION.fullmatch(text)
    if match is None or int(match[1]) != 1:
        fault = "the attribute dataschema does not name version 1, the only one that is read"
        raise InvalidEvent(fault, Category.UNKNOWN_VERSION)
    return text


def traceparent(attributes: Attributes) -> str | None:
    """The W3C trace context; one that is not well formed is dropped, as the standard asks."""
    text = optional(attributes, "traceparent")
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def causation(attributes: Attributes) -> str | None:
    """The id of what this event corrects or follows from; dropped if it is no such text, since
    nothing but a remark hangs on it."""
    try:
        return optional(attributes, "causationid") or None
    except InvalidEvent:
        return None
