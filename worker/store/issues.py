"""Issues: one cause, open or closed, with what is to be said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.ledger_tables import issues
from worker.store.session import Session
from worker.terms import Cause


@dataclass(frozen=True)
class Issue:
    """A cause that a person must mend; `names` fill the sentence of its code.

    `records` stand still for it, `held_up` are these and all that wait for them in turn.
    """

    id: int
    connection_id: int
    cause: Cause
    code: str  # a key of worker.failures.CODES
    names: Mapping[str, str]
    causes: tuple[str, ...]  # as links write it
    records: int
    held_up: int
    examples: tuple[tuple[str, str], ...]  # kind and record id of some of them
    since: datetime
    last_seen: datetime
    closed: datetime | None
    derived: bool  # from links, which close it as well


def raise_(
    session: Session, connection_id: int, cause: Cause, code: str, names: Mapping[str, str]
) -> None:
    """Open an issue, or see an open one again: as it is said now."""
    values = {"code": code, "names": dict(names), "derived": False}
    query = insert(issues).values(connection_id=connection_id, cause=str(cause), **values)
    session.execute(
        query.on_conflict_do_update(
            index_elements=["connection_id", "cause"],
            index_where=issues.c.closed_at.is_(None),
            set_=values | {"last_seen_at": sa.func.clock_timestamp()},
        )
    )


def close(session: Session, connection_id: int, causes: Sequence[Cause]) -> None:
    """What they are about is mended; a cause without an open issue is none."""
    if causes:
        session.execute(
            issues.update()
            .where(
                issues.c.connection_id == connection_id,
                issues.c.cause.in_([str(cause) for cause in causes]),
                issues.c.closed_at.is_(None),
            )
            .values(closed_at=sa.func.clock_timestamp())
        )


def open_ones(
    session: Session, connection_id: int, codes: Sequence[str] | None = None
) -> list[Issue]:
    """The open issues of a connection (of these codes), the oldest first."""
    return sorted(of(session, [connection_id], codes), key=lambda one: (one.since, one.id))


def of(
    session: Session, connection_ids: Sequence[int], codes: Sequence[str] | None = None
) -> list[Issue]:
    """The open issues of these connections (of these codes)."""
    query = sa.select(issues).where(
        issues.c.connection_id.in_(connection_ids), issues.c.closed_at.is_(None)
    )
    if codes is not None:
        query = query.where(issues.c.code.in_(codes))
    return [_issue(row) for row in session.execute(query.order_by(issues.c.id))]


def get(session: Session, number: int) -> Issue | None:
    """One issue, open or closed."""
    row = session.execute(issues.select().where(issues.c.id == number)).first()
    return None if row is None else _issue(row)


def _issue(row: sa.Row[Any]) -> Issue:
    return Issue(
        id=row.id,
        connection_id=row.connection_id,
        cause=Cause.parse(row.cause),
        code=row.code,
        names=row.names,
        causes=tuple(row.causes),
        records=row.records,
        held_up=row.held_up,
        examples=tuple((kind, record_id) for kind, record_id in row.examples),
        since=row.first_seen_at,
        last_seen=row.last_seen_at,
        closed=row.closed_at,
        derived=row.derived,
    )


def counts(session: Session) -> dict[str, int]:
    """Open issues of all connections, by code."""
    query = sa.select(issues.c.code, sa.func.count()).where(issues.c.closed_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(issues.c.code))}


_ACCOUNTS_OF_ITEMS = sa.text("""
    SELECT named, count(DISTINCT l.id) FROM links l JOIN documents d ON d.id = l.document_id,
        LATERAL (VALUES (d.snapshot ->> 'income_account'), (d.snapshot ->> 'expense_account'),
                        (d.snapshot ->> 'asset_account')) AS a (named)
    WHERE l.connection_id = :id AND l.kind = 'item' AND NOT d.removed AND named IS NOT NULL
    GROUP BY named
""")


def accounts_of_items(session: Session, connection_id: int) -> dict[str, int]:
    """The accounts that items name, in the CMMS's words: how many items each."""
    rows = session.execute(_ACCOUNTS_OF_ITEMS, {"id": connection_id})
    return {row[0]: row[1] for row in rows}


_WAITING = sa.text("""
    SELECT w, count(*) FROM links, unnest(waiting_on) w
    WHERE connection_id = :id AND state = 'waiting' AND split_part(w, ':', 1) = ANY(:kinds)
    GROUP BY w
""")


def waited_for(session: Session, connection_id: int, kinds: Sequence[str]) -> dict[Cause, int]:
    """What links wait for, of these kinds of cause: how many links each."""
    rows = session.execute(_WAITING, {"id": connection_id, "kinds": list(kinds)})
    return {Cause.parse(row[0]): row[1] for row in rows}
