"""Writes down what passed between a client and a simulator, one JSON object a line.

Only if the environment variable SIMULATOR_TRAFFIC names a file.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from datetime import UTC, datetime

from tests.simulators.httpd import Request, Response


class Recorder:
    """Appends exchanges to a file that other simulators may append to as well."""

    def __init__(self, path: str | None) -> None:
        self._lock = threading.Lock()
        # O_APPEND and one write a line: lines of several processes do not mix.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._file = os.open(path, flags, 0o644) if path else None

    def record(self, request: Request, response: Response) -> None:
        """One exchange that is over."""
        if self._file is None or not response.provider:
            return
        line: dict[str, object] = {
            "at": request.arrived.isoformat(timespec="microseconds"),
            "ended_at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "provider": response.provider,
            "method": request.method,
            "url": request.url,
            "request_headers": _masked(request.headers),
            "request_body": _text(request.body),
            "status": response.status if response.sent else 0,
            "response_headers": response.all_headers() if response.sent else {},
            "response_body": _text(_answered(response)) if response.sent else None,
        }
        if response.injected:
            line["fault_injected"] = True
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            os.write(self._file, data)


def _masked(headers: dict[str, str]) -> dict[str, str]:
    if "authorization" not in headers:
        return headers
    scheme = headers["authorization"].partition(" ")[0]
    return headers | {"authorization": f"{scheme} ***"}


def _answered(response: Response) -> bytes:
    body = response.body
    return body[: len(body) // 2] if response.cut == "truncate" else body


def _text(body: bytes) -> str | None:
    if not body:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode()
