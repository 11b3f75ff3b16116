"""Status events on their way out: written with the change they tell of, published by the relay."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import sqlalchemy as sa

from worker.store.session import Session
from worker.store.tables import outbox

PARTITIONS = 8
_LOCK = 0x4F555442  # the first of the two numbers of a partition's advisory lock


@dataclass(frozen=True)
class Outgoing:
    """A status event: `key` names the record, whose events keep their order."""

    key: str
    envelope: Mapping[str, Any]

    @property
    def partition(self) -> int:
        return crc32(self.key.encode()) % PARTITIONS


_ADD = sa.text("""
    INSERT INTO outbox (event_id, partition, tenant_id, type, envelope)
    SELECT CAST(e ->> 'id' AS uuid), p, e ->> 'tenantid', e ->> 'type', e
    FROM (SELECT CAST(envelope AS jsonb) AS e, p FROM unnest(CAST(:envelopes AS text[]),
                 CAST(:partitions AS smallint[])) WITH ORDINALITY AS t (envelope, p, n) ORDER BY n)
                 rows
""")


def add(session: Session, events: Iterable[Outgoing]) -> set[int]:
    """Write events down in this order, while holding their links; returns the partitions to
    relay."""
    rows = list(events)
    if rows:
        values = {
            "envelopes": [json.dumps(one.envelope) for one in rows],
            "partitions": [one.partition for one in rows],
        }
        session.execute(_ADD, values)
    return {one.partition for one in rows}


_CLAIM = sa.text("SELECT pg_try_advisory_xact_lock(:namespace, :partition)")


def claim(session: Session, partition: int) -> bool:
    """Whether this relay may publish the partition, until the end of the transaction."""
    values = {"namespace": _LOCK, "partition": partition}
    return bool(session.execute(_CLAIM, values).scalar_one())


def pending(session: Session, partition: int, most: int) -> list[tuple[int, str, dict[str, Any]]]:
    """The oldest unpublished events of a partition: (id, type, envelope)."""
    query = (
        sa.select(outbox.c.id, outbox.c.type, outbox.c.envelope)
        .where(outbox.c.partition == partition, outbox.c.state == "pending")
        .order_by(outbox.c.id)
        .limit(most)
    )
    return [(row.id, row.type, row.envelope) for row in session.execute(query)]


def mark(session: Session, ids: Sequence[int], state: str) -> None:
    """After the broker's confirm: `published`, or `unroutable` where nobody listens yet."""
    if ids:
        session.execute(
            outbox.update()
            .where(outbox.c.id.in_(ids))
            .values(state=state, published_at=sa.func.clock_timestamp())
        )


def waiting_partitions(session: Session) -> list[int]:
    query = sa.select(outbox.c.partition).where(outbox.c.state == "pending").distinct()
    return sorted(session.execute(query).scalars())


def expire_unroutable(session: Session, days: int) -> int:
    """Drop status events that nobody listened to for so long."""
    age = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, days)
    query = outbox.delete().where(outbox.c.state == "unroutable", outbox.c.created_at < age)
    return session.execute(query).rowcount
