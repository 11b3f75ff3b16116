"""Access tokens: refreshed under the lease, stored before use; consent that is gone pauses."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from schemas.books import Company
from schemas.status import ConnectionReauthorizationRequired
from worker import metrics
from worker.errors import Disconnected, ProviderError
from worker.failures import describe
from worker.providers.authorizer import Application, Tokens
from worker.store import connections
from worker.store.connections import Connection
from worker.store.leases import Lease
from worker.store.secrets import Cipher
from worker.store.session import Session, now
from worker.sync.failed_runs import fail_asked
from worker.sync.login import Login
from worker.sync.services import Services
from worker.sync.tell import Origin, about, tell

log = logging.getLogger(__name__)

_ATTEMPTS = 3  # a reconnect may overtake a refresh; more than once in a moment is no coincidence


@dataclass(frozen=True)
class Held:
    """The tokens that a connection's row holds at this moment, in clear."""

    connection: Connection
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lives: timedelta


def access_token(services: Services, connection: Connection, lease: Lease) -> str:
    """A token that lives longer than `refresh_before`; refreshed under the lease where need be.

    Raises: Disconnected (the connection is paused by then), Unavailable, LeaseLost.
    """
    held = held_by(services, connection.id)
    if held.lives.total_seconds() > services.settings.refresh_before:
        return held.access_token
    return _refreshed(services, held, lease)


def renew(services: Services, connection_id: int, refused_token: str, lease: Lease) -> str:
    """Another token than the one that the ledger refused. Raises as `access_token`."""
    held = held_by(services, connection_id)
    if held.access_token != refused_token:
        return held.access_token
    return _refreshed(services, held, lease)


def held_by(services: Services, connection_id: int) -> Held:
    """The row as it is now. Raises Disconnected where there are no tokens (any more)."""
    with services.database.begin() as session:
        row, moment = connections.get(session, connection_id), now(session)
    if row.access_token is None or row.refresh_token is None or row.access_expires_at is None:
        raise Disconnected("the connection has no tokens", code="not_connected")
    return Held(
        connection=row,
        access_token=services.cipher.open(row.access_token),
        refresh_token=services.cipher.open(row.refresh_token),
        lives=row.access_expires_at - moment,
    )


def pause(services: Services, connection: Connection, code: str) -> bool:
    """Pause a connection and say so once; False if it has newer tokens or is not active."""
    with services.database.begin() as session:
        version = connection.token_version
        if not connections.pause(session, connection.id, version, code):
            return False
        reason = describe(code, {"company": company_name(connection)}).explanation
        status = ConnectionReauthorizationRequired(
            **about(connection), company=company_of(connection), reason=reason
        )
        told = tell(connection.tenant_id, status, Origin(), "connection")
        effects = fail_asked(session, connection, code)
        effects.told.insert(0, told)
        effects.write(session)
    effects.count()
    log.warning("connection.paused", extra={"connection": connection.id, "code": code})
    services.hints.relay(sorted(effects.partitions))
    return True


def stored(
    session: Session, cipher: Cipher, connection: Connection, tokens: Tokens, **values: object
) -> bool:
    """Store tokens and `values`, unless newer tokens were stored since `connection` was read."""
    moment = now(session)
    ends = tokens.refresh_lifetime
    sealed = {
        "access_token": cipher.seal(tokens.access_token),
        "refresh_token": cipher.seal(tokens.refresh_token),
        "access_expires_at": moment + tokens.access_lifetime,
        "refresh_expires_at": None if ends is None else moment + ends,
    }
    version = connection.token_version
    return connections.store_tokens(session, connection.id, version, sealed | values)


def application(cipher: Cipher, connection: Connection) -> Application:
    """The connection's application; of a public one the secret is kept as an empty text."""
    secret = cipher.open(connection.client_secret) or None
    login = Login.of(connection.settings)
    return Application(connection.client_id, secret, login.url, login.scope)


def company_of(connection: Connection) -> Company | None:
    """The company behind a connection as status events name it; None before the first consent."""
    if connection.company_id is None:
        return None
    known = connection.company
    return Company(
        ref=connection.company_id, name=known.get("name"), currency=known.get("currency")
    )


def company_name(connection: Connection) -> str:
    """What people call the company: its name once it is known, else its id."""
    return str(connection.company.get("name") or connection.company_id or "the company")


def _refreshed(services: Services, held: Held, lease: Lease) -> str:
    """Refresh until the tokens that count are stored.

    Killed between the answer and the commit, the next driver sends the stored refresh token again:
    it works until its successor takes hold.
    """
    for _ in range(_ATTEMPTS):
        lease.check()
        try:
            tokens = _ask(services, held)
        except Disconnected as error:
            newer = held_by(services, held.connection.id)
            if newer.refresh_token == held.refresh_token and _given_up(services, newer, error):
                raise
        else:
            with services.database.begin() as session:
                if stored(session, services.cipher, held.connection, tokens):
                    return tokens.access_token
            newer = held_by(services, held.connection.id)
        # A person has reconnected meanwhile: what they brought is newer than what we asked with.
        _count(held.connection, "superseded")
        if newer.lives > timedelta(0) and newer.access_token != held.access_token:
            return newer.access_token
        held = newer
    raise Disconnected("the tokens changed under every refresh", code="consent_withdrawn")


def _ask(services: Services, held: Held) -> Tokens:
    connection = held.connection
    authorizer = services.ledgers[connection.provider].authorizer
    try:
        tokens = authorizer.refresh(application(services.cipher, connection), held.refresh_token)
    except ProviderError as error:
        _count(connection, "refused" if isinstance(error, Disconnected) else "unavailable")
        log.warning(
            "token.refresh_failed",
            extra={
                "connection": connection.id,
                "reason": str(error),
                "correlation_id": error.correlation_id,
            },
        )
        raise
    _count(connection, "refreshed")
    log.info("token.refreshed", extra={"connection": connection.id})
    return tokens


def _given_up(services: Services, held: Held, error: Disconnected) -> bool:
    """Whether the refusal stands: the connection is paused now, or was no longer active anyhow."""
    if pause(services, held.connection, error.code):
        return True
    return held_by(services, held.connection.id).connection.token_version == (
        held.connection.token_version
    )


def _count(connection: Connection, result: str) -> None:
    metrics.TOKEN_REFRESHES.labels(connection.provider, result).inc()
