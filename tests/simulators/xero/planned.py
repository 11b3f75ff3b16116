"""What planned faults do to the answers of Xero."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.simulators.faults import Fault
from tests.simulators.httpd import Response
from tests.simulators.striking import Instead
from tests.simulators.xero.errors import error_body
from tests.simulators.xero.gateway import (
    JSON_TYPE,
    expired,
    maintenance,
    server_error,
    throttled,
)
from tests.simulators.xero.wire import dump, load

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


def _refusal(fault: Fault) -> Response:
    """A refusal as a whole, with any number."""
    body = error_body(int(fault.code), "ApplicationException", f"Error {fault.code}: simulated")
    return Response(400, dump(body), JSON_TYPE)


OF_API: Instead = {
    "reset_before": lambda _: Response(500, cut="reset"),
    "lost_answer": lambda _: Response(500, cut="reset"),
    "auth_expired": lambda _: expired(datetime.now(UTC)),
    "throttle": _throttled,
    "server_error": lambda _: server_error(),
    "maintenance_html": lambda fault: maintenance(fault.seconds),
    "refusal": _refusal,
}
OF_TOKENS: Instead = {
    **OF_API,
    "auth_expired": lambda _: Response(400, dump({"error": "invalid_grant"}), JSON_TYPE),
}


def shortened(body: bytes) -> bytes:
    """An answer without its last element."""
    answer = load(body)
    next(value for value in answer.values() if isinstance(value, list)).pop()
    return dump(answer)
