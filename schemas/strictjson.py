"""JSON as the contract wants it: UTF-8, no duplicate keys, no NaN, text that databases take."""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 100
"""Deeper nesting is refused; the contract's own data is 5 deep."""

# Only an escape can bring these in: raw control characters and broken UTF-8 do not parse.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNFIT = re.compile("[\x00\ud800-\udfff]")


class InvalidJson(ValueError):
    """A body that is not JSON in our sense; the message is one sentence without its contents."""


def decode(body: bytes) -> object:
    """The value of a JSON text, or InvalidJson. A byte-order mark is ignored."""
    text = _text(body)
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidJson(f"the body is not JSON: {error.msg} ({where})") from None
    except RecursionError:
        raise InvalidJson(f"the body is nested deeper than {MAX_DEPTH} levels") from None
    # Counting brackets is much cheaper than walking, and rules nearly every message out.
    if text.count("[") + text.count("{") > MAX_DEPTH or _SUSPECT.search(text):
        _walk(value)
    return value


def is_storable(text: str) -> bool:
    """Whether PostgreSQL takes this text: no NUL, no half of a surrogate pair."""
    return _UNFIT.search(text) is None


def _text(body: bytes) -> str:
    try:
        return body.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise InvalidJson(f"the body is not UTF-8 (byte {error.start})") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    names = [name for name, _ in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    raise InvalidJson(f"the key {twice[:64]!r} is there twice in one object")


def _constant(token: str) -> NoReturn:
    raise InvalidJson(f"the body is not JSON: {token} is no number")


def _integer(digits: str) -> int:
    # Python refuses to convert more than 4,300 digits; long before that it is no number of ours.
    if len(digits) > 1000:
        raise InvalidJson("the body holds an integer of more than 1,000 digits")
    return int(digits)


def _float(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise InvalidJson("the body holds a number that is too large")
    return number


# Made once: json.loads with hooks builds a decoder for each call.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer, parse_float=_float
)


def _walk(value: object) -> None:
    """Refuse text that no database takes, and nesting beyond MAX_DEPTH."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for one in level:
            if isinstance(one, str):
                _check_text(one)
            elif isinstance(one, list):
                below.extend(one)
            elif isinstance(one, dict):
                below.extend(one)
                below.extend(one.values())
        if not below:
            return
        level = below
    raise InvalidJson(f"the body is nested deeper than {MAX_DEPTH} levels")


def _check_text(text: str) -> None:
    unfit = _UNFIT.search(text)
    if unfit is None:
        return
    fault = "a NUL character" if unfit[0] == "\x00" else "a lone surrogate"
    raise InvalidJson(f"the body holds {fault}, which is not text that can be kept")
