"""Sends webhook events, in order and until they are acknowledged; each ledger has its form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from tests.simulators.settings import Json, Stats

SUCCESS = 200
KEPT_DELIVERIES = 200


class Target(Protocol):
    """Where webhooks go, and how patiently. The last of `pauses` repeats itself for ever."""

    @property
    def url(self) -> str: ...
    @property
    def by_hand(self) -> bool: ...
    @property
    def gather_seconds(self) -> float: ...
    @property
    def timeout_seconds(self) -> float: ...
    @property
    def pauses(self) -> tuple[float, ...]: ...


Event = TypeVar("Event")
Receiver = TypeVar("Receiver", bound=Target)


@dataclass(frozen=True)
class Delivery:
    """One attempt. Status 0: no answer in time, or no connection."""

    status: int
    seconds: float
    answer: str
    body: str

    def data(self) -> dict[str, Json]:
        return vars(self)


class Sender(ABC, Generic[Event, Receiver]):
    """The events of all companies; one delivery at a time, the later ones wait behind it."""

    def __init__(self, stats: Stats) -> None:
        self.stats = stats
        self._ready = threading.Condition()
        self._sending = threading.Lock()
        self._waiting: list[Event] = []
        self._under_way: list[Event] = []  # sent, and not acknowledged yet
        self._deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self._thread: threading.Thread | None = None

    @abstractmethod
    def receiver(self) -> Receiver | None:
        """Where to, at present; None: nowhere."""

    @abstractmethod
    def compose(self, receiver: Receiver, events: Sequence[Event]) -> bytes:
        """The body of one delivery; a repeat has the same one."""

    @abstractmethod
    def headers(self, receiver: Receiver, body: bytes, signature: str) -> dict[str, str]:
        """With the signature: good, bad, none, or the text of the header itself."""

    def add(self, event: Event) -> None:
        with self._ready:
            self._waiting.append(event)
            self._ready.notify_all()

    def adjust(self) -> None:
        """The settings have changed: begin, stop (and forget what waits), or go on otherwise."""
        receiver = self.receiver()
        with self._ready:
            if receiver is None:
                self._waiting.clear()
                self._under_way.clear()
            elif not receiver.by_hand and self._thread is None:
                self._thread = threading.Thread(target=self._deliver_all, daemon=True)
                self._thread.start()
            self._ready.notify_all()

    def state(self) -> dict[str, Json]:
        with self._ready:
            return {
                "waiting": len(self._waiting) + len(self._under_way),
                "deliveries": [delivery.data() for delivery in self._deliveries],
            }

    def forget(self) -> None:
        with self._ready:
            self._waiting.clear()
            self._under_way.clear()
            self._deliveries.clear()

    def flush(self) -> Delivery | None:
        """Send what waits, or once more what was not acknowledged; None if there is nothing."""
        receiver = self.receiver()
        with self._sending:
            with self._ready:
                if not self._under_way:
                    self._under_way, self._waiting = self._waiting, []
                events = list(self._under_way)
            if not events or receiver is None:
                return None
            delivery = self.send(receiver, self.compose(receiver, events))
            with self._ready:
                self._deliveries.append(delivery)
                if delivery.status == SUCCESS:
                    self._under_way.clear()
        self.stats.add("webhooks" if delivery.status == SUCCESS else "webhooks_refused")
        return delivery

    def send(self, receiver: Receiver, body: bytes, signature: str = "good") -> Delivery:
        """One call with any body, on this thread."""
        headers = self.headers(receiver, body, signature)
        began = time.monotonic()
        status, answer = _post(receiver, body, headers)
        seconds = round(time.monotonic() - began, 6)
        return Delivery(status, seconds, answer, body.decode(errors="replace"))

    def _deliver_all(self) -> None:
        failed = 0
        while True:
            with self._ready:
                self._ready.wait_for(self._may_send)
            receiver = self.receiver()
            if receiver is None:
                continue
            time.sleep(receiver.gather_seconds)
            delivery = self.flush()
            if delivery is None or delivery.status == SUCCESS:
                failed = 0
                continue
            pause = receiver.pauses[min(failed, len(receiver.pauses) - 1)]
            failed += 1
            with self._ready:
                self._ready.wait_for(lambda: not self._may_send(), timeout=pause)

    def _may_send(self) -> bool:
        receiver = self.receiver()
        automatic = receiver is not None and not receiver.by_hand
        return automatic and bool(self._waiting or self._under_way)


def sign(body: bytes, key: str) -> str:
    """base64 of HMAC-SHA256 over the raw body (Intuit: webhooks; Xero: webhooks overview)."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def _post(receiver: Target, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    address = urlsplit(receiver.url)
    secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=receiver.timeout_seconds)
    path = f"{address.path or '/'}{f'?{address.query}' if address.query else ''}"
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
