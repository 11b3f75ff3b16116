"""Queries in QuickBooks' language (Intuit: data queries)."""

from collections.abc import Iterable, Iterator, Sequence

MOST_ROWS = 1000
_MOST_CHARACTERS = 6000  # of the values in one list
_MOST_VALUES = 100
_LATIN_1 = 255

EVERYTHING = "Active IN (true, false)"  # list entities answer with active records only otherwise


def select(entity: str, *conditions: str, start: int = 1, order: str = "") -> str:
    """One page of what meets all conditions; positions count from 1."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    ordered = f" ORDERBY {order}" if order else ""
    return f"SELECT * FROM {entity}{where}{ordered} STARTPOSITION {start} MAXRESULTS {MOST_ROWS}"


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def one_of(field: str, values: Iterable[str]) -> Iterator[str]:
    """Conditions that together find all values, each of a length that a query takes."""
    listed: list[str] = []
    for value in map(quoted, sorted(set(values))):
        if listed and (
            len(listed) == _MOST_VALUES or sum(map(len, listed)) + len(value) > _MOST_CHARACTERS
        ):
            yield f"{field} IN ({', '.join(listed)})"
            listed = []
        listed.append(value)
    if listed:
        yield f"{field} IN ({', '.join(listed)})"


def named(field: str, values: Sequence[str]) -> Iterator[str]:
    """Conditions that find records by text; the caller compares what they find.

    Characters beyond ISO-8859-1 break QuickBooks' lexer (4000), so such a text is searched with
    wildcards in their places. The values are those of which something is left (`can_be_named`).
    """
    yield from one_of(field, [value for value in values if _plain(value)])
    for value in sorted({value for value in values if not _plain(value)}):
        yield f"{field} LIKE {quoted(_wild(value))}"


def can_be_named(value: str) -> bool:
    """Whether a query can tell a text by more than wildcards: some of its letters are Latin-1."""
    return bool(_wild(value).strip("% "))


def _plain(value: str) -> bool:
    return all(ord(letter) <= _LATIN_1 for letter in value)


def _wild(value: str) -> str:
    letters = "".join(letter if ord(letter) <= _LATIN_1 else "%" for letter in value)
    while "%%" in letters:
        letters = letters.replace("%%", "%")
    return letters
