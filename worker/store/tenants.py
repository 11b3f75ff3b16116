"""Tenants: who there is, all rows of one, and the end of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from worker.store import inbox
from worker.store.operation_tables import acts
from worker.store.ownership import SECRET, Owner, connections_of, owned
from worker.store.session import Database, Session
from worker.store.tables import connections

_CHUNK = 5000


@dataclass(frozen=True)
class Tenant:
    """A tenant and how much is kept of it."""

    tenant_id: str
    connections: int
    records: int
    events: int


# Each tenant by a step into an index, not by reading millions of documents through.
_ALL = sa.text("""
    WITH RECURSIVE
    d AS ((SELECT min(tenant_id) AS t FROM documents) UNION ALL
          SELECT (SELECT min(tenant_id) FROM documents WHERE tenant_id > d.t) FROM d
          WHERE d.t IS NOT NULL),
    i AS ((SELECT min(tenant_id) AS t FROM inbox) UNION ALL
          SELECT (SELECT min(tenant_id) FROM inbox WHERE tenant_id > i.t) FROM i
          WHERE i.t IS NOT NULL)
    SELECT t AS tenant_id, (SELECT count(*) FROM connections WHERE tenant_id = t) AS connections,
           (SELECT count(*) FROM documents WHERE tenant_id = t) AS records,
           (SELECT count(*) FROM inbox WHERE tenant_id = t) AS events
    FROM (SELECT t FROM d UNION SELECT t FROM i UNION SELECT tenant_id FROM connections) known
    WHERE t IS NOT NULL ORDER BY t
""")


def every(session: Session) -> list[Tenant]:
    """All tenants of which anything is kept."""
    return [Tenant(**dict(row)) for row in session.execute(_ALL).mappings()]


def owner(session: Session, tenant_id: str) -> Owner:
    """The tenant with the connections that it has now."""
    return Owner(tenant_id, tuple(session.execute(connections_of(tenant_id)).scalars()))


def is_known(session: Session, whose: Owner) -> bool:
    """Whether anything is kept of a tenant."""
    return any(
        session.execute(sa.select(sa.literal(1)).select_from(table).where(theirs).limit(1)).first()
        for table, theirs in owned(whose)
    )


def rows(session: Session, whose: Owner) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything that is kept of a tenant but secrets: table and row, as they come."""
    for table, theirs in reversed(list(owned(whose))):
        hidden = SECRET if table is connections else ()
        columns = [column for column in table.c if column.name not in hidden]
        query = sa.select(*columns).where(theirs).order_by(*table.primary_key)
        for row in session.execute(query, execution_options={"yield_per": 1000}).mappings():
            yield table.name, dict(row)


@contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """One moment of the database, however long it is read."""
    with database.work.connect() as session:
        yield session.execution_options(isolation_level="REPEATABLE READ")


def begin_erasure(session: Session, act: Mapping[str, object]) -> int:
    """Note that a tenant is being erased, before anything is gone; the act's id."""
    return int(session.execute(acts.insert().values(**act).returning(acts.c.id)).scalar_one())


def erase_some(session: Session, whose: Owner) -> tuple[str, int] | None:
    """Take out a chunk of the first table that still holds rows of a tenant: its name and how
    many; None when nothing is left.

    Nothing comes in meanwhile, and nobody wakes or drives its connections.
    """
    inbox.lock_tenant(session, whose.tenant_id)
    session.execute(connections_of(whose.tenant_id).with_for_update())
    for table, theirs in owned(whose):
        gone = session.execute(_erasure(table, theirs)).rowcount
        if gone:
            return table.name, gone
    return None


def _erasure(table: sa.Table, theirs: sa.ColumnElement[bool]) -> sa.Delete:
    """By where rows lie, since not every table has an id."""
    place: sa.ColumnElement[object] = sa.literal_column(f'"{table.name}".ctid')
    some = sa.select(place).select_from(table).where(theirs).limit(_CHUNK).correlate(None)
    return table.delete().where(place == sa.func.any(sa.func.array(some.scalar_subquery())))


_COUNT = sa.text("""
    UPDATE acts SET result = jsonb_set(result, ARRAY[:table],
        to_jsonb(coalesce(CAST(result ->> :table AS bigint), 0) + :count))
    WHERE id = :id
""")


def count_erased(session: Session, act_id: int, table: str, count: int) -> None:
    """Add to what the act says was taken out."""
    session.execute(_COUNT, {"id": act_id, "table": table, "count": count})


def erased(session: Session, act_id: int) -> dict[str, int]:
    """What the act says was taken out: table -> rows."""
    found = session.execute(sa.select(acts.c.result).where(acts.c.id == act_id)).scalar_one()
    return dict(found)
