"""The webhooks of QuickBooks: what is told, to whom, under which signature.

Off unless the setting `webhooks` names an address.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from tests.simulators.quickbooks.clock import now
from tests.simulators.quickbooks.events import FORMS, Event, is_told
from tests.simulators.quickbooks.wire import dump
from tests.simulators.sender import Sender, sign
from tests.simulators.settings import Receiver, Settings, Stats


class Webhooks(Sender[Event, Receiver]):
    """The events of all companies. `token` is the app's verifier token."""

    def __init__(self, settings: Settings, stats: Stats, token: str) -> None:
        super().__init__(stats)
        self.settings = settings
        self.token = token

    def note(
        self, company: str, entity: str, number: str, operation: str, deleted_id: str = ""
    ) -> None:
        """A record changed; also by a call of the app that is told about it."""
        if self.settings.webhooks is not None and is_told(entity, operation):
            self.add(Event(company, entity, number, operation, deleted_id))

    def receiver(self) -> Receiver | None:
        return self.settings.webhooks

    def compose(self, receiver: Receiver, events: Sequence[Event]) -> bytes:
        return dump(FORMS[receiver.form](events))

    def headers(self, receiver: Receiver, body: bytes, signature: str) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "intuit-t-id": str(uuid.uuid4()),
            "intuit-created-time": now().isoformat(timespec="milliseconds"),
        }
        key = receiver.verifier_token or self.token
        if signature != "none":
            made = {"good": sign(body, key), "bad": sign(body, f"not {key}")}
            headers["intuit-signature"] = made.get(signature, signature)
        return headers
