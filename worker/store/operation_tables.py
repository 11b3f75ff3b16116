"""The tables of operation: what people did, and which database this is."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

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
    Column("system_identifier", Text, nullable=False),  # of PostgreSQL's cluster
    Column("timeline", Integer, nullable=False),
    set_now("noted_at"),
    Column("restored_at", Moment),  # when these were others: creates are looked up first since
)
