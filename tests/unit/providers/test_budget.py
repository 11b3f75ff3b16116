"""The budget: no window ever holds more than is allowed, and a backlog comes close to that."""

from bisect import bisect_left
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.providers.budget import Budget, Pace
from worker.providers.port import Limits

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
START = 1_800_000_000.0

gaps = st.floats(min_value=0, max_value=3, allow_nan=False)
bursts = st.integers(min_value=1, max_value=12)


def fullest(times: list[float], seconds: float) -> int:
    """The most calls in any rolling window that is open on one side."""
    return max(
        (bisect_left(times, moment + seconds) - place for place, moment in enumerate(times)),
        default=0,
    )


def made(arrivals: list[tuple[float, int, bool]]) -> tuple[list[float], list[float]]:
    """The times of the calls and of the batches among them that the budget allows."""
    budget, calls, batches = Budget(LIMITS, START), [], []
    for gap, burst, batched in arrivals:
        budget = Budget.load(LIMITS, budget.dump(), budget.now + gap)
        for _ in range(burst):
            if after := budget.take(1, int(batched)):
                budget = after
                calls.append(budget.now)
                batches += [budget.now] * batched
    return calls, batches


def backlog(seconds: float, *, batched: int) -> list[float]:
    """The calls of somebody who always has one more to make."""
    budget, times = Budget(LIMITS, START), []
    while budget.now < START + seconds:
        wait = budget.wait(1, batched)
        if wait:
            budget = budget.at(budget.now + wait + 1e-6)
        elif after := budget.take(1, batched):
            budget = after
            times.append(budget.now)
    return times


@given(st.lists(st.tuples(gaps, bursts, st.booleans()), max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_window_holds_more_than_allowed(arrivals: list[tuple[float, int, bool]]) -> None:
    calls, batches = made(arrivals)

    assert fullest(calls, 1) <= LIMITS.per_second
    assert fullest(calls, 60) <= LIMITS.per_minute
    assert fullest(batches, 60) <= LIMITS.batches_per_minute


@pytest.mark.parametrize(("batched", "allowed"), [(0, 500), (1, 40)])
def test_a_backlog_comes_close_to_the_limit(batched: int, allowed: int) -> None:
    times = backlog(600, batched=batched)

    assert fullest(times, 60) <= allowed
    assert len(times) >= 0.97 * allowed * 10


@given(st.lists(st.tuples(gaps, bursts), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_after_the_wait_it_is_possible(arrivals: list[tuple[float, int]]) -> None:
    budget = Budget(LIMITS, START)
    for gap, burst in arrivals:
        budget = budget.at(budget.now + gap).spend(burst)

    later = budget.at(budget.now + budget.wait(1) + 1e-3)

    assert later.take(1) is not None


def test_a_budget_survives_its_json() -> None:
    budget = Budget(LIMITS, START).spend(7, 3)

    assert Budget.load(LIMITS, budget.dump(), START) == budget


def test_a_fresh_budget_has_nothing_spent() -> None:
    budget = Budget.load(LIMITS, {}, START)

    assert (budget.wait(1, 1), budget.ahead()) == (0, True)


def test_what_was_overspent_is_waited_for() -> None:
    budget = Budget(LIMITS, START).spend(700)

    assert budget.wait(1) == pytest.approx(61, abs=1)


def test_a_clock_set_back_stalls_nobody() -> None:
    budget = Budget(LIMITS, START).spend(500)

    earlier = Budget.load(LIMITS, budget.dump(), START - 3600)

    assert 0 < earlier.wait(1) <= 61


def test_a_few_calls_are_ahead_of_the_pace() -> None:
    budget = Budget(LIMITS, START).spend(9)

    assert budget.at(START + 1).ahead()


def test_a_burst_falls_behind_the_pace() -> None:
    budget = Budget(LIMITS, START)
    for second in range(10):
        budget = budget.at(START + second).spend(20)

    assert not budget.ahead()
    assert budget.at(START + 40).ahead()


def test_starts_are_evenly_spaced() -> None:
    pace = Pace(10, clock=lambda: START)

    starts = [pace.reserve() for _ in range(12)]

    assert starts[0] == 0
    assert fullest(starts, 1) <= 10


def test_a_rested_pace_starts_at_once() -> None:
    now = [START]
    pace = Pace(10, clock=lambda: now[0])
    pace.reserve()
    now[0] += 5

    assert pace.reserve() == 0


DAILY = replace(LIMITS, per_day=1000)
HOUR = 3600.0
DAY = 24 * HOUR


def told(left: int, at: float = START) -> Budget:
    """A budget whose ledger has just said what is left of its day."""
    return Budget(DAILY, at).told(left)


def test_of_a_day_that_is_used_up_one_call_asks_when_the_next_one_begins() -> None:
    rested = told(3).spend(3).at(START + 2)

    assert rested.wait(1) == 0
    assert rested.spend(1).wait(1) == 1
    assert rested.spend(1).ends(2 * HOUR).wait(1) == 2 * HOUR


def test_more_calls_than_before_are_a_new_day() -> None:
    renewed = told(990).told(10).at(START + 5 * HOUR).told(800)

    assert renewed.dump()["day"] == [800, START + 5 * HOUR + DAY, False]


def test_a_day_that_nobody_saw_end_is_over_after_a_day() -> None:
    assert told(990).told(100).at(START + DAY).saves() == 0


def test_answers_that_overtake_each_other_are_no_new_day() -> None:
    budget = told(500).spend(5).told(499)

    assert budget.dump()["day"] == [495, START + DAY, False]


def test_the_last_fifth_of_a_day_is_saved() -> None:
    assert told(1000).told(200).saves() == 0
    assert told(1000).told(199).saves() == DAY


def test_an_application_of_a_smaller_plan_keeps_a_fifth_of_its_own() -> None:
    smaller = Budget(replace(DAILY, per_day=5000), START).told(999)

    assert smaller.saves() == 0
    assert smaller.ahead()
    assert smaller.told(199).at(START + HOUR).saves() == DAY - HOUR


def test_a_day_used_faster_than_it_passes_collects_batches() -> None:
    assert told(1000).told(950).ahead()
    assert not told(1000).told(700).ahead()
    assert told(1000).told(700).at(START + 12 * HOUR).ahead()


def test_a_ledger_without_a_limit_of_the_day_has_none() -> None:
    budget = Budget(LIMITS, START).told(None)

    assert budget.saves() == 0
    assert "day" not in budget.dump()


def test_the_ledger_says_when_its_next_day_begins() -> None:
    budget = told(400).ends(2 * HOUR)

    assert budget.wait(1) == 2 * HOUR
    assert budget.at(START + 2 * HOUR).wait(1) == 0


def test_what_others_used_of_the_minute_counts_as_well() -> None:
    budget = Budget(LIMITS, START).spend(100).at(START + 2).told_minute(20)

    assert budget.take(20)
    assert budget.wait(21) > 0


def test_a_minute_that_only_we_use_is_as_we_have_counted() -> None:
    budget = Budget(LIMITS, START).spend(100)

    assert budget.told_minute(430) == budget
    assert budget.told_minute(None) == budget


def test_what_is_left_is_a_share_of_each_window() -> None:
    daily = replace(LIMITS, per_day=1000)
    fresh = Budget.load(daily, {}, START)

    assert fresh.left() == {"minute": 1.0, "day": 1.0}
    assert fresh.spend(125).told(300).told(200).left() == {"minute": 0.75, "day": 200 / 300}
    assert Budget.load(LIMITS, {}, START).spend(600).left() == {"minute": 0.0}
