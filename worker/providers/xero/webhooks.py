"""Xero's webhooks: its signature, and what its events concern (Xero: webhooks overview)."""

import re
from collections.abc import Iterable, Mapping

from worker.providers.pulled import Resource
from worker.providers.webhooks import Notice, fitting, payload
from worker.providers.wire import Body, rows

SIGNATURE = "x-xero-signature"
# Payments, items, accounts and journals have none: they are polled.
_RESOURCES = {"CONTACT": Resource.CUSTOMERS, "INVOICE": Resource.DOCUMENTS}
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class XeroWebhooks:
    """The only place that knows how Xero signs and words its webhooks."""

    def signed_with(
        self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]
    ) -> frozenset[str]:
        """Those webhook keys that fit; a key is text, though it looks like base64."""
        return fitting(body, headers.get(SIGNATURE, ""), secrets)

    def read(self, body: bytes) -> list[Notice]:
        """What of a delivery concerns us. Raises ValueError.

        The intent to receive is a delivery without events: its signature is all that counts.
        """
        match payload(body):
            case {"events": list(events)}:
                return [notice for event in rows(events) if (notice := _notice(event))]
            case _:
                raise ValueError("no list of events")


def _notice(event: Body) -> Notice | None:
    """What we make of an event; ids that are none must reach no database."""
    resource = _RESOURCES.get(str(event.get("eventCategory")).upper())
    tenant = str(event.get("tenantId")).lower()
    if resource is None or event.get("tenantType") == "APPLICATION" or not _ID.fullmatch(tenant):
        return None
    return Notice(tenant, resource)
