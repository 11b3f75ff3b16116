"""Connections: one tenant's access to one company's books, and when it has work to do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from worker.store.session import Session
from worker.store.tables import connections

NO_CONSENT = dict.fromkeys(("consent_state", "consent_expires_at", "consent_kept"))
"""The values of a row without a consent under way."""


@dataclass(frozen=True)
class Connection:
    """A row of `connections`; tokens and secret are still sealed."""

    id: int
    tenant_id: str
    provider: str
    environment: str
    company_id: str | None
    company: Mapping[str, Any]
    client_id: str
    client_secret: bytes
    webhook_secret: bytes | None
    access_token: bytes | None
    refresh_token: bytes | None
    access_expires_at: datetime | None
    refresh_expires_at: datetime | None
    token_version: int
    state: str  # new, active, paused, disabled, disconnected
    paused_code: str | None
    consent_state: str | None
    consent_expires_at: datetime | None
    consent_kept: bytes | None
    settings: Mapping[str, Any]
    mapping: Mapping[str, str]
    budget: Mapping[str, Any]
    start_date: date | None
    hold_until: datetime | None
    held_for: str | None
    failures: int
    next_due: datetime | None
    wake_seq: int
    hinted_at: datetime | None
    created_at: datetime


def get(session: Session, connection_id: int) -> Connection:
    return _one(session, connections.c.id == connection_id)


def is_there(session: Session, connection_id: int) -> bool:
    query = sa.select(connections.c.id).where(connections.c.id == connection_id)
    return session.execute(query).first() is not None


def lock(session: Session, connection_id: int) -> Connection:
    """The row, locked against everybody who wakes or waits: taken before any link."""
    query = connections.select().where(connections.c.id == connection_id).with_for_update()
    return _connection(session.execute(query).one())


def find(
    session: Session, tenant_id: str | None = None, provider: str | None = None
) -> list[Connection]:
    query = connections.select().order_by(connections.c.id)
    if tenant_id is not None:
        query = query.where(connections.c.tenant_id == tenant_id)
    if provider is not None:
        query = query.where(connections.c.provider == provider)
    return [_connection(row) for row in session.execute(query)]


def of_companies(session: Session, provider: str, company_ids: Iterable[str]) -> list[Connection]:
    """The connections that are bound to these companies, whatever their environment."""
    query = connections.select().where(
        connections.c.provider == provider, connections.c.company_id.in_(sorted(company_ids))
    )
    return [_connection(row) for row in session.execute(query.order_by(connections.c.id))]


def webhook_secrets(session: Session, provider: str) -> set[bytes]:
    """What the ledger signs its webhooks with, sealed; one secret may be there many times."""
    query = sa.select(connections.c.webhook_secret).where(
        connections.c.provider == provider, connections.c.webhook_secret.is_not(None)
    )
    return {bytes(sealed) for sealed in session.execute(query).scalars()}


def active(session: Session, ids: Iterable[int]) -> dict[int, Connection]:
    """Those of these connections that are not at rest, by id."""
    query = connections.select().where(
        connections.c.id.in_(sorted(ids)), connections.c.state == "active"
    )
    return {row.id: _connection(row) for row in session.execute(query)}


def add(session: Session, values: Mapping[str, object]) -> int:
    query = connections.insert().values(**values).returning(connections.c.id)
    return int(session.execute(query).scalar_one())


def change(session: Session, connection_id: int, **values: object) -> None:
    session.execute(connections.update().where(connections.c.id == connection_id).values(**values))


def holder(session: Session, provider: str, environment: str, company_id: str) -> int | None:
    """The connection that a company is bound to, whatever its tenant."""
    query = sa.select(connections.c.id).where(
        connections.c.provider == provider,
        connections.c.environment == environment,
        connections.c.company_id == company_id,
    )
    found: int | None = session.execute(query).scalar()
    return found


def store_tokens(
    session: Session, connection_id: int, version: int, values: Mapping[str, object]
) -> bool:
    """Compare-and-swap on the token version; False if somebody stored newer ones before."""
    query = (
        connections.update()
        .where(connections.c.id == connection_id, connections.c.token_version == version)
        .values(token_version=version + 1, **values)
    )
    return session.execute(query).rowcount == 1


def pause(session: Session, connection_id: int, version: int, code: str) -> bool:
    """Pause an active connection; False if its tokens changed since `version`, or it is not
    active."""
    query = (
        connections.update()
        .where(
            connections.c.id == connection_id,
            connections.c.token_version == version,
            connections.c.state == "active",
        )
        .values(state="paused", paused_code=code)
    )
    return session.execute(query).rowcount == 1


_LAPSED = sa.text("""
    UPDATE connections SET consent_kept = NULL
    WHERE id IN (
        SELECT id FROM connections
        WHERE consent_kept IS NOT NULL AND consent_expires_at < clock_timestamp()
        ORDER BY id FOR UPDATE SKIP LOCKED)
