"""The sealed columns of connections, for those who re-seal them."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from worker.store.connections import Connection, change
from worker.store.session import Database, Session
from worker.store.tables import connections

COLUMNS = tuple(c.name for c in connections.c if isinstance(c.type, sa.LargeBinary))
_CHUNK = 500


def ids(database: Database) -> Iterator[int]:
    """All connections, in short transactions; those that are added meanwhile too."""
    after = 0
    while True:
        query = sa.select(connections.c.id).where(connections.c.id > after)
        with database.begin() as session:
            found = list(session.execute(query.order_by(connections.c.id).limit(_CHUNK)).scalars())
        yield from found
        if not found:
            return
        after = found[-1]


def values(row: Connection) -> dict[str, bytes]:
    """What is sealed of a connection, by column."""
    held = {name: getattr(row, name) for name in COLUMNS}
    return {name: bytes(value) for name, value in held.items() if value is not None}


def store(session: Session, connection_id: int, fresh: Mapping[str, bytes]) -> None:
    """Write re-sealed values into a row that is locked, so that no refresh comes in between."""
    if fresh:
        change(session, connection_id, **fresh)
