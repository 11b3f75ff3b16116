"""The lease on a connection: who holds it drives, refreshes tokens and writes to the books,
alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Session
from sqlalchemy.exc import DBAPIError

from worker.errors import LeaseLost
from worker.store.session import Database

_NAMESPACE = 0x424F4F4B << 32  # "BOOK": keeps our advisory locks apart from everybody else's
_TRY = sa.text("SELECT pg_try_advisory_xact_lock(:key)")
_ALIVE = sa.text("SELECT 1")


class Lease:
    """Held as long as its transaction lives; usable from several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._mutex = threading.Lock()

    def check(self) -> None:
        """Make sure, immediately before a send, that the lease still stands.

        Raises: LeaseLost if PostgreSQL no longer knows this transaction.
        """
        try:
            with self._mutex:
                self._session.execute(_ALIVE)
        except DBAPIError as error:
            raise LeaseLost("the lease is gone with its database connection") from error


@contextmanager
def lease(database: Database, connection_id: int) -> Iterator[Lease | None]:
    """Take the lease on a connection, or get None where somebody else has it."""
    with database.leases.connect() as session:
        held = session.execute(_TRY, {"key": _NAMESPACE + connection_id}).scalar_one()
        try:
            yield Lease(session) if held else None
        finally:
            _release(session)


def _release(session: Session) -> None:
    try:
        session.rollback()
    except DBAPIError:
        session.invalidate()  # the connection is dead, and the lock died with it
