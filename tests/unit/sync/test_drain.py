"""When a backlog is over, at the least."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.sync.standings import NOW, a_connection
from worker.providers.budget import Budget
from worker.providers.port import Limits
from worker.sync import drain

LIMITS = Limits(
    batch=30,
    concurrency=10,
    per_second=10,
    per_minute=500,
    batches_per_minute=40,
    replay_window=3600,
    key_lifetime=86400,
    timeout=130,
)
OF_A_DAY = replace(LIMITS, per_day=1000)


def left_today(left: int, ends: float) -> dict[str, Any]:
    """A budget whose day has so many calls left, and ends in so many seconds."""
    return {"day": [left, NOW.timestamp() + ends, True], "most": 1000}


@pytest.mark.parametrize(
    ("due", "pace", "row", "limits", "seconds"),
    [
        (1200, 0.0, a_connection(), LIMITS, 60.0),
        (1200, 2.0, a_connection(), LIMITS, 600.0),
        (1200, 0.0, a_connection(hold_until=NOW + timedelta(seconds=90)), LIMITS, 150.0),
        (1200, 0.0, a_connection(hold_until=NOW - timedelta(seconds=90)), LIMITS, 60.0),
        (1200, 0.0, a_connection(budget=left_today(39, 7200)), OF_A_DAY, 7260.0),
        (1200, 0.0, a_connection(budget=left_today(40, 7200)), OF_A_DAY, 60.0),
    ],
)
def test_a_backlog_takes_as_long_as_pace_holds_and_budget_say(
    due: int,
    pace: float,
    row: Any,  # noqa: ANN401
    limits: Limits,
    seconds: float,
) -> None:
    assert drain.seconds(row, limits, NOW, due, pace) == pytest.approx(seconds)


def test_what_is_left_is_that_of_the_minute_and_of_the_day() -> None:
    spent = Budget.load(OF_A_DAY, left_today(500, 60), NOW.timestamp()).spend(7)

    left = drain.left(a_connection(budget=spent.dump()), OF_A_DAY, NOW)

    assert left == drain.Left(minute=493, per_minute=500, day=493, per_day=1000)


def test_of_a_day_that_the_ledger_has_not_spoken_of_nothing_is_known() -> None:
    assert drain.left(a_connection(), OF_A_DAY, NOW).day is None
