"""Times as QuickBooks writes them: normally with the Pacific offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

_STANDARD = timezone(timedelta(hours=-8))
_SUMMER = timezone(timedelta(hours=-7))


def now() -> datetime:
    return datetime.now(UTC)


def pacific(instant: datetime) -> datetime:
    """In Pacific time; by the rule of 2007, so that no time zone database is needed."""
    year = instant.year
    starts = _sunday(year, 3, nth=2).replace(hour=10)
    ends = _sunday(year, 11, nth=1).replace(hour=9)
    return instant.astimezone(_SUMMER if starts <= instant < ends else _STANDARD)


@lru_cache(maxsize=4096)  # stamps have whole seconds: the same few are read again and again
def parsed(text: str) -> datetime:
    """The instant behind an ISO text; UTC if it names no offset. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def today() -> date:
    """The company's calendar day; all simulated companies keep Pacific time."""
    return pacific(now()).date()


def stamp(instant: datetime) -> str:
    """As in MetaData: whole seconds."""
    return pacific(instant).isoformat(timespec="seconds")


def envelope_time(instant: datetime) -> str:
    return pacific(instant).isoformat(timespec="milliseconds")


def _sunday(year: int, month: int, *, nth: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))
