"""Everything below /api.xro/2.0 for one organisation."""

from __future__ import annotations

from tests.simulators.xero.calls import Call, Reply
from tests.simulators.xero.organisation import Organisation

NOT_FOUND = Reply(
    404,
    text="The resource you're looking for cannot be found",
    content_type="text/html; charset=utf-8",
)


def answer(organisation: Organisation, call: Call) -> Reply:
    """One call; the caller holds `organisation.lock`."""
    return NOT_FOUND
