"""Logging: one JSON object a line on stderr, with the context bound around it, without secrets."""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TextIO

_bound: ContextVar[Mapping[str, object]] = ContextVar("log_context", default=MappingProxyType({}))
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# Below these levels they log every request, or what they raise as well; pika quotes messages.
_LIBRARIES = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "uvicorn": logging.WARNING,
    "pika": logging.CRITICAL,
}

HIDDEN = "***"
_SECRET_NAMES = re.compile(
    r"(?i)((?<!sync_)token(?!_version)|secret|password|authorization|credential|encryption_key|cookie)"
)
_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{HIDDEN}@"),  # credentials in an address
    (re.compile(r"(?i)([?&](?:code|state|link|view|choice)=)[^&\s\"']+"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"(?i)((?:(?:access|refresh|id)_token|client_secret|code_verifier|password)"
            r"[\"']?\s*[=:]\s*[\"']?)[^\"'&\s,}]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\bgAAAA[\w-]{20,}={0,2}"), HIDDEN),  # whatever our own keys have sealed
    (re.compile(r"\beyJ[\w-]{10,}(?:\.[\w-]+)+"), HIDDEN),  # JSON web tokens
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),  # people's e-mail addresses
)

# What a terminal takes for a command, or what hides what stands there: controls (but for tabs and
# the ends of lines), marks that turn the direction of writing, halves of characters.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


@contextmanager
def bind(**context: object) -> Iterator[None]:
    """Add fields (event, tenant, connection, record) to every line logged inside the block."""
    token = _bound.set({**_bound.get(), **context})
    try:
        yield
    finally:
        _bound.reset(token)


def configure(format_: str, level: str, stream: TextIO | None = None) -> None:
    """Send all logs to stderr (or `stream`), as `json` or for the `console`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if format_ == "json" else Console())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library, least in _LIBRARIES.items():
        logging.getLogger(library).setLevel(max(least, root.level))


def visible(text: str) -> str:
    """The text as a terminal may show it: control characters written out (`\\u001b`), in the way of
    JSON."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def redact(text: str) -> str:
    """The text without tokens, secrets, credentials in addresses and e-mail addresses."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class JsonLines(logging.Formatter):
    """A record as one JSON object: time, level, logger, event, the context and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = _heading(record) | _fields(record)
        if trace := _trace(self, record):
            line["trace"] = trace
        return visible(json.dumps(line, default=str, ensure_ascii=False))


class Console(logging.Formatter):
    """A record as one line for people, a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{moment} {record.levelname:<7} {redact(record.getMessage())} {fields}".rstrip()
        return visible("\n".join(part for part in (line, _trace(self, record)) if part))


def _heading(record: logging.LogRecord) -> dict[str, object]:
    moment = datetime.fromtimestamp(record.created, UTC)
    return {
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": redact(record.getMessage()),
    }


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """The bound context and the record's own fields, by name; the latter win."""
    own = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    both = {**_bound.get(), **own}
    return {name: _plain(name, value) for name, value in both.items() if value is not None}


def _plain(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(name, inner) for inner in value]
    return redact(str(value))


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return redact(formatter.formatException(record.exc_info)) if record.exc_info else ""
