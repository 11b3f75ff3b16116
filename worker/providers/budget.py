"""How many calls a company's books take: a pure budget, and a pace on the wire.

No window of a second or a minute, wherever it begins, ever holds more than the ledger allows:
calls are counted in small ticks, and a window is taken a tick longer than it is. Of a day the
ledger itself says what is left, and when the next one begins.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import floor
from typing import Self

from worker.providers.port import Limits

_MINUTE = 60
_DAY = 86400.0
_KEPT = 0.2  # of the day: reads by the clock leave it to writes and to what people ask for
_RENEWED = 0.1  # of the day: by how much more must be left than we know for it to be a new one
_TENTHS = 10  # a second is counted in tenths
_EVENLY = 0.85  # of what a second allows, so that jitter on the way makes no burst
_NEARLY = 0.8  # of what the minute allows
_HEADROOM = 0.1  # of the minute may be spent at once before the even pace counts


@dataclass(frozen=True)
class _Spent:
    """What was spent in one tick."""

    tick: int
    calls: int
    batches: int = 0


@dataclass(frozen=True)
class _Day:
    """What is left of the ledger's day, and when it is over: at the latest, or `told` so by it."""

    left: int
    until: float
    told: bool = False


@dataclass(frozen=True)
class Budget:
    """What is left for one company at `now`, in seconds of the database's clock.

    A value, kept as JSON with the connection; `take` and `spend` return another one.
    """

    limits: Limits
    now: float
    seconds: tuple[_Spent, ...] = ()  # of the last minute, oldest first
    tenths: tuple[_Spent, ...] = ()  # of the last second
    day: _Day | None = None  # as far as the ledger has said
    most: int = 0  # that it has ever said to be left: plans differ from application to application

    @classmethod
    def load(cls, limits: Limits, state: Mapping[str, object], now: float) -> Self:
        """From what `dump` gave. Ticks of the future (a clock set back) count as spent just now."""
        return cls(
            limits,
            now,
            _recent(state.get("seconds"), floor(now), _MINUTE),
            _recent(state.get("tenths"), floor(now * _TENTHS), _TENTHS),
            _current(state.get("day"), now),
            _number(state.get("most")),
        )

    def dump(self) -> dict[str, object]:
        """JSON-ready, at most some 70 small lists."""
        day = {"day": [self.day.left, self.day.until, self.day.told]} if self.day else {}
        return day | {
            "most": self.most,
            "seconds": [[spent.tick, spent.calls, spent.batches] for spent in self.seconds],
            "tenths": [[spent.tick, spent.calls] for spent in self.tenths],
        }

    def at(self, now: float) -> Self:
        """The same budget later."""
        return self.load(self.limits, self.dump(), now)

    def take(self, calls: int, batches: int = 0) -> Self | None:
        """The budget after these calls, or None if they would be too many now.

        `batches` of the calls are batch calls, which have a limit of their own (Intuit: limits).
        """
        return self.spend(calls, batches) if self.wait(calls, batches) == 0 else None

    def spend(self, calls: int, batches: int = 0) -> Self:
        """The budget after calls that were made already, whatever was left."""
        return replace(
            self,
            seconds=_add(self.seconds, _Spent(floor(self.now), calls, batches)),
            tenths=_add(self.tenths, _Spent(floor(self.now * _TENTHS), calls)),
            day=self.day and replace(self.day, left=max(self.day.left - calls, 0)),
        )

    def told(self, left: int | None) -> Self:
        """The budget after the ledger said what is left of its day; None: it said nothing.

        Nobody says when a day begins. It lasts 24 hours, so it is over 24 hours after it was first
        seen at the latest; that more is left than before is the first sight of the next one.
        """
        if left is None or self.limits.per_day is None:
            return self
        heard = replace(self, most=max(self.most, left))
        # Answers overtake each other: a few more than we know are no new day.
        if self.day is None or left > self.day.left + heard.whole * _RENEWED:
            return replace(heard, day=_Day(left, self.now + _DAY))
        return replace(heard, day=replace(self.day, left=min(left, self.day.left)))

    def told_minute(self, left: int | None) -> Self:
        """The budget after the ledger said what is left of its minute; None: it said nothing.

        What is missing beside our own calls was used by others (a consent, an older worker): it
        counts as spent now.
        """
        ours = self.limits.per_minute - sum(map(_calls, self.seconds))
        if left is None or left >= ours:
            return self
        return replace(self, seconds=_add(self.seconds, _Spent(floor(self.now), ours - left)))

    def ends(self, seconds: float) -> Self:
        """The budget after the ledger said that its day is used up, and when the next one
        begins."""
        return replace(self, day=_Day(0, self.now + seconds, told=True))

    def saves(self) -> float:
        """Seconds for which reads by the clock leave the rest of the day to others; 0: none."""
        if self.day is None or self.day.left >= self.whole * _KEPT:
            return 0.0
        return self.day.until - self.now

    def wait(self, calls: int, batches: int = 0) -> float:
        """Seconds until so many calls are possible at once; 0: now.

        More than a limit allows at any time are taken for as many as it allows.
        """
        per_minute = _freed(
            self.seconds, _calls, self.limits.per_minute - min(calls, self.limits.per_minute)
        )
        allowed = self.limits.batches_per_minute
        batched = (
            _freed(self.seconds, _batches, allowed - min(batches, allowed)) if batches else None
        )
        per_second = _freed(
            self.tenths, _calls, self.limits.per_second - min(calls, self.limits.per_second)
        )
        waits = [0.0]
        if self.day and self.day.left < calls:
            waits.append(self._renewed(self.day))
        waits += [
            tick + _MINUTE + 1 - self.now for tick in (per_minute, batched) if tick is not None
        ]
        if per_second is not None:
            waits.append((per_second + _TENTHS + 1) / _TENTHS - self.now)
        return max(waits)

    def _renewed(self, day: _Day) -> float:
        """Seconds until calls are left again of a day that is used up.

        Only the ledger knows when the next one begins: one call asks it, the others wait for that.
        """
        if day.told:
            return day.until - self.now
        return 1.0 if self.tenths else 0.0

    @property
    def whole(self) -> int:
        """What a day has."""
        return min(self.limits.per_day or 0, self.most)

    def left(self) -> dict[str, float]:
        """What is left of the `minute`, and of the `day` where it has a limit, as a share of it."""
        spent = sum(map(_calls, self.seconds)) / self.limits.per_minute
        shares = {"minute": max(1 - spent, 0.0)}
        if self.limits.per_day is not None:
            shares["day"] = self.day.left / self.whole if self.day and self.whole else 1.0
        return shares

    def at_limit(self) -> bool:
        """Whether nearly all was spent that the last minute allowed, of calls or of batches: for
        whoever has more to send, the ledger sets the pace."""
        calls, batches = sum(map(_calls, self.seconds)), sum(map(_batches, self.seconds))
        allowed = self.limits.per_minute, self.limits.batches_per_minute
        return calls >= _NEARLY * allowed[0] or batches >= _NEARLY * allowed[1]

    def ahead(self) -> bool:
        """Whether less was spent than an even pace to the end of the minute, and of the day,
        allows.

        Then a single document goes out at once; else it is better to collect a batch.
        """
        if self.day:
            ahead = (self.day.until - self.now) / _DAY - _HEADROOM
            if self.day.left < self.whole * ahead:
                return False
        if not self.seconds:
            return True
        elapsed = (self.now - self.seconds[0].tick) / _MINUTE
        return sum(map(_calls, self.seconds)) < self.limits.per_minute * min(
            1.0, elapsed + _HEADROOM
        )


