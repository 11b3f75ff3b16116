"""Keys of encryption: what still needs an old one, and all of it sealed by the first."""

from dataclasses import dataclass

from worker.errors import Misuse
from worker.store import acts, connections, sealed
from worker.store.acts import Act
from worker.store.connections import Connection
from worker.sync.services import Services

SUBJECT = "keys"
"""The subject of the acts by which people re-sealed what is secret."""


@dataclass(frozen=True)
class Unreadable:
    """A secret that none of the keys reads: whose it is, and in which column."""

    connection_id: int
    tenant: str
    provider: str
    column: str


@dataclass(frozen=True)
class Tally:
    """How many secrets there are, how many of them need an old key (or did until now), and those
    that no key reads."""

    secrets: int = 0
    old: int = 0
    unreadable: tuple[Unreadable, ...] = ()

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            self.secrets + other.secrets,
            self.old + other.old,
            (*self.unreadable, *other.unreadable),
        )


def check(services: Services) -> Tally:
    """Count what needs an old key; changes nothing."""
    total = Tally()
    for connection_id in sealed.ids(services.database):
        with services.database.begin() as session:
            if not connections.is_there(session, connection_id):
                continue  # its tenant was erased meanwhile
            row = connections.get(session, connection_id)
        total = total.plus(_renewed(services, row)[0])
    return total


def rotate(services: Services, who: str, note: str | None = None) -> Tally:
    """Seal every secret with the first key, one connection at a time: safe to interrupt and to
    repeat. What no key reads stays as it is."""
    total = Tally()
    for connection_id in sealed.ids(services.database):
        with services.database.begin() as session:
            if not connections.is_there(session, connection_id):
                continue
            tally, fresh = _renewed(services, connections.lock(session, connection_id))
            sealed.store(session, connection_id, fresh)
        total = total.plus(tally)
    result = {"resealed": total.old, "unreadable": len(total.unreadable)}
    with services.database.begin() as session:
        acts.note(session, Act(who, "rotate", SUBJECT, note, result=result))
    return total


def _renewed(services: Services, row: Connection) -> tuple[Tally, dict[str, bytes]]:
    """How a connection's secrets stand, and those under an old key sealed anew."""
    held, fresh, unreadable = sealed.values(row), {}, []
    for column, value in held.items():
        if services.cipher.is_current(value):
            continue
        try:
            fresh[column] = services.cipher.renewed(value)
        except Misuse:
            unreadable.append(Unreadable(row.id, row.tenant_id, row.provider, column))
    return Tally(len(held), len(fresh), tuple(unreadable)), fresh