""")


def forget_lapsed_consents(session: Session) -> int:
    """Forget what was kept for consents that nobody can go on with any more; returns how many."""
    return session.execute(_LAPSED).rowcount


_WAKE = sa.text("""
    UPDATE connections SET wake_seq = wake_seq + 1,
        next_due = least(next_due, clock_timestamp() + make_interval(secs => :delay))
    WHERE id IN (SELECT id FROM connections WHERE id = ANY(:ids) ORDER BY id FOR UPDATE)
""")


def wake(session: Session, ids: Sequence[int], delay: float = 0.0) -> None:
    """Something became due, or will be after `delay` seconds: whoever is driving now must not
    overwrite `next_due` (design 3)."""
    if ids:
        session.execute(_WAKE, {"ids": sorted(ids), "delay": delay})


_TAKE = sa.text("""
    UPDATE connections SET wake_seq = wake_seq + 1, next_due = least(next_due, clock_timestamp())
    WHERE id = :id RETURNING *
""")


def take(session: Session, connection_id: int) -> Connection:
    """Lock the row before its links are changed, against those who remove causes as well; wake
    whoever is about to sleep, and show that issues may be others. The row as it is now."""
    return _connection(session.execute(_TAKE, {"id": connection_id}).one())


_SLEEP = sa.text("""
    UPDATE connections c
    SET next_due = CASE WHEN w.due IS NOT NULL THEN greatest(w.due, c.hold_until) END, hinted_at =
    NULL FROM (SELECT least(
        (SELECT greatest(min(next_attempt_at), clock_timestamp() + make_interval(secs => :delay))
         FROM links WHERE connection_id = :id AND state = 'due' AND :pushing
         HAVING min(next_attempt_at) IS NOT NULL),
        (SELECT min(settle_at) FROM submissions WHERE connection_id = :id AND state = 'open'),
        (SELECT min(next_attempt_at) FROM runs
         WHERE connection_id = :id AND state IN ('queued', 'running'))) AS due) w
    WHERE c.id = :id AND c.wake_seq = :seq
    RETURNING c.id
""")


def sleep(
    session: Session, connection_id: int, wake_seq: int, *, pushing: bool, delay: float
) -> bool:
    """Write when there is work again; False if somebody woke the connection since `wake_seq` was
    read.

    `pushing`: links count only once accounts and taxes were pulled. `delay`: seconds until due
    links may go (they collect company, or the budget is spent). Hints that came meanwhile are taken
    up with this: who brought them found the lease taken, and left.
    """
    values = {"id": connection_id, "seq": wake_seq, "pushing": pushing, "delay": delay}
    return session.execute(_SLEEP, values).first() is not None


def hold(session: Session, connection_id: int, seconds: float, why: str) -> None:
    """Nothing is sent or read before then; never shortens an earlier hold."""
    until = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    session.execute(
        connections.update()
        .where(connections.c.id == connection_id)
        .values(hold_until=sa.func.greatest(connections.c.hold_until, until), held_for=why)
    )


def _one(session: Session, condition: sa.ColumnElement[bool]) -> Connection:
    return _connection(session.execute(connections.select().where(condition)).one())


_SINCE = sa.text("""
    SELECT c.id, coalesce(s.since, c.created_at) AS since
    FROM connections c LEFT JOIN connection_states s ON s.connection_id = c.id
    WHERE c.id = ANY(:ids)
""")


def states_since(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Since when connections are in the state that they are in."""
    rows = session.execute(_SINCE, {"ids": list(ids)})
    return {row.id: row.since for row in rows}


def _connection(row: sa.Row[Any]) -> Connection:
    # By name: a newer version may have added columns, and we work beside it.
    return Connection(**{name: getattr(row, name) for name in Connection.__dataclass_fields__})
