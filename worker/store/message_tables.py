"""The tables of what leaves the flow: status events on their way out, and dead letters."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from worker.store.columns import Moment, identity, metadata, set_now

outbox = Table(
    "outbox",
    metadata,
    identity(),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("partition", SmallInteger, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("envelope", JSONB, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),  # published, unroutable
    set_now("created_at"),
    Column("published_at", Moment),
    Index(
        "ix_outbox_pending",
        "partition",
        "id",
        postgresql_where=text("state = 'pending'"),
    ),
    Index("ix_outbox_subject", "tenant_id", text("(envelope ->> 'subject')")),
    Index("ix_outbox_published", "published_at", postgresql_where=text("state = 'published'")),
    Index("ix_outbox_unroutable", "created_at", postgresql_where=text("state = 'unroutable'")),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    identity(),
    Column("fingerprint", Text, nullable=False, unique=True),  # source, id and body, hashed
    Column("source", Text),
    Column("event_id", Text),
    Column("type", Text),
    Column("tenant_id", Text),
    Column("category", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text),  # the traceback of a defect
    Column("connection_id", BigInteger),
    Column("link_id", BigInteger),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB),
    Column("content_type", Text),
    Column("routing_key", Text),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("state", Text, nullable=False, server_default="open"),  # replayed, superseded, discarded
    Column("note", Text),
    Column("decided_by", Text),
    Column("result", JSONB),  # what came of the decision: `outcome`, `why`
    Column("decided_at", Moment),
    set_now("first_seen_at"),
    set_now("last_seen_at"),
    Index("ix_dead_letters_state_last_seen_at", "state", "last_seen_at"),
)
