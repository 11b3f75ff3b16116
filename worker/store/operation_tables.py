"""The tables of operation: what people did, and which database this is."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from worker.store.columns import Moment, identity, json_object, metadata, set_now

acts = Table(
    "acts",
    metadata,
    identity(),
    set_now("at"),
    Column("who", Text, nullable=False),
    Column("verb", Text, nullable=False),  # replay, discard, retry, dismiss, adopt, erase ...
    Column("subject", Text, nullable=False),  # `dead_letter:17`, `issue:4`, `tenant:acme`
    Column("connection_id", BigInteger),  # no foreign key: an act outlives what it was about
    Column("tenant_id", Text),
    Column("note", Text),  # why
    json_object("result"),
    Index("ix_acts_subject", "subject", "id"),
)

installation = Table(
    "installation",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),  # a single row
    Column("system_identifier", Text, nullable=False),  # of PostgreSQL's cluster; empty: unknown
    Column("timeline", Integer, nullable=False),  # 0: unknown
    Column("database_oid", BigInteger),
    Column("table_oid", BigInteger),  # of this table
    set_now("noted_at"),
    Column("restored_at", Moment),  # when these were others: creates are looked up first since
    Column("ticked_at", Moment),  # when the clock's messages were taken up last
)

unknown_faults = Table(
    "unknown_faults",
    metadata,
    identity(),
    Column("provider", Text, nullable=False),
    Column("code", Text, nullable=False),  # the ledger's own, where it has one
    Column("shape", Text, nullable=False),  # its words, without what differs from record to record
    Column("endpoint", Text, nullable=False),
    Column("example", Text, nullable=False),  # redacted
    Column("failure_id", Text),  # of the latest one
    Column("tenant_id", Text),  # whose answer the example was: it goes with the tenant
    Column("count", BigInteger, nullable=False, server_default="1"),
    set_now("first_seen_at"),
    set_now("last_seen_at"),
    UniqueConstraint("provider", "code", "shape"),
)
