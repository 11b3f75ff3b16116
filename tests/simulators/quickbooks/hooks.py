"""The control address of webhooks: what waits, what was sent, and sending by hand."""

from __future__ import annotations

from dataclasses import replace

from tests.simulators.quickbooks.events import FORMS, Event
from tests.simulators.quickbooks.webhooks import Webhooks
from tests.simulators.quickbooks.wire import Json, dump
from tests.simulators.settings import Receiver


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
        case "POST", []:
            return _send(webhooks, **body)
    raise LookupError("/".join(["webhooks", *rest]))


def _send(
    webhooks: Webhooks,
    *,
    url: str = "",
    form: str = "",
    events: list[dict[str, Json]] | None = None,
    text: str = "",
    signature: str = "good",
) -> Json:
    """One call with invented `events`, or with `text` as its body, byte for byte."""
    known = webhooks.settings.webhooks or Receiver(url)
    receiver = replace(known, url=url or known.url, form=form or known.form)
    made = FORMS[receiver.form](Event.parse(event) for event in events or ())
    body = text.encode() if events is None else dump(made)
    return webhooks.send(receiver, body, signature).data()
