"""What planned faults do to the answers of QuickBooks."""

from __future__ import annotations

from tests.simulators.httpd import Response
from tests.simulators.quickbooks.errors import (
    gateway_fault,
    maintenance,
    refusal,
    server_error,
    throttled,
)
from tests.simulators.quickbooks.wire import dump, load
from tests.simulators.striking import Instead

OF_API: Instead = {
    "reset_before": lambda _: Response(500, cut="reset"),
    "lost_answer": lambda _: Response(500, cut="reset"),
    "auth_expired": lambda _: gateway_fault(401, "3200", "Token expired: simulated"),
    "throttle": lambda fault: throttled(fault.seconds),
    "server_error": lambda _: server_error(),
    "maintenance_html": lambda fault: maintenance(fault.seconds),
    "refusal": lambda fault: refusal(fault.code),
}
OF_TOKENS: Instead = {
    **OF_API,
    "auth_expired": lambda _: Response(400, dump({"error": "invalid_grant"})),
    "throttle": lambda _: Response(429, dump({"error": "throttled"})),
}


def shortened(body: bytes) -> bytes:
    """A batch's answer without its last item."""
    answer = load(body)
    answer["BatchItemResponse"].pop()
    return dump(answer)
