"""One-time states: whoever brings one back was sent away by us, to this end, within 15 minutes.

Only its hash is in the connection's row, where the next one replaces it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.exc import NoResultFound

from worker.errors import Misuse
from worker.store import connections
from worker.store.connections import Connection
from worker.store.session import Session, now
from worker.sync.refused import check_enabled, refused
from worker.sync.services import Services

LIFETIME = timedelta(minutes=15)
_TOO_LONG = 19  # digits, for the number of a row


class End(StrEnum):
    """What a state is good for: none passes for another."""

    RETURN = "return"  # of the browser from the ledger
    CHOICE = "choice"  # of one of the companies


@dataclass(frozen=True)
class State:
    """A new one; `hashed` is all that is kept of it."""

    text: str = field(repr=False)
    hashed: str


def new(connection_id: int, end: End) -> State:
    """The number only leads to the row; what proves that it is ours is the secret behind it."""
    secret = secrets.token_urlsafe(32)
    return State(f"{connection_id}.{secret}", _hashed(end, secret))


def take(services: Services, provider: str, state: str, end: End) -> Connection:
    """The connection whose state this is; used up and committed before anything else happens.

    Raises: Misuse.
    """
    with services.database.begin() as session:
        row = _begun(session, provider, state, end)
        connections.change(session, row.id, **connections.NO_CONSENT)
        moment = now(session)
    _check_lives(row, moment)
    check_enabled(row)
    return row


def look(services: Services, provider: str, state: str, end: End) -> Connection:
    """The same, and the state stays good. Raises: Misuse."""
    with services.database.begin() as session:
        row = _begun(session, provider, state, end)
        _check_lives(row, now(session))
    return row


def _begun(session: Session, provider: str, state: str, end: End) -> Connection:
    """The locked connection whose open consent this is; a wrong guess leaves it open."""
    number, _, secret = state.partition(".")
    known = number.isascii() and number.isdigit() and len(number) < _TOO_LONG
    row = _locked(session, int(number)) if known else None
    if row is None or row.provider != provider or not _is_state_of(row, end, secret):
        text = "This consent was not started here, or it was used already."
        raise Misuse("state_unknown", f"{text} Start again with `books connections connect`.")
    return row


def _locked(session: Session, connection_id: int) -> Connection | None:
    try:
        return connections.lock(session, connection_id)
    except NoResultFound:
        return None


def _is_state_of(row: Connection, end: End, secret: str) -> bool:
    return hmac.compare_digest(row.consent_state or "", _hashed(end, secret))


def _hashed(end: End, secret: str) -> str:
    return hashlib.sha256(f"{end} {secret}".encode()).hexdigest()


def _check_lives(row: Connection, moment: datetime) -> None:
    if row.consent_expires_at is None or row.consent_expires_at < moment:
        raise refused(row, "This consent took longer than 15 minutes.")
