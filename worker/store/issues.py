"""Issues: one cause, open or closed, with what is to be said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.ledger_tables import issues
from worker.store.session import Session
from worker.terms import Cause


@dataclass(frozen=True)
class Issue:
    """An open issue; `names` fill the sentence of its code."""

    cause: Cause
    code: str  # a key of worker.failures.CODES
    names: Mapping[str, str]
    since: datetime


def raise_(
    session: Session, connection_id: int, cause: Cause, code: str, names: Mapping[str, str]
) -> None:
    """Open an issue, or see an open one again: as it is said now."""
    values = {"code": code, "names": dict(names)}
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
    query = sa.select(issues).where(
        issues.c.connection_id == connection_id, issues.c.closed_at.is_(None)
    )
    if codes is not None:
        query = query.where(issues.c.code.in_(codes))
    rows = session.execute(query.order_by(issues.c.first_seen_at, issues.c.id))
    return [Issue(Cause.parse(row.cause), row.code, row.names, row.first_seen_at) for row in rows]


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
