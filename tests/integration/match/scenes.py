"""Books that hold something before the CMMS does, and what became of it."""

from typing import Any

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.sync import connections

SEEDED = {
    "Amy's Bird Sanctuary", "Cool Cars", "Weiskopf Consulting",
    "Books by Bessie", "Robertson & Associates",
    "Services", "Hours", "Air filter 20x25",
}  # fmt: skip
HARBOR: dict[str, Any] = {
    "DisplayName": "Harbor Hotel",
    "PrimaryEmailAddr": {"Address": "ap@harbor.example"},
}


def pull(shop: Shop, *resources: Resource) -> None:
    """Everything of these is read from the books."""
    for resource in resources or (Resource.CUSTOMERS,):
        connections.ask(shop.services, shop.connection_id, resource)
    shop.work()


def glance(shop: Shop, resource: Resource = Resource.CUSTOMERS) -> None:
    """The same with one hint: what is unknown by then stays so."""
    connections.ask(shop.services, shop.connection_id, resource)
    shop.drive()


def customer(shop: Shop, name: str = "Harbor Hotel") -> dict[str, Any]:
    """A customer of the books."""
    return next(one for one in shop.books("Customer") if one["DisplayName"] == name)


def ref_of(shop: Shop, name: str = "Harbor Hotel") -> str:
    return str(customer(shop, name)["Id"])


def discovered(shop: Shop) -> dict[str, dict[str, Any]]:
    """What the CMMS was told of what it does not have, by name, but for what every company of the
    simulator holds from the start; never anything twice."""
    told = [e["data"] for e in shop.events() if e["type"] == "accounting.record.discovered"]
    assert len({(one["kind"], one["ref"]) for one in told}) == len(told)
    return {one["record"]["name"]: one for one in told if one["record"]["name"] not in SEEDED}


def changed(shop: Shop, record_id: str) -> list[str]:
    """The fields that the CMMS was told last to be others in the books."""
    told = [e for e in shop.events(record_id) if e["type"] == "accounting.record.changed"]
    return list(told[-1]["data"]["changed"]) if told else []


def waits(shop: Shop, record_id: str) -> list[str]:
    """What a record waits for."""
    link = shop.link(record_id)
    return list(link.waiting_on) if link.state == "waiting" else []
