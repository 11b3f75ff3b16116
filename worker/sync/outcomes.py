"""What an outcome means for its link: one pure function decides, `settle` acts."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from worker.errors import Category
from worker.providers.port import Clash, Fault, Outcome, Refused, Removed, Stale, Unknown, Written
from worker.terms import Cause

MOST_ATTEMPTS = 8  # of what may pass by itself; after that a person looks
_LONGEST = 900.0


@dataclass(frozen=True)
class Done:
    """The books hold it: the link is synced, or due again if something newer arrived meanwhile."""

    written: Written | Removed


@dataclass(frozen=True)
class LookFirst:
    """Somebody else touched it or has its name: look in the books, then decide."""

    why: str  # stale, clash
    fault: Fault | None = None


@dataclass(frozen=True)
class WaitFor:
    """Something that will be mended stands in the way."""

    causes: frozenset[Cause]
    fault: Fault


@dataclass(frozen=True)
class TryAgain:
    """It may pass by itself: again after `delay` seconds."""

    delay: float
    fault: Fault


@dataclass(frozen=True)
class Fail:
    """A person must act."""

    fault: Fault


@dataclass(frozen=True)
class StillUnknown:
    """Only success or a look-up settles it."""

    refusal: Fault | None = field(default=None)


Decision = Done | LookFirst | WaitFor | TryAgain | Fail | StillUnknown


def decide(outcome: Outcome, *, attempts: int, repeated: bool) -> Decision:
    """What to do about an outcome. `repeated`: the request had been sent before, with unknown
    outcome.

    After an unknown outcome a refusal settles nothing by itself (the first send may have been the
    reason for it), unless the same bytes can never have been accepted.
    """
    match outcome:
        case Written() | Removed():
            return Done(outcome)
        case Unknown():
            return StillUnknown()
        case Refused(fault, certain):
            return _refused(fault, certain=certain, attempts=attempts, repeated=repeated)
        case Stale(detail):
            fault = Fault("stale", Category.CONFLICT, detail=detail)
            return StillUnknown(fault) if repeated else _look("stale", fault, attempts)
        case Clash(fault):
            return StillUnknown(fault) if repeated else _look("clash", fault, attempts)
        case _:
            assert_never(outcome)


def _refused(fault: Fault, *, certain: bool, attempts: int, repeated: bool) -> Decision:
    if fault.category is Category.UNKNOWN_OUTCOME:
        return StillUnknown(fault)
    if certain or not repeated:
        return refusal(fault, attempts)
    # What passes by itself says nothing about the first send, and is repeated once more.
    passing = fault.category in (Category.THROTTLED, Category.UNAVAILABLE)
    return StillUnknown(None if passing else fault)


def _look(why: str, fault: Fault, attempts: int) -> Decision:
    """Look in the books, but not for ever: what looking does not mend is for a person."""
    return LookFirst(why, fault) if attempts < MOST_ATTEMPTS else Fail(fault)


def refusal(fault: Fault, attempts: int) -> WaitFor | TryAgain | Fail:
    """What to do about a refusal that is certain."""
    match fault.category:
        case Category.THROTTLED | Category.UNAVAILABLE:
            return TryAgain(backoff(min(attempts, MOST_ATTEMPTS)), fault)
        case _ if fault.causes:
            return WaitFor(fault.causes, fault)
        case _:
            return Fail(fault)


def backoff(attempts: int) -> float:
    """Seconds until the next attempt: doubled each time, at most a quarter of an hour, with
    jitter."""
    longest = min(_LONGEST, 2.0 ** (attempts + 1))
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # jitter, not a secret


def variance(expected: Decimal | None, total: Decimal | None) -> Decimal | None:
    """By how much the books' total differs from the CMMS's; None where it does not."""
    if expected is None or total is None or expected == total:
        return None
    return total - expected
