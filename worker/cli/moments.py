"""Moments as people type them: a day, a day and a time, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

import click

_AGO = re.compile("([0-9]{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime]):
    """`2026-11-20`, `2026-11-20T09:30` (UTC, unless it says otherwise) or `90m`, `2h`, `3d` ago."""

    name = "when"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """The moment, in UTC."""
        if isinstance(value, datetime):
            return value
        if found := _AGO.fullmatch(value):
            return datetime.now(UTC) - timedelta(**{_UNITS[found[2]]: int(found[1])})
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is neither a moment, such as 2026-11-20T09:30, nor 2h", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


MOMENT = Moment()
