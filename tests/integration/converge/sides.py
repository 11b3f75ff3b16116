"""A company's books and a simulated CMMS, brought together by hand: no process, no broker."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from events.delivery import Delivery
from events.message import Message
from tests.builders import delivered
from tests.integration.workshop import MAPPING, OpenShop, Shop
from tests.simulators.cmms.records import Cmms, Event, Record
from worker.policies import Conflict, Policies
from worker.providers.port import Resource
from worker.sync import connections

ENTITIES = {"customer": "Customer", "vendor": "Vendor", "item": "Item"}
_MOST_ROUNDS = 8


class NeverAgreed(AssertionError):
    """Both sides went on telling each other of changes."""


@dataclass
class Sides:
    """One tenant on both sides."""

    shop: Shop = field(repr=False)  # hypothesis would print all that they hold
    cmms: Cmms = field(repr=False)
    _heard: int = 0  # up to this row of the outbox

    def deliver(self, events: Iterable[Event]) -> None:
        """Taken in, in this order."""
        for event in events:
            self.shop.take(_delivery(event))

    def hear(self) -> list[Event]:
        """The CMMS lives with all that it was told; what it publishes in answer."""
        query = "SELECT id, envelope FROM outbox WHERE tenant_id = :t AND id > :last ORDER BY id"
        told = self.shop.all(query, t=self.shop.tenant, last=self._heard)
        self._heard = max((row.id for row in told), default=self._heard)
        return [answer for row in told for answer in self.cmms.hear(row.envelope)]

    def rest(self) -> None:
        """Work, pull what changed and tell it until nobody has anything more to say."""
        for _ in range(_MOST_ROUNDS):
            self.shop.work()
            connections.ask(self.shop.services, self.shop.connection_id, Resource.PAYMENTS)
            self.shop.work()
            answers = self.hear()
            if not answers:
                return
            self.deliver(answers)
        raise NeverAgreed(f"after {_MOST_ROUNDS} rounds: {self.shop.told()[-10:]}")

    def writes(self) -> int:
        """Documents and list entries sent to the books so far."""
        return sum(self.shop.simulator.stat(name) for name in ("singles", "batch_items"))

    def held(self, record: Record) -> dict[str, Any]:
        """The record as the books hold it."""
        found = self.shop.books(ENTITIES[record.kind])
        return next(one for one in found if one["Id"] == record.ref)

    def edit(self, record: Record, **fields: object) -> None:
        """A bookkeeper changes the record in the books."""
        self.shop.enter(ENTITIES[record.kind], "update", Id=record.ref, **fields)


def open_sides(open_shop: OpenShop, conflict: Conflict) -> Sides:
    """Connected and mapped; what the books held from the start is in the CMMS as well."""
    shop = open_shop()
    shop.work()
    numbers = {a["AcctNum"]: a["Id"] for a in shop.books("Account") if "AcctNum" in a}
    policies = Policies(conflict=conflict).dump()
    shop.change(
        mapping={key: numbers[number] for key, number in MAPPING.items()},
        settings={**shop.row().settings, "policies": policies},
    )
    sides = Sides(shop, Cmms(shop.tenant))
    sides.rest()
    return sides


def _delivery(event: Event) -> Delivery:
    return delivered(Message(json.dumps(event).encode(), event["type"]))
