"""The language of `where`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from tests.simulators.xero.errors import QueryRefused
from tests.simulators.xero.ordering import Resolve, plain
from tests.simulators.xero.wire import Json

Test = Callable[[Json], bool]  # of a record

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>==|!=|>=|<=|&&|\|\||[=<>(),])
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))""",
    re.VERBOSE,
)
METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
COMPARE: dict[str, Callable[[Json, Json], bool]] = {
    ">": lambda a, b: bool(a > b),
    "<": lambda a, b: bool(a < b),
    ">=": lambda a, b: bool(a >= b),
    "<=": lambda a, b: bool(a <= b),
}


@dataclass(frozen=True)
class Guid:
    """guid("..."): a plain text never equals an id."""

    value: str


@dataclass(frozen=True)
class Fields:
    """How the fields of a kind of record are found and compared."""

    resolve: Resolve
    ids: frozenset[str]
    folded: frozenset[str]  # compared without case and accents


def where(text: str, fields: Fields) -> Test:
    """The test that an expression makes. Raises QueryRefused."""
    return _Parser(_tokens(text), fields).whole()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if not found:
            raise QueryRefused(f"Unterminated or unknown text at position {place} in '{text}'")
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        place = found.end()
    return tokens


class _Parser:
    """Recursive descent: or, and, comparison."""

    def __init__(self, tokens: list[tuple[str, str]], fields: Fields) -> None:
        self.tokens = tokens
        self.fields = fields
        self.place = 0

    def whole(self) -> Test:
        test = self._any()
        if self.place < len(self.tokens):
            raise self._failure()
        return test

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def _take(self, *words: str) -> bool:
        """Whether one of these comes next; then it is taken."""
        if self._next()[1].lower() in words and self._next()[0] != "text":
            self.place += 1
            return True
        return False

    def _wanted(self, word: str) -> None:
        if not self._take(word):
            raise self._failure()

    def _failure(self) -> QueryRefused:
        return QueryRefused(f"Syntax error at '{self._next()[1]}' in where")

    def _any(self) -> Test:
        parts = [self._all()]
        while self._take("or", "||"):
            parts.append(self._all())
        return lambda record: any(part(record) for part in parts)

    def _all(self) -> Test:
        parts = [self._one()]
        while self._take("and", "&&"):
            parts.append(self._one())
        return lambda record: all(part(record) for part in parts)

    def _one(self) -> Test:
        if self._take("("):
            test = self._any()
            self._wanted(")")
            return test
        kind, name = self._next()
        if kind != "name":
            raise self._failure()
        self.place += 1
        path, _, method = name.rpartition(".")
        if method.lower() in METHODS and self._take("("):
            return self._method(path, method.lower())
        return self._comparison(name)

    def _method(self, path: str, method: str) -> Test:
        kind, text = self._next()
        if kind != "text":
            raise self._failure()
        self.place += 1
        self._wanted(")")
        part, call = _unquoted(text), METHODS[method]

        def test(record: Json) -> bool:
            value = self._value(record, path)
            if not isinstance(value, str):
                # Without a guard against null the real service fails as well.
                raise QueryRefused(f"Object reference not set: {path} is null")
            return call(value, part)

        return test

    def _comparison(self, name: str) -> Test:
        sign = self._next()[1]
        if not self._take("=", "==", "!=", *COMPARE):
            # A flag alone: `IsReconciled`.
            return lambda record: bool(self._value(record, name))
        wanted = self._literal()
        if sign in COMPARE:
            compare = COMPARE[sign]
            return lambda record: _ordered(self._value(record, name), wanted, compare)
        same = sign != "!="
        return lambda record: self._equal(name, self._value(record, name), wanted) is same

    def _equal(self, name: str, value: Json, wanted: Json) -> bool:
        if name.lower() in self.fields.ids:
            return isinstance(wanted, Guid) and value == wanted.value
        if (
            isinstance(value, str)
            and isinstance(wanted, str)
            and name.lower() in self.fields.folded
        ):
            return _folded(value) == _folded(wanted)
        return bool(plain(value) == wanted)

    def _value(self, record: Json, path: str) -> Json:
        try:
            return self.fields.resolve(record, path)
        except LookupError:
            raise QueryRefused(f"No property or field '{path}' exists") from None

    def _literal(self) -> Json:
        kind, text = self._next()
        self.place += 1
        match kind, text.lower():
            case "text", _:
                return _unquoted(text)
            case "number", _:
                return Decimal(text)
            case "name", "true" | "false":
                return text.lower() == "true"
            case "name", "null":
                return None
            case "name", "guid":
                return Guid(str(self._arguments("text")[0]).lower())
            case "name", "datetime":
                return self._moment()
            case _:
                self.place -= 1
                raise self._failure()

    def _moment(self) -> datetime:
        try:
            return datetime(*map(int, self._arguments("number")), tzinfo=UTC)  # type: ignore[misc, arg-type]
        except (ValueError, TypeError):
            raise QueryRefused("DateTime(...) holds no date") from None

    def _arguments(self, kind: str) -> list[str]:
        self._wanted("(")
        found = []
        while self._next()[0] == kind:
            found.append(_unquoted(self._next()[1]))
            self.place += 1
            if not self._take(","):
                break
        self._wanted(")")
        if not found:
            raise self._failure()
        return found


def _ordered(value: Json, wanted: Json, compare: Callable[[Json, Json], bool]) -> bool:
    value = plain(value)
    if value is None:
        return False
    try:
        return compare(value, wanted)
    except TypeError:
        raise QueryRefused(f"Operator incompatible with {wanted!r}") from None


def _folded(text: str) -> str:
    """Without case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
