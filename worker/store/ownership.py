"""Whose rows are whose: every table that holds something of a tenant, found by its columns and
keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from worker.store import (  # to know all tables
    ledger_tables,  # noqa: F401
    operation_tables,  # noqa: F401
)
from worker.store.columns import metadata
from worker.store.message_tables import dead_letters
from worker.store.tables import connections

TABLES = tuple(reversed(metadata.sorted_tables))
"""All of ours; who names others comes first."""


@dataclass(frozen=True)
class Owner:
    """A tenant with the connections that it has."""

    tenant_id: str
    connections: tuple[int, ...]


def owned(owner: Owner) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """The tables that hold a tenant's rows, with what tells its own; who names others comes
    first."""
    for table in TABLES:
        if conditions := _conditions(table, owner):
            yield table, sa.or_(*conditions)


def _conditions(table: sa.Table, owner: Owner) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if "tenant_id" in table.c:
        found.append(table.c.tenant_id == owner.tenant_id)
    if "connection_id" in table.c:
        found.append(table.c.connection_id.in_(owner.connections))
    if table is dead_letters:
        found.append(_unread(owner.tenant_id))
    return found or _by_keys(table, owner)


def _by_keys(table: sa.Table, owner: Owner) -> list[sa.ColumnElement[bool]]:
    """What names rows of the tenant is the tenant's."""
    return [
        key.parent.in_(sa.select(key.column).where(sa.or_(*theirs)))
        for key in sorted(table.foreign_keys, key=lambda key: str(key.parent))
        if (theirs := _conditions(key.column.table, owner))
    ]


def _unread(tenant_id: str) -> sa.ColumnElement[bool]:
    """A message that could not be read has no tenant, but may name one."""
    quoted = f'"{tenant_id}"'.encode()
    names_it = sa.func.position(sa.literal(quoted).op("IN")(dead_letters.c.body)) > 0
    return dead_letters.c.tenant_id.is_(None) & names_it


def connections_of(tenant_id: str) -> sa.Select[int]:
    """The ids of a tenant's connections, in the order in which they are locked."""
    query = sa.select(connections.c.id).where(connections.c.tenant_id == tenant_id)
    return query.order_by(connections.c.id)


SECRET: Sequence[str] = (
    *(column.name for column in connections.c if isinstance(column.type, sa.LargeBinary)),
    "consent_state",
)
"""Columns of `connections` that leave the database never."""