class Pace:
    """Starts of calls, evenly spaced, for the threads that talk to one company's books.

    The budget is debited before a call is made; threads that were held up in between must not start
    all at once.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        # Starts are seen later by the ledger, one more so than the other.
        self._gap = 1 / (per_second * _EVENLY)
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0

    def reserve(self) -> float:
        """Takes the next start and says in how many seconds it is."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap
            return start - now

    def wait(self) -> None:
        time.sleep(self.reserve())


def _current(state: object, now: float) -> _Day | None:
    """The day as it was kept, if it is not over."""
    if not isinstance(state, list):
        return None
    left, until, *told = state
    day = _Day(int(left), float(until), any(told))
    return day if now < day.until else None


def _number(state: object) -> int:
    return state if isinstance(state, int) else 0


def _calls(spent: _Spent) -> int:
    return spent.calls


def _batches(spent: _Spent) -> int:
    return spent.batches


def _recent(state: object, current: int, window: int) -> tuple[_Spent, ...]:
    kept: tuple[_Spent, ...] = ()
    for tick, *amounts in state if isinstance(state, list) else ():
        if tick >= current - window:
            kept = _add(kept, _Spent(min(tick, current), *amounts))
    return kept


def _add(spent: tuple[_Spent, ...], new: _Spent) -> tuple[_Spent, ...]:
    if not spent or spent[-1].tick != new.tick:
        return (*spent, new)
    last = spent[-1]
    merged = replace(last, calls=last.calls + new.calls, batches=last.batches + new.batches)
    return (*spent[:-1], merged)


def _freed(spent: tuple[_Spent, ...], amount: Callable[[_Spent], int], most: int) -> int | None:
    """The tick that must have left for no more than `most` to be counted; None: it is so now."""
    total = sum(map(amount, spent))
    for one in spent:
        if total <= most:
            return None
        total -= amount(one)
        last = one.tick
        if total <= most:
            return last
    return None
