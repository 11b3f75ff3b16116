"""The memory behind `requestid`: a repeat gets the first answer and never runs beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.simulators.quickbooks.errors import Refused
from tests.simulators.quickbooks.wire import Json


@dataclass(frozen=True)
class Remembered:
    request: object  # what was asked; the same id with another request is refused
    answer: Json
    at: float


class Replays:
    """One company's request ids; uniqueness is per company (Intuit: requestid)."""

    def __init__(self) -> None:
        self._answers: dict[str, Remembered] = {}
        self._busy: set[str] = set()
        self._free = threading.Condition()

    @contextmanager
    def alone(self, request_id: str | None) -> Iterator[None]:
        """Wait until nobody else works under this id, then hold it."""
        if request_id is None:
            yield
            return
        with self._free:
            self._free.wait_for(lambda: request_id not in self._busy)
            self._busy.add(request_id)
        try:
            yield
        finally:
            with self._free:
                self._busy.discard(request_id)
                self._free.notify_all()

    def recall(self, key: str, request: object, seconds: float) -> Json | None:
        """The first answer, while it is remembered. Raises Refused (600) for another request."""
        known = self._answers.get(key)
        if known is None or time.monotonic() - known.at > seconds:
            self._answers.pop(key, None)
            return None
        # Undocumented: refusing is louder than answering with the record of another request.
        if known.request != request:
            raise Refused("600", "The request id was already used for another request", "requestid")
        return known.answer

    def remember(self, key: str, request: object, answer: Json) -> None:
        self._answers[key] = Remembered(request, answer, time.monotonic())
