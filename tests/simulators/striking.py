"""What planned faults do to answers, whatever the ledger; how its errors look, it says itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.simulators.faults import Fault
from tests.simulators.httpd import Response

Instead = Mapping[str, Callable[[Fault], Response]]  # kind of fault: the answer in its place


def strike_before(fault: Fault | None, instead: Instead) -> Response | None:
    """The answer of a fault that strikes before anything happens; else None."""
    if fault is None or fault.took_effect:
        return None
    return instead[fault.kind](fault)


def strike_after(
    fault: Fault,
    response: Response,
    instead: Instead,
    shortened: Callable[[bytes], bytes] | None = None,
) -> Response:
    """What becomes of the answer to a call that took effect.

    `shortened` takes the last item out of the body of a batch.
    """
    match fault.kind:
        case "delay":
            time.sleep(fault.seconds or 1)
            return response
        case "truncated_body":
            return replace(response, cut="truncate")
        case "drop_item" if shortened is not None:
            return replace(response, body=shortened(response.body)) if response.ok else response
    return instead[fault.kind](fault)
