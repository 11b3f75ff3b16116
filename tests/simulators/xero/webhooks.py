"""The webhooks of Xero: what is told, under which signature, and the intent to receive.

Off unless the setting `webhooks` names an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from itertools import count

from tests.simulators.sender import Sender, sign
from tests.simulators.settings import Stats
from tests.simulators.xero.events import CATEGORIES, Event, body_of
from tests.simulators.xero.settings import Receiver, Settings
from tests.simulators.xero.wire import Json

INTENT = ("bad", "good", "bad", "bad")  # most of them are wrong on purpose
EXPECTED = {"good": 200, "bad": 401}


class Webhooks(Sender[Event, Receiver]):
    """The events of all organisations, in posts that mix them. `key` is the app's."""

    def __init__(self, settings: Settings, stats: Stats, key: str) -> None:
        super().__init__(stats)
        self.settings = settings
        self.key = key
        self.sequence = count(1)

    def note(self, tenant: str, kind: str, number: str, operation: str) -> None:
        """A record changed; also by a call of the app that is told about it."""
        if self.settings.webhooks is not None and kind in CATEGORIES:
            self.add(Event(tenant, kind, number, operation, next(self.sequence)))

    def intent(self) -> dict[str, Json]:
        """The posts before the first event: who answers them all rightly may receive."""
        receiver = self.receiver()
        if receiver is None:
            raise ValueError("the setting webhooks names no receiver")
        answers: list[dict[str, Json]] = []
        passed = True
        for signature in INTENT:
            delivery = self.send(receiver, body_of((), secrets.token_hex(10).upper()), signature)
            answers.append({"signature": signature} | delivery.data())
            # An answer has an empty body, whatever its status.
            passed &= delivery.status == EXPECTED[signature] and not delivery.answer
        return {"passed": passed, "answers": answers}

    def receiver(self) -> Receiver | None:
        return self.settings.webhooks

    def compose(self, receiver: Receiver, events: Sequence[Event]) -> bytes:
        return body_of(events)

    def headers(self, receiver: Receiver, body: bytes, signature: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if signature == "none":
            return headers
        # The key is taken as the text it is, although it looks like base64.
        good = sign(body, receiver.webhook_key or self.key)
        made = {"good": good, "bad": _off_by_one(good)}
        return headers | {"x-xero-signature": made.get(signature, signature)}


def _off_by_one(signature: str) -> str:
    """Wrong by one character, as the intent to receive has it."""
    return ("A" if signature[0] != "A" else "B") + signature[1:]
