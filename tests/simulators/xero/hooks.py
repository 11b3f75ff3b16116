"""The control address of webhooks: what waits, what was sent, and sending by hand."""

from __future__ import annotations

from dataclasses import replace

from tests.simulators.xero.events import Event, body_of
from tests.simulators.xero.settings import Receiver
from tests.simulators.xero.webhooks import Webhooks
from tests.simulators.xero.wire import Json


def control_webhooks(webhooks: Webhooks, method: str, rest: list[str], body: Json) -> Json:
    """What waits and what was sent; sending it now; sending anything at all, on this thread."""
    match method, rest:
        case "GET", []:
            return webhooks.state()
        case "DELETE", []:
            webhooks.forget()
            return webhooks.state()
        case "POST", ["flush"]:
            delivery = webhooks.flush()
            return delivery.data() if delivery else {}
        case "POST", ["intent"]:
            return webhooks.intent()
        case "POST", []:
            return _send(webhooks, **body)
    raise LookupError("/".join(["webhooks", *rest]))


def _send(
    webhooks: Webhooks,
    *,
    url: str = "",
    events: list[dict[str, Json]] | None = None,
    text: str = "",
    signature: str = "good",
) -> Json:
    """One call with invented `events`, or with `text` as its body, byte for byte."""
    known = webhooks.settings.webhooks or Receiver(url)
    receiver = replace(known, url=url or known.url)
    made = body_of([Event.parse(event, next(webhooks.sequence)) for event in events or ()])
    body = text.encode() if events is None else made
    return webhooks.send(receiver, body, signature).data()
