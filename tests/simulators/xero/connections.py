"""Which organisations a user has connected to an app, and /connections (Xero: identity API)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.xero.clock import now
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.wire import Json


@dataclass(frozen=True)
class Person:
    """A user of Xero as one app knows him."""

    app: str  # client id
    user: str


@dataclass
class Connection:
    """It outlives a disconnect: who connects again gets the same one back."""

    person: Person
    tenant: str
    tenant_type: str = "ORGANISATION"
    event: str = ""  # the consent that it was last connected in
    alive: bool = True
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)

    def data(self, name: str | None) -> dict[str, Json]:
        return {
            "id": self.id,
            "authEventId": self.event,
            "tenantId": self.tenant,
            "tenantType": self.tenant_type,
            "tenantName": name,
            "createdDateUtc": _stamp(self.created),
            "updatedDateUtc": _stamp(self.updated),
        }


class Connections:
    """All of them; the oldest comes first in every list. The caller holds the lock of OAuth."""

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self._organisations = organisations
        self._known: dict[tuple[Person, str], Connection] = {}

    def connect(
        self, person: Person, tenant: str, event: str, kind: str = "ORGANISATION"
    ) -> Connection:
        """A consent for one tenant, new or given again."""
        made = Connection(person, tenant, kind)
        connection = self._known.setdefault((person, tenant), made)
        connection.event, connection.alive = event, True
        connection.updated = now()
        return connection

    def reaches(self, person: Person, tenant: str) -> bool:
        found = self._known.get((person, tenant))
        return found is not None and found.alive

    def listed(self, person: Person, event: str | None) -> list[dict[str, Json]]:
        return [
            connection.data(self._name(connection.tenant))
            for connection in self._alive()
            if connection.person == person and event in (None, connection.event)
        ]

    def of_tenant(self, tenant: str) -> list[Connection]:
        return [connection for connection in self._alive() if connection.tenant == tenant]

    def remove(self, person: Person, number: str | None = None) -> bool:
        """End one connection of a person, or all of them; whether there was one."""
        ended = [
            connection
            for connection in self._alive()
            if connection.person == person and number in (None, connection.id)
        ]
        for connection in ended:
            connection.alive = False
        return bool(ended)

    def _alive(self) -> list[Connection]:
        return [connection for connection in self._known.values() if connection.alive]

    def _name(self, tenant: str) -> str | None:
        organisation = self._organisations.get(tenant)
        return organisation.name if organisation else None


def _stamp(moment: datetime) -> str:
    """Seven digits of a second and no zone, as recorded."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0"
