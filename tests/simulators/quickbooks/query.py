"""The query language, as strict as it is documented (Intuit: data queries)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tests.simulators.quickbooks.clock import parsed
from tests.simulators.quickbooks.company import Company, fold
from tests.simulators.quickbooks.errors import Refused
from tests.simulators.quickbooks.fields import KINDS, Body, Field
from tests.simulators.quickbooks.wire import Json

LISTS = frozenset(
    (
        "Customer",
        "Vendor",
        "Employee",
        "Item",
        "Account",
        "TaxCode",
        "TaxRate",
        "Term",
        "PaymentMethod",
        "Class",
        "Department",
    )
)
ENTITIES = {
    name.lower(): name
    for name in (
        *sorted(LISTS),
        *("TaxAgency", "Invoice", "CreditMemo", "Payment", "Bill", "VendorCredit", "BillPayment"),
        *("JournalEntry", "CompanyInfo", "Preferences"),
    )
}
NOT_FILTERABLE = frozenset({"DepartmentRef", "AccountRef", "Line"})
MOST_ROWS = 1000

_QUERY = re.compile(
    r"\s*SELECT\s+(?P<what>\*|COUNT\s*\(\s*\*\s*\))\s+FROM\s+(?P<entity>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s*BY\s+(?P<order>[\w.]+)(?:\s+(?P<way>ASC|DESC))?)?"
    r"(?P<window>(?:\s+(?:STARTPOSITION|MAXRESULTS)\s+\d+){0,2})\s*",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = r"'(?:\\.|[^'\\])*'|true\b|false\b"
_CONDITION = re.compile(
    rf"\s*(?P<name>[A-Za-z][\w.]*)"
    rf"(?:\s+IN\s*\(\s*(?P<list>(?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*)\s*\)"
    rf"|\s*(?P<operator><=|>=|=|<|>|\bLIKE\b)\s*(?P<value>{_VALUE}))\s*",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"AND\b", re.IGNORECASE)
_VALUES = re.compile(_VALUE, re.IGNORECASE | re.DOTALL)

Test = Callable[[Body], bool]


@dataclass(frozen=True)
class Query:
    kind: str
    counts: bool
    tests: tuple[Test, ...]
    asks_active: bool
    order: str
    descending: bool
    start: int
    most: int


def parse(text: str) -> Query:
    """A query from its text. Raises Refused: 4000 does not parse, 4001 parses but is invalid."""
    for place, letter in enumerate(text, start=1):
        if ord(letter) > 255:  # the lexer's alphabet ends with ISO-8859-1
            detail = f'Lexical error at line 1, column {place}.  Encountered: "{letter!a}" '
            raise Refused("4000", f'QueryParserError: {detail}({ord(letter)}), after : ""')
    found = _QUERY.fullmatch(text)
    if not found:
        raise Refused("4000", f"QueryParserError: Encountered an error near: {text[:80]}")
    kind = ENTITIES.get(found["entity"].lower())
    if kind is None:
        raise Refused("4001", f"QueryValidationError: unknown entity {found['entity']}")
    window = _window(found["window"])
    if window["STARTPOSITION"] < 1 or not 1 <= window["MAXRESULTS"] <= MOST_ROWS:
        raise Refused("4001", "QueryValidationError: STARTPOSITION from 1, MAXRESULTS to 1000")
    tests, names = _conditions(kind, found["where"] or "")
    order = found["order"] or ""
    if order:
        _filterable(kind, order)
    return Query(
        kind=kind,
        counts=found["what"] != "*",
        tests=tuple(tests),
        asks_active="active" in names,
        order=order,
        descending=(found["way"] or "").upper() == "DESC",
        start=window["STARTPOSITION"],
        most=window["MAXRESULTS"],
    )


def run(company: Company, query: Query) -> tuple[Body, int]:
    """The QueryResponse, and how many records it holds."""
    tests = list(query.tests)
    # Lists hide their inactive rows unless the query speaks of Active itself.
    if query.kind in LISTS and not query.asks_active:
        tests.insert(0, lambda body: bool(body.get("Active", True)))
    rows = [
        body for body in company.records[query.kind].values() if all(test(body) for test in tests)
    ]
    if query.counts:
        return {"totalCount": len(rows)}, 0
    if query.order:
        field = _filterable(query.kind, query.order)
        rows.sort(key=lambda body: _sortable(field, _read(body, query.order)))
        if query.descending:
            rows.reverse()
    page = rows[query.start - 1 : query.start - 1 + query.most]
    if not page:
        return {}, 0
    answer = {query.kind: page, "startPosition": query.start, "maxResults": len(page)}
    return answer, len(page)


def _window(text: str) -> dict[str, int]:
    words = text.upper().split()
    if len(words) == 4 and words[0] == words[2]:
        raise Refused("4000", f"QueryParserError: {words[0]} twice")
    return {"STARTPOSITION": 1, "MAXRESULTS": 100} | {
        name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)
    }


def _conditions(kind: str, text: str) -> tuple[list[Test], set[str]]:
    tests: list[Test] = []
    names: set[str] = set()
    place = 0
    while place < len(text):
        found = _CONDITION.match(text, place)
        if not found:
            raise Refused("4000", f"QueryParserError: Encountered: {text[place : place + 60]}")
        names.add(found["name"].lower())
        tests.append(_test(kind, found))
        place = found.end()
        if place < len(text):
            joint = _AND.match(text, place)
            if not joint or joint.end() == len(text):
                raise Refused("4000", f"QueryParserError: Encountered: {text[place : place + 60]}")
            place = joint.end()
    return tests, names


def _test(kind: str, found: re.Match[str]) -> Test:
    name, operator = found["name"], (found["operator"] or "IN").upper()
    field = _filterable(kind, name)
    if name == "Id" and operator not in ("=", "IN"):
        raise Refused("4001", "QueryValidationError: Id takes = and IN only")
    values = [_unquoted(value) for value in _VALUES.findall(found["list"] or found["value"])]
    if operator == "LIKE":
        pattern = re.compile(
            ".*".join(map(re.escape, values[0].split("%"))), re.IGNORECASE | re.DOTALL
        )
        return lambda body: bool(pattern.fullmatch(str(_read(body, name) or "")))
    wanted = [_comparable(field, value) for value in values]
    if operator in ("=", "IN"):
        chosen = frozenset(wanted)
        return lambda body: _comparable(field, _read(body, name)) in chosen
    compare: dict[str, Callable[[Json, Json], bool]] = {
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
    }
    check, limit = compare[operator], wanted[0]

    def test(body: Body) -> bool:
        value = _comparable(field, _read(body, name))
        return value is not None and check(value, limit)

    return test


def _filterable(kind: str, name: str) -> Field:
    """The field behind a name; 4001 for those that cannot be asked."""
    top, _, rest = name.partition(".")
    field = KINDS[kind].get(top)
    if field is not None and field.type == "ModificationMetaData" and rest:
        field = KINDS["ModificationMetaData"].get(rest)
    elif rest:
        field = None
    # Objects other than references have no single value to compare.
    objects = field is not None and field.type in KINDS and field.type != "ref"
    if field is None or objects or field.many or top in NOT_FILTERABLE:
        raise Refused("4001", f"QueryValidationError: property '{name}' is not queryable")
    return field


def _read(body: Body, name: str) -> Json:
    top, _, rest = name.partition(".")
    value = body.get(top)
    if rest:
        value = value.get(rest) if isinstance(value, dict) else None
    return value.get("value") if isinstance(value, dict) else value


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if text[0] == "'" else text


def _comparable(field: Field, value: Json) -> Json:
    if value is None:
        return None
    try:
        match field.type:
            case "n" | "i":
                return Decimal(str(value))
            case "b":
                return str(value).lower() == "true"
            case "t":
                return parsed(value)
            case _:
                return fold(str(value))
    except (InvalidOperation, ValueError):
        raise Refused("4001", f"QueryValidationError: bad value {value} for {field.name}") from None


def _sortable(field: Field, value: Json) -> tuple[int, Json]:
    if field.name == "Id" and str(value).isdigit():
        return 1, int(value)
    return (0, 0) if value is None else (1, _comparable(field, value))
