"""What planned faults do to the answers of Xero."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from tests.simulators.faults import Fault
from tests.simulators.httpd import Response
from tests.simulators.xero.gateway import (
    JSON_TYPE,
    expired,
    maintenance,
    server_error,
    throttled,
)
from tests.simulators.xero.wire import dump, load

Instead = Callable[[Fault], Response]

REMAINING = {
    "minute": "X-MinLimit-Remaining",
    "day": "X-DayLimit-Remaining",
    "appminute": "X-AppMinLimit-Remaining",
}
WAITS = {"minute": 22, "day": 73_451, "appminute": 26}  # seconds; of a concurrent limit none


def _throttled(fault: Fault) -> Response:
    limit = fault.limit or "minute"
    wait = WAITS.get(limit) if fault.seconds is None else int(fault.seconds)
    response = throttled(limit, wait)
    if limit in REMAINING:
        response.headers[REMAINING[limit]] = "0"
    return response


OF_API: dict[str, Instead] = {
    "reset_before": lambda _: Response(500, cut="reset"),
    "lost_answer": lambda _: Response(500, cut="reset"),
    "auth_expired": lambda _: expired(datetime.now(UTC)),
    "throttle": _throttled,
    "server_error": lambda _: server_error(),
    "maintenance_html": lambda fault: maintenance(fault.seconds),
}
OF_TOKENS: dict[str, Instead] = OF_API | {
    "auth_expired": lambda _: Response(400, dump({"error": "invalid_grant"}), JSON_TYPE),
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
            return _without_last_element(response)
    return instead[fault.kind](fault)


def _without_last_element(response: Response) -> Response:
    if response.status != 200:
        return response
    body = load(response.body)
    next(value for value in body.values() if isinstance(value, list)).pop()
    return replace(response, body=dump(body))
