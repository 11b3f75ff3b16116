"""Status events on their way out: written with the change they tell of, published by the relay."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import sqlalchemy as sa

from worker.store.message_tables import outbox
from worker.store.session import Session

PARTITIONS = 8
EXPIRE_CHUNK = 5000
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


_WAITING = sa.text("""
    SELECT p FROM generate_series(0, :partitions - 1) p
    WHERE EXISTS (SELECT FROM outbox WHERE partition = p AND state = 'pending')
""")


def waiting_partitions(session: Session) -> list[int]:
    """Partitions that hold unpublished events; a step into an index for each, however many."""
    return sorted(session.execute(_WAITING, {"partitions": PARTITIONS}).scalars())


# Each along its own index (now() can be looked up in one, clock_timestamp() cannot); whoever else
# tidies at the same time takes other rows.
EXPIRE = {
    state: sa.text(f"""
        DELETE FROM outbox WHERE id IN (
            SELECT id FROM outbox
            WHERE state = '{state}'
              AND {since} < now() - make_interval(days => :days)
            ORDER BY {since} LIMIT {EXPIRE_CHUNK} FOR UPDATE SKIP LOCKED)
    """)
    for state, since in (("published", "published_at"), ("unroutable", "created_at"))
}


def expire(session: Session, state: str, days: int) -> int:
    """Drop events that were published, or that nobody listened to (`unroutable`), so long ago; at
    most a chunk. Returns how many."""
    return session.execute(EXPIRE[state], {"days": days}).rowcount
