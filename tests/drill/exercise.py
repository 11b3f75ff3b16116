"""One exercise: cause a condition, see its alerts fire, mend it by the runbooks, see them end."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from tests.chaos.scene import NeverHappened
from tests.drill.stage import Stage
from tests.system import endings

FIRE_SECONDS = 150.0
RESOLVE_SECONDS = 150.0
DRAIN_SECONDS = 120.0
_POLL_SECONDS = 0.3

TROUBLE = (*endings.KNOWN, NeverHappened, httpx.HTTPError)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Held:
    """What the condition holds up: `count` goes to 0 once it is mended."""

    what: str
    count: Callable[[], int]


Course = Callable[[Stage], Iterator[Held | None]]
"""Causes the condition, yields what that holds up, and mends it when it is resumed."""


@dataclass(frozen=True)
class Exercise:
    """A condition: the alerts that it must fire, how it comes about and ends, and the course that
    does both.

    `tenants` (name -> provider) are connected before.
    """

    alerts: Sequence[str]
    cause: str
    fix: str
    course: Course
    tenants: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of one alert of an exercise; seconds are None where it never came to that."""

    alert: str
    exercise: Exercise
    pending: bool = False
    fired_after: float | None = None
    resolved_after: float | None = None
    held: Held | None = None
    before: int = 0
    left: int = 0
    trouble: str = ""

    @property
    def holds(self) -> bool:
        went = self.fired_after is not None and self.resolved_after is not None
        return went and not self.left and not self.trouble


def play(stage: Stage, together: Sequence[Exercise], say: Say) -> list[Outcome]:
    """Several exercises at once that do not disturb one another; what became of their alerts."""
    runs = [_Run(stage, exercise, say) for exercise in together]
    for run in runs:
        run.cause()
    _until(stage, runs, _Run.see_firing, FIRE_SECONDS)
    for number, run in enumerate(runs):
        run.mend()
        _all(stage, runs[: number + 1], _Run.see_resolved)
    _until(stage, runs, _Run.see_resolved, RESOLVE_SECONDS)
    stage.calm()
    return [outcome for run in runs for outcome in run.end()]


class _Run:
    """One exercise on its way."""

    def __init__(self, stage: Stage, exercise: Exercise, say: Say) -> None:
        self._stage = stage
        self._exercise = exercise
        self._say = say
        self._course = exercise.course(stage)
        self._outcomes = [Outcome(alert, exercise) for alert in exercise.alerts]

    def cause(self) -> None:
        self._say(f"{', '.join(self._exercise.alerts)}: {self._exercise.cause}")
        self._since = time.monotonic()
        held = self._step()
        for outcome in self._outcomes:
            outcome.held = held

    def see_firing(self, states: Mapping[str, str]) -> bool:
        """Note which is pending, then firing; whether all of them are."""
        for one in self._outcomes:
            state = states.get(one.alert)
            if state == "pending" and not one.pending:
                one.pending = True
                self._say(f"{one.alert} is pending")
            if state == "firing" and one.fired_after is None:
                one.fired_after = time.monotonic() - self._since
                self._say(f"{one.alert} is firing")
        return all(one.fired_after is not None or one.trouble for one in self._outcomes)

    def mend(self) -> None:
        for one in self._outcomes:
            one.before = one.held.count() if one.held else 0
        self._say(f"{', '.join(self._exercise.alerts)}: {self._exercise.fix}")
        self._since = time.monotonic()
        self._step()

    def _step(self) -> Held | None:
        """The course's next step; what goes wrong with it is this exercise's trouble alone."""
        try:
            return next(self._course, None)
        except TROUBLE as reason:
            self._say(f"{', '.join(self._exercise.alerts)}: {type(reason).__name__}: {reason}")
            for one in self._outcomes:
                one.trouble = str(reason)
            return None

    def see_resolved(self, states: Mapping[str, str]) -> bool:
        """Note which fires no more; whether none of them does."""
        for one in self._outcomes:
            if states.get(one.alert) != "firing" and one.resolved_after is None:
                one.resolved_after = time.monotonic() - self._since
                self._say(f"{one.alert} is resolved")
        return all(one.resolved_after is not None for one in self._outcomes)

    def end(self) -> list[Outcome]:
        """Wait for the backlog to drain, and say what is left of it."""
        held = self._outcomes[0].held
        end = time.monotonic() + DRAIN_SECONDS
        while (left := held.count() if held else 0) and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        for one in self._outcomes:
            one.left = left
        if held:
            self._say(f"{held.what}: {self._outcomes[0].before} before, {left} now")
        return self._outcomes


Seen = Callable[[_Run, Mapping[str, str]], bool]


def _until(stage: Stage, runs: Sequence[_Run], seen: Seen, seconds: float) -> None:
    """Look at the alerts until all have seen what they wait for, or the time is over."""
    end = time.monotonic() + seconds
    while not _all(stage, runs, seen) and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)


def _all(stage: Stage, runs: Sequence[_Run], seen: Seen) -> bool:
    """Have each look once; whether all have seen what they wait for."""
    states = _states(stage)
    return not [run for run in runs if not seen(run, states)]


def _states(stage: Stage) -> dict[str, str]:
    """Alert -> firing if any of its series fires, else pending."""
    states: dict[str, str] = {}
    for alert in stage.prometheus.alerts():
        if states.get(alert.name) != "firing":
            states[alert.name] = alert.state
    return states
