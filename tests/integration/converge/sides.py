"""A company's books and a simulated CMMS, brought together by hand: no process, no broker."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from events.delivery import Delivery
from events.message import Message
from tests.builders import delivered
from tests.integration.converge.ledgers import QUICKBOOKS, XERO, Held, Ledger
from tests.integration.simulator import Simulator
from tests.integration.tenant import Tenant
from tests.integration.workshop import MAPPING, OpenShop
from tests.integration.xero.shop import OpenShop as OpenXeroShop
from tests.simulators.cmms.records import Cmms, Event, Record
from worker.policies import Conflict, Policies
from worker.sync import connections

_MOST_ROUNDS = 8


class NeverAgreed(AssertionError):
    """Both sides went on telling each other of changes."""


@dataclass
class Sides:
    """One tenant on both sides."""

    shop: Tenant = field(repr=False)  # hypothesis would print all that they hold
    simulator: Simulator = field(repr=False)
    company: str
    ledger: Ledger = field(repr=False)
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
            for resource in self.ledger.pulls:
                connections.ask(self.shop.services, self.shop.connection_id, resource)
            self.shop.work()
            answers = self.hear()
            if not answers:
                return
            self.deliver(answers)
        raise NeverAgreed(f"after {_MOST_ROUNDS} rounds: {self.shop.told()[-10:]}")

    def books(self, entity: str) -> list[Held]:
        """All records of an entity in the books."""
        path = f"companies/{self.company}/entities/{entity}"
        return list(self.simulator.control("GET", path))

    def held(self, record: Record) -> Held | None:
        """The record as the books hold it, if they do."""
        found = self.books(self.ledger.entities[record.kind])
        return next((one for one in found if one[self.ledger.ids[record.kind]] == record.ref), None)

    def is_active(self, record: Record) -> bool:
        """Whether the books hold it and use it."""
        held = self.held(record) if record.ref else None
        return held is not None and self.ledger.is_active(held)

    def totals(self, invoice_id: str) -> list[float]:
        """What the invoices of the books come to that bear this one's marker."""
        mark = f" {invoice_id}]"
        return [self.ledger.total(one) for one in self.books("Invoice") if mark in str(one)]

    def edit(self, record: Record, **fields: object) -> None:
        """A bookkeeper changes the record in the books."""
        held = self.held(record) or {}
        told = {name: held[name] for name in self.ledger.repeated if name in held}
        body = {self.ledger.ids[record.kind]: record.ref, **told, **fields}
        entity = self.ledger.entities[record.kind]
        path = f"companies/{self.company}/entities/{entity}?operation=update"
        self.simulator.control("POST", path, body)


def open_sides(open_shop: OpenShop, conflict: Conflict) -> Sides:
    """Connected and mapped; what the books held from the start is in the CMMS as well."""
    shop = open_shop()
    shop.work()
    numbers = {a["AcctNum"]: a["Id"] for a in shop.books("Account") if "AcctNum" in a}
    shop.change(mapping={key: numbers[number] for key, number in MAPPING.items()})
    return _begun(shop, shop.simulator, shop.company, QUICKBOOKS, conflict)


def open_xero_sides(open_shop: OpenXeroShop, conflict: Conflict) -> Sides:
    """The same with an organisation in Xero."""
    shop = open_shop()
    return _begun(shop, shop.simulator, shop.company, XERO, conflict)


def _begun(
    shop: Tenant, simulator: Simulator, company: str, ledger: Ledger, conflict: Conflict
) -> Sides:
    policies = Policies(conflict=conflict).dump()
    shop.change(settings={**shop.row().settings, "policies": policies})
    sides = Sides(shop, simulator, company, ledger, Cmms(shop.tenant, ledger.name))
    sides.rest()
    return sides


def _delivery(event: Event) -> Delivery:
    return delivered(Message(json.dumps(event).encode(), event["type"]))
