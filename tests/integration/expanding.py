"""What a migration may not do while the release before it works: read from its statements."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

_MADE = re.compile(r"(?i)^CREATE TABLE (?:IF NOT EXISTS )?(\w+)")
_INDEXED = re.compile(r"(?i)^CREATE (UNIQUE )?INDEX (CONCURRENTLY )?.*? ON (\w+)")
_ALTERED = re.compile(r"(?i)^ALTER TABLE (?:ONLY )?(\w+) (.*)$")
_TAKEN_AWAY = re.compile(r"(?i)^(?:DROP (?!INDEX CONCURRENTLY)|TRUNCATE )")
_COLUMN = re.compile(r"(?i)^ADD (?:COLUMN )?(?!CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|CHECK)")
_LAXER = re.compile(r"(?i)^ALTER (?:COLUMN )?\w+ (?:DROP NOT NULL|SET DEFAULT)")
_STRICT = re.compile(r"(?i)\b(?:UNIQUE|REFERENCES|CHECK|PRIMARY)\b")


def breaches(statements: Iterable[str]) -> Iterator[str]:
    """The statements that the release before could not live with, or would have to wait for.

    Tables that are made by these statements are nobody's yet.
    """
    made: set[str] = set()
    for statement in (one for text in statements for one in _each(text)):
        if new := _MADE.match(statement):
            made.add(new[1])
        elif not _is_borne(statement, made):
            yield statement


def _each(text: str) -> Iterator[str]:
    """Bodies of functions are no statements of the migration."""
    plain = re.sub(r"\$\$.*?\$\$", "''", text, flags=re.DOTALL)
    yield from filter(None, (" ".join(one.split()) for one in plain.split(";")))


def _is_borne(statement: str, made: set[str]) -> bool:
    if indexed := _INDEXED.match(statement):
        return indexed[3] in made or bool(indexed[2] and not indexed[1])
    if altered := _ALTERED.match(statement):
        return altered[1] in made or _is_addition(altered[2])
    return not _TAKEN_AWAY.match(statement)


def _is_addition(change: str) -> bool:
    if not _COLUMN.match(change):
        return bool(_LAXER.match(change))
    upper = change.upper()
    return not _STRICT.search(change) and ("NOT NULL" not in upper or "DEFAULT" in upper)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that is sent to any database inside the block, by this process."""
    seen: list[str] = []

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
