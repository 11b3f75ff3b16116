"""A bookkeeper edits customers, vendors and items in the books; what the CMMS hears of it."""

from typing import Any

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.store.runs import Mode
from worker.sync import connections

PHONE = {"FreeFormNumber": "+1 503 555 0199"}


def pull(shop: Shop, resource: Resource = Resource.PAYMENTS, mode: Mode = Mode.CHANGES) -> None:
    connections.ask(shop.services, shop.connection_id, resource, mode)
    shop.work()


def edit(shop: Shop, record_id: str = "CUS-1", kind: str = "Customer", **fields: Any) -> None:  # noqa: ANN401
    shop.enter(kind, "update", Id=shop.link(record_id).ref, **fields)


def told(shop: Shop, record_id: str = "CUS-1") -> list[dict[str, Any]]:
    """What the CMMS was told to be different in the books."""
    found = shop.events(record_id)
    return [one["data"] for one in found if one["type"] == "accounting.record.changed"]
