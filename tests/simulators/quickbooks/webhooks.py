"""Sends webhook events: signed, in order, repeated until they are acknowledged.

Off unless the setting `webhooks` names an address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.simulators.quickbooks.clock import now
from tests.simulators.quickbooks.events import FORMS, Event, is_told
from tests.simulators.quickbooks.wire import Json, dump
from tests.simulators.settings import Receiver, Settings, Stats

SUCCESS = 200
KEPT_DELIVERIES = 200


@dataclass(frozen=True)
class Delivery:
    """One attempt. Status 0: no answer in time, or no connection."""

    status: int
    seconds: float
    answer: str
    body: str

    def data(self) -> dict[str, Json]:
        return vars(self)


@dataclass
class Webhooks:
    """The events of all companies; one delivery at a time, the later ones wait behind it."""

    settings: Settings
    stats: Stats
    token: str  # the app's verifier token, unless the receiver has its own
    _ready: threading.Condition = field(default_factory=threading.Condition)
    _sending: threading.Lock = field(default_factory=threading.Lock)
    _waiting: list[Event] = field(default_factory=list)
    _under_way: list[Event] = field(default_factory=list)  # sent, and not acknowledged yet
    _deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=KEPT_DELIVERIES))
    _thread: threading.Thread | None = None

    def note(
        self, company: str, entity: str, number: str, operation: str, deleted_id: str = ""
    ) -> None:
        """A record changed; also by a call of the app that is told about it."""
        if self.settings.webhooks is None or not is_told(entity, operation):
            return
        with self._ready:
            self._waiting.append(Event(company, entity, number, operation, deleted_id))
            self._ready.notify_all()

    def adjust(self) -> None:
        """The settings have changed: begin, stop (and forget what waits), or go on otherwise."""
        receiver = self.settings.webhooks
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
        receiver = self.settings.webhooks
        with self._sending:
            with self._ready:
                if not self._under_way:
                    self._under_way, self._waiting = self._waiting, []
                events = list(self._under_way)
            if not events or receiver is None:
                return None
            delivery = self.send(receiver, dump(FORMS[receiver.form](events)))
            with self._ready:
                self._deliveries.append(delivery)
                if delivery.status == SUCCESS:
                    self._under_way.clear()
        self.stats.add("webhooks" if delivery.status == SUCCESS else "webhooks_refused")
        return delivery

    def send(self, receiver: Receiver, body: bytes, signature: str = "good") -> Delivery:
        """One signed call. `signature` is good, bad, none, or the text of the header itself."""
        headers = {
            "Content-Type": "application/json",
            "intuit-t-id": str(uuid.uuid4()),
            "intuit-created-time": now().isoformat(timespec="milliseconds"),
        }
        key = receiver.verifier_token or self.token
        if signature != "none":
            made = {"good": sign(body, key), "bad": sign(body, f"not {key}")}
            headers["intuit-signature"] = made.get(signature, signature)
        began = time.monotonic()
        status, answer = _post(receiver, body, headers)
        seconds = round(time.monotonic() - began, 6)
        return Delivery(status, seconds, answer, body.decode(errors="replace"))

    def _deliver_all(self) -> None:
        failed = 0
        while True:
            with self._ready:
                self._ready.wait_for(self._may_send)
            receiver = self.settings.webhooks
            if receiver is None:
                continue
            time.sleep(receiver.gather_seconds)
            delivery = self.flush()
            if delivery is None or delivery.status == SUCCESS:
                failed = 0
                continue
            # The last pause repeats itself for ever (Intuit: then each 6 h).
            pause = receiver.pauses[min(failed, len(receiver.pauses) - 1)]
            failed += 1
            with self._ready:
                self._ready.wait_for(lambda: not self._may_send(), timeout=pause)

    def _may_send(self) -> bool:
        receiver = self.settings.webhooks
        automatic = receiver is not None and not receiver.by_hand
        return automatic and bool(self._waiting or self._under_way)


def sign(body: bytes, key: str) -> str:
    """base64 of HMAC-SHA256 over the raw body (Intuit: webhooks)."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def _post(receiver: Receiver, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
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
