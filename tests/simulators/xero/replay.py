"""The memory behind `Idempotency-Key` (Xero: idempotency). One app's keys are one space."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.simulators.httpd import Request, Response
from tests.simulators.xero.gateway import refused

LONGEST_KEY = 128
Identity = tuple[str, str, bytes]  # method, address with its query, body


@dataclass(frozen=True)
class Remembered:
    identity: Identity
    response: Response
    at: float  # when the first call came


class Keys:
    """The keys of all apps: a repeat gets the first answer and never runs beside it."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Remembered] = {}
        self._busy: set[tuple[str, str]] = set()
        self._free = threading.Condition()

    def once(
        self, app: str, request: Request, seconds: float, work: Callable[[], Response]
    ) -> tuple[Response, bool]:
        """The answer to a write, and whether it is one that was given before."""
        key = request.headers.get("idempotency-key")
        if key is None or request.method not in ("PUT", "POST"):
            return work(), False
        if not 0 < len(key) <= LONGEST_KEY:
            text = f"The Idempotency-Key has more than {LONGEST_KEY} characters, or none"
            return refused(10, "ValidationException", text), False
        identity = request.method, request.target, request.body
        place, came = (app, key), time.monotonic()
        with self._alone(place):
            known = self._answers.get(place)
            # From the first call on and not sliding; afterwards the key is as good as new.
            if known is None or came - known.at > seconds:
                response = work()
                self._answers[place] = Remembered(identity, _copy(response), came)
                return response, False
        if known.identity != identity:
            text = f"The Idempotency-Key {key} is used with a different request"
            return refused(10, "ValidationException", text), False
        return _copy(known.response), True

    @contextmanager
    def _alone(self, place: tuple[str, str]) -> Iterator[None]:
        """Wait until nobody else works under this key, then hold it."""
        with self._free:
            self._free.wait_for(lambda: place not in self._busy)
            self._busy.add(place)
        try:
            yield
        finally:
            with self._free:
                self._busy.discard(place)
                self._free.notify_all()


def _copy(response: Response) -> Response:
    """What is done to an answer on its way out must not reach the one that is kept."""
    return replace(response, headers=dict(response.headers))
