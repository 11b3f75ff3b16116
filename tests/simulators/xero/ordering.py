"""The language of `order`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from tests.simulators.xero.errors import QueryRefused
from tests.simulators.xero.wire import Json

Resolve = Callable[[Json, str], Json]  # record and path to value; raises LookupError


def order(text: str, records: list[Json], resolve: Resolve) -> list[Json]:
    """The records in this order; the last field first, so that earlier ones weigh more.

    Raises QueryRefused.
    """
    for part in reversed(text.split(",")):
        words = part.split()
        if not 1 <= len(words) <= 2 or words[1:] not in ([], ["ASC"], ["DESC"]):
            raise QueryRefused(f"Syntax error in order '{text}'")
        try:
            keys = [resolve(record, words[0]) for record in records]
        except LookupError:
            raise QueryRefused(f"No property or field '{words[0]}' exists") from None
        paired = sorted(
            zip(keys, range(len(keys)), strict=True),
            key=lambda pair: (pair[0] is not None, _sortable(pair[0])),
            reverse=words[1:] == ["DESC"],
        )
        records = [records[place] for _, place in paired]
    return records


def _sortable(value: Json) -> Json:
    return "" if value is None else plain(value)


def plain(value: Json) -> Json:
    """A day as the midnight that a literal has."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value
