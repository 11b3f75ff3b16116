"""A database that was restored or failed over: what it has forgotten may be in the books (design
5.10)."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime

from worker.errors import Misuse
from worker.store import acts, connections, installation, looking, sealed
from worker.store.acts import Act
from worker.store.installation import Standing
from worker.store.session import Session
from worker.sync.services import Services

log = logging.getLogger(__name__)

SUBJECT = "installation"
"""The subject of the acts by which people declared and cleared it."""


@dataclass(frozen=True)
class Decision:
    """Who said so, and why."""

    who: str
    note: str | None = None


def notice(session: Session) -> datetime | None:
    """Since when creates are looked up first; None: they need not be.

    Asked of every driver before its first call, so that nothing is sent by what an older database
    knew.
    """
    return _noted(session).restored_at


def note(services: Services) -> Standing:
    """The same for people, who hear of it though nothing is due."""
    with services.database.begin() as session:
        return _noted(session)


def tick(services: Services) -> None:
    """The same once a minute; that it was done tells `books doctor` that the clock goes."""
    with services.database.begin() as session:
        _noted(session)
        installation.tick(session)


def _noted(session: Session) -> Standing:
    standing = installation.note(session)
    if standing.moved:
        log.warning("database.restored", extra=asdict(standing.identity))
    return standing


def declare(services: Services, decision: Decision) -> datetime:
    """A person says that the database was restored, which PostgreSQL cannot tell of a copy of the
    disk, or of a backup that is older than this table; since when it is one."""
    with services.database.begin() as session:
        _noted(session)
        since = installation.declare(session)
        result = {"restored_at": since.isoformat()}
        acts.note(session, Act(decision.who, "declare", SUBJECT, decision.note, result=result))
    return since


def clear(services: Services, decision: Decision) -> datetime:
    """A person says that the books and the tables agree again; since when they did not.

    What is not in the books as far as we know (it waits, or failed) is looked up all the same once
    its turn comes: it may have been made after the backup.
    Raises: Misuse where nothing was restored.
    """
    if (noticed := note(services).restored_at) is not None:
        for connection_id in sealed.ids(services.database):
            while _doubt(services, connection_id, noticed):
                pass
    with services.database.begin() as session:
        since = notice(session)
        if since is None or not installation.clear(session):
            raise Misuse("not_restored", "the database is no restored one: nothing to clear")
        result = {"restored_at": since.isoformat()}
        acts.note(session, Act(decision.who, "clear", SUBJECT, decision.note, result=result))
    return since


def _doubt(services: Services, connection_id: int, since: datetime) -> bool:
    with services.database.begin() as session:
        if not connections.is_there(session, connection_id):
            return False  # its tenant was erased meanwhile
        connections.lock(session, connection_id)
        return looking.make_all_unsure(session, connection_id, since)
