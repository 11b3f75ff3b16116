"""A change of a connection: one transaction on its locked row, and hints once it is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import NoResultFound

from schemas.status import Status
from worker.errors import Misuse
from worker.store import connections, hints, outbox
from worker.store.connections import Connection
from worker.store.session import Session
from worker.sync.effects import Effects
from worker.sync.failed_runs import fail_asked
from worker.sync.services import Services
from worker.sync.tell import Origin, tell


@dataclass
class Change:
    """One transaction on a connection's locked row, and whom to hint once it is committed."""

    session: Session
    connection: Connection
    partitions: set[int] = field(default_factory=set)
    hinted: list[int] = field(default_factory=list)
    ended: Effects = field(default_factory=Effects)  # runs that nobody will answer any more

    def set(self, **values: object) -> None:
        connections.change(self.session, self.connection.id, **values)

    def tell(self, status: Status) -> None:
        event = tell(self.connection.tenant_id, status, Origin(), "connection")
        self.partitions |= outbox.add(self.session, [event])

    def answer_asked(self, code: str) -> None:
        """The connection comes to rest: nobody must wait for what was asked of it."""
        self.ended = fail_asked(self.session, self.connection, code)
        self.ended.write(self.session)
        self.partitions |= self.ended.partitions

    def wake(self) -> None:
        """There is work: whatever the driver believes, and whether or not it is hinted."""
        connections.wake(self.session, [self.connection.id])
        self.hinted = hints.claim_hints(self.session, [self.connection.id])


@contextmanager
def change(services: Services, connection_id: int) -> Iterator[Change]:
    """Lock a connection, change it, commit, then hint. Raises Misuse if there is none."""
    with services.database.begin() as session:
        try:
            row = connections.lock(session, connection_id)
        except NoResultFound:
            raise unknown(str(connection_id)) from None
        changing = Change(session, row)
        yield changing
    changing.ended.count()
    services.hints.drive(changing.hinted)
    services.hints.relay(sorted(changing.partitions))


def unknown(name: str) -> Misuse:
    text = f"there is no connection {name}; `books connections list` shows all"
    return Misuse("unknown_connection", text)
