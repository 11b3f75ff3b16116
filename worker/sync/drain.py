"""When a backlog is over: by what was done in the last minutes, else by what the budget allows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from worker.providers.budget import Budget
from worker.providers.port import Limits
from worker.store.connections import Connection


@dataclass(frozen=True)
class Left:
    """What is left of a connection's calls; the day's only where the ledger has said it."""

    minute: int
    per_minute: int
    day: int | None
    per_day: int | None


def left(row: Connection, limits: Limits, moment: datetime) -> Left:
    """What the budget has left now."""
    budget = Budget.load(limits, row.budget, moment.timestamp())
    spent = sum(one.calls for one in budget.seconds)
    day = budget.day.left if budget.day else None
    return Left(max(limits.per_minute - spent, 0), limits.per_minute, day, limits.per_day)


def seconds(row: Connection, limits: Limits, moment: datetime, due: int, pace: float) -> float:
    """Until so many due records are in the books, at the least: `pace` is records a second in the
    last minutes; 0: nothing was written then, and full calls at the limit of the minute count."""
    held = (row.hold_until - moment).total_seconds() if row.hold_until else 0.0
    calls = ceil(due / limits.batch)
    pushing = due / pace if pace else calls / limits.batches_per_minute * 60
    budget = Budget.load(limits, row.budget, moment.timestamp())
    if budget.day and calls > budget.day.left:
        return max(held, budget.day.until - moment.timestamp()) + pushing
    return max(held, 0.0) + pushing


def expected(moment: datetime, seconds_: float) -> datetime:
    """That moment, to the second."""
    return (moment + timedelta(seconds=seconds_)).replace(microsecond=0)
