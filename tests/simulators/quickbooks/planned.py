"""What planned faults do to the answers of QuickBooks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tests.simulators.faults import Fault
from tests.simulators.httpd import Response
from tests.simulators.quickbooks.errors import (
    gateway_fault,
    maintenance,
    server_error,
    throttled,
)
from tests.simulators.quickbooks.wire import dump, load

Instead = Callable[[Fault], Response]

OF_API: dict[str, Instead] = {
    "reset_before": lambda _: Response(500, cut="reset"),
    "lost_answer": lambda _: Response(500, cut="reset"),
    "auth_expired": lambda _: gateway_fault(401, "3200", "Token expired: simulated"),
    "throttle": lambda fault: throttled(fault.seconds),
    "server_error": lambda _: server_error(),
    "maintenance_html": lambda fault: maintenance(fault.seconds),
}
OF_TOKENS: dict[str, Instead] = OF_API | {
    "auth_expired": lambda _: Response(400, dump({"error": "invalid_grant"})),
    "throttle": lambda _: Response(429, dump({"error": "throttled"})),
}


def before(fault: Fault | None, instead: dict[str, Instead]) -> Response | None:
    """The answer of a fault that strikes before anything happens; else None."""
    if fault is None or fault.took_effect:
        return None
    return instead[fault.kind](fault)


def after(fault: Fault, response: Response, instead: dict[str, Instead]) -> Response:
    """What becomes of the answer to a call that took effect."""
    match fault.kind:
        case "delay":
            time.sleep(fault.seconds or 1)
            return response
        case "truncated_body":
            return replace(response, cut="truncate")
        case "drop_item":
            return _without_last_item(response)
    return instead[fault.kind](fault)


def _without_last_item(response: Response) -> Response:
    if response.status != 200:
        return response
    body = load(response.body)
    body["BatchItemResponse"].pop()
    return replace(response, body=dump(body))
