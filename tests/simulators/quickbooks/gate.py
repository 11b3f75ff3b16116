"""A company's call limits (Intuit: limits and throttles)."""

from __future__ import annotations

import threading
import time
from collections import deque

from tests.simulators.settings import Limits


class Gate:
    """Counts the calls it lets through, over rolling windows; refused ones do not count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._batches: deque[float] = deque()
        self._inside = 0

    def enter(self, limits: Limits | None, *, batch: bool) -> bool:
        """Whether a call may come in; each that may must `leave`."""
        moment = time.monotonic()
        with self._lock:
            if limits is not None and self._full(limits, moment, batch=batch):
                return False
            self._calls.append(moment)
            if batch:
                self._batches.append(moment)
            self._inside += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1

    def _full(self, limits: Limits, moment: float, *, batch: bool) -> bool:
        for window in (self._calls, self._batches):
            while window and window[0] <= moment - 60:
                window.popleft()
        # The tenth call from the end tells whether a second already holds ten.
        last = self._calls
        crowded = len(last) >= limits.per_second and last[-limits.per_second] > moment - 1
        return (
            crowded
            or self._inside >= limits.in_flight
            or len(last) >= limits.per_minute
            or (batch and len(self._batches) >= limits.batches_per_minute)
        )
