"""What an outcome means for its link: one pure decision (design 5, 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Category
from worker.failures import CODES
from worker.providers.port import (
    Clash,
    Fault,
    Outcome,
    Refused,
    Removed,
    Stale,
    Unknown,
    Written,
)
from worker.sync.outcomes import (
    MOST_ATTEMPTS,
    Done,
    Fail,
    LookFirst,
    StillUnknown,
    TryAgain,
    WaitFor,
    backoff,
    decide,
    refusal,
)
from worker.terms import Cause

CAUSE = frozenset({Cause("period", "2026-10-01")})


def fault(category: Category, *, waits: bool = False) -> Fault:
    code = next(code.code for code in CODES.values() if code.category is category)
    return Fault(code, category, causes=CAUSE if waits else frozenset())


VALIDATION = fault(Category.VALIDATION)
REFUSALS: list[Outcome] = [Refused(VALIDATION), Stale(), Clash(VALIDATION), Unknown()]


@pytest.mark.parametrize("outcome", [Written("7"), Removed("7")])
@pytest.mark.parametrize("repeated", [True, False])
def test_a_success_counts_whenever_it_comes(outcome: Outcome, *, repeated: bool) -> None:
    assert decide(outcome, attempts=99, repeated=repeated) == Done(outcome)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", REFUSALS, ids=lambda outcome: type(outcome).__name__)
def test_a_refusal_of_a_repeat_settles_nothing(outcome: Outcome) -> None:
    assert isinstance(decide(outcome, attempts=0, repeated=True), StillUnknown)


@pytest.mark.parametrize("repeated", [True, False])
def test_what_can_never_have_been_taken_is_refused_at_once(*, repeated: bool) -> None:
    certain = Refused(VALIDATION, certain=True)

    assert decide(certain, attempts=0, repeated=repeated) == Fail(VALIDATION)


@pytest.mark.parametrize(("outcome", "why"), [(Stale(), "stale"), (Clash(VALIDATION), "clash")])
def test_a_stale_token_and_a_taken_name_are_looked_into(outcome: Outcome, why: str) -> None:
    first = decide(outcome, attempts=0, repeated=False)
    last = decide(outcome, attempts=MOST_ATTEMPTS, repeated=False)

    assert isinstance(first, LookFirst)
    assert (first.why, type(last)) == (why, Fail)


@pytest.mark.parametrize("category", [Category.MAPPING, Category.REFERENCE, Category.PERIOD])
def test_what_will_be_mended_is_waited_for(category: Category) -> None:
    waiting = fault(category, waits=True)

    assert refusal(waiting, 0) == WaitFor(CAUSE, waiting)
    assert isinstance(refusal(fault(category), 0), Fail)


@pytest.mark.parametrize("category", [Category.THROTTLED, Category.UNAVAILABLE])
def test_what_may_pass_is_tried_again_and_nobody_is_told(category: Category) -> None:
    passing = fault(category)

    for attempts in (0, MOST_ATTEMPTS, 10 * MOST_ATTEMPTS):
        assert isinstance(refusal(passing, attempts), TryAgain)


@given(st.integers(0, 60))
def test_waits_double_up_to_a_quarter_of_an_hour(attempts: int) -> None:
    assert 1 <= backoff(attempts) <= 900
    assert backoff(attempts) <= 2 ** (attempts + 1)
