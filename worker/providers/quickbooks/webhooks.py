"""QuickBooks' webhooks: Intuit's signature, and both forms of its payload."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.kinds import Kind
from worker.providers.pulled import Resource
from worker.providers.webhooks import Merged, Notice, fitting, payload
from worker.providers.wire import Body, rows

SIGNATURE = "intuit-signature"
_RESOURCES = dict.fromkeys(
    ("payment", "invoice", "creditmemo", "customer", "vendor", "item", "account"),
    Resource.PAYMENTS,  # which reads whatever changed
) | {"preferences": Resource.CONNECTION}
_MERGEABLE = {"customer": Kind.CUSTOMER, "vendor": Kind.VENDOR, "item": Kind.ITEM}
_NO_CHANGE = "emailed"
_ID = re.compile("[0-9]{1,20}")


@dataclass(frozen=True)
class _Event:
    """One change as either form says it, in lower case."""

    company_id: str
    entity: str
    operation: str
    id: str
    deleted_id: str  # of a merge


class IntuitWebhooks:
    """The only place that knows how Intuit signs and words its webhooks."""

    def signed_with(
        self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]
    ) -> frozenset[str]:
        """Those verifier tokens that fit."""
        return fitting(body, headers.get(SIGNATURE, ""), secrets)

    def read(self, body: bytes) -> list[Notice]:
        """What of a delivery concerns us. Raises ValueError."""
        return [notice for event in _events(payload(body)) if (notice := _notice(event))]


def _events(said: object) -> Iterator[_Event]:
    match said:
        case list():
            yield from map(_cloud_event, rows(said))
        case {"eventNotifications": list(notifications)}:
            for notification in rows(notifications):
                yield from _classic(notification)
        case _:
            raise ValueError("neither an array of CloudEvents nor eventNotifications")


def _cloud_event(said: Body) -> _Event:
    """`qbo.invoice.updated.v1`; the ids stand in attributes of Intuit's own."""
    product, entity, operation, *_ = [*str(said.get("type")).lower().split("."), "", "", ""]
    data = said.get("data")
    return _Event(
        company_id=str(said.get("intuitaccountid")),
        entity=entity if product == "qbo" else "",
        operation=operation,
        id=str(said.get("intuitentityid")),
        deleted_id=str(data.get("deletedid")) if isinstance(data, dict) else "",
    )


def _classic(notification: Body) -> Iterator[_Event]:
    change = notification.get("dataChangeEvent")
    for said in rows(change.get("entities")) if isinstance(change, dict) else ():
        yield _Event(
            company_id=str(notification.get("realmId")),
            entity=str(said.get("name")).lower(),
            operation=str(said.get("operation")).lower(),
            id=str(said.get("id")),
            deleted_id=str(said.get("deletedId")),
        )


def _notice(event: _Event) -> Notice | None:
    """What we make of an event; ids that are none must reach no database."""
    resource = _RESOURCES.get(event.entity)
    if resource is None or event.operation == _NO_CHANGE or not _ID.fullmatch(event.company_id):
        return None
    # `merge` in the one form, `merged` in the other
    kind = _MERGEABLE.get(event.entity) if event.operation.startswith("merge") else None
    if kind and _ID.fullmatch(event.id) and _ID.fullmatch(event.deleted_id):
        return Notice(event.company_id, resource, Merged(kind, event.deleted_id, event.id))
    return Notice(event.company_id, resource)
