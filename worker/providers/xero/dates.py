"""Xero's dates as JSON holds them: `/Date(milliseconds)/` of UTC, or ISO text (Xero: dates)."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

_TICKS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")  # the offset is display only
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> datetime:
    """A point in time; ISO text without a zone is UTC. Raises ValueError for anything else."""
    ticks = _TICKS.fullmatch(text)
    if ticks:
        return _EPOCH + timedelta(milliseconds=int(ticks[1]))
    said = datetime.fromisoformat(text)
    return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)


def day(record: Mapping[str, Any], name: str) -> date | None:
    """A calendar day of the organisation, None where it has none.

    Xero gives it as midnight UTC of that day, whatever zone the organisation is in, so no zone is
    ever applied to it.
    """
    held = record.get(name)
    return moment(held).date() if isinstance(held, str) and held else None


def changed(record: Mapping[str, Any]) -> datetime | None:
    """When a record changed last, as far as it says."""
    held = record.get("UpdatedDateUTC")
    return moment(held) if isinstance(held, str) and held else None


def header(since: datetime) -> str:
    """A point in time as If-Modified-Since takes it: UTC, whole seconds, no zone."""
    return since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
