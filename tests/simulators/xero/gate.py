"""The call limits: per tenant and app, and of an app in all (Xero: OAuth 2.0 API limits)."""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.simulators.xero.gateway import Barred, throttled
from tests.simulators.xero.settings import Limits

MINUTE = 60.0
DAY = 86_400.0


class Window:
    """The calls of the last minute. Rolling: a fixed one would let more through at its edges."""

    def __init__(self) -> None:
        self.calls: deque[float] = deque()

    def count(self, moment: float) -> int:
        while self.calls and self.calls[0] <= moment - MINUTE:
            self.calls.popleft()
        return len(self.calls)

    def wait(self, moment: float) -> int:
        """Whole seconds until it holds one call less."""
        return max(1, math.ceil(self.calls[0] + MINUTE - moment)) if self.calls else 1


@dataclass
class Day:
    """A fixed window that begins with the first call in it."""

    used: int = 0
    ends: float = 0.0

    def count(self, moment: float) -> int:
        if moment >= self.ends:
            self.used, self.ends = 0, moment + DAY
        return self.used


@dataclass
class Share:
    """What one app has used of one tenant's limits."""

    minute: Window = field(default_factory=Window)
    day: Day = field(default_factory=Day)
    inside: int = 0


class Gates:
    """Counts the calls it lets through; refused ones do not count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._apps: dict[str, Window] = defaultdict(Window)
        self._shares: dict[tuple[str, str], Share] = defaultdict(Share)

    def enter(self, limits: Limits | None, tenant: str, app: str) -> None:
        """One call comes in, and must `leave`. Raises Barred: 429."""
        moment = time.monotonic()
        with self._lock:
            share, whole = self._shares[tenant, app], self._apps[app]
            used = share.minute.count(moment), share.day.count(moment), whole.count(moment)
            if limits is not None:
                _check(limits, share, whole, used, moment)
            share.minute.calls.append(moment)
            whole.calls.append(moment)
            share.day.used += 1
            share.inside += 1

    def leave(self, tenant: str, app: str) -> None:
        with self._lock:
            self._shares[tenant, app].inside -= 1

    def headers(self, limits: Limits | None, tenant: str, app: str) -> dict[str, str]:
        """What is left, as answers say it; without a tenant only of the app's own limit."""
        moment, most = time.monotonic(), limits or Limits()
        with self._lock:
            share = self._shares[tenant, app] if tenant else Share()
            left = {"X-AppMinLimit-Remaining": most.app_per_minute - self._apps[app].count(moment)}
            if tenant:
                left["X-DayLimit-Remaining"] = most.per_day - share.day.count(moment)
                left["X-MinLimit-Remaining"] = most.per_minute - share.minute.count(moment)
        if limits is None:  # nothing is ever used up
            return dict.fromkeys(left, "9999")
        return {name: str(max(0, number)) for name, number in left.items()}

    def set_day(
        self, limits: Limits, tenant: str, app: str, *, left: int | None, resets_in: float | None
    ) -> dict[str, float]:
        """What is left of a tenant's day, and in how many seconds it begins anew."""
        moment = time.monotonic()
        with self._lock:
            day = self._shares[tenant, app].day
            day.count(moment)
            if left is not None:
                day.used = limits.per_day - left
            if resets_in is not None:
                day.ends = moment + resets_in
            return {"left": limits.per_day - day.used, "resets_in": day.ends - moment}


def _check(
    limits: Limits, share: Share, whole: Window, used: tuple[int, int, int], moment: float
) -> None:
    minute, day, app = used
    if day >= limits.per_day:
        raise Barred(throttled("day", max(1, math.ceil(share.day.ends - moment))))
    if minute >= limits.per_minute:
        raise Barred(throttled("minute", share.minute.wait(moment)))
    if app >= limits.app_per_minute:
        raise Barred(throttled("appminute", whole.wait(moment)))
    # How long a call lasts is not known: no Retry-After.
    if share.inside >= limits.in_flight:
        raise Barred(throttled("concurrent", None))
