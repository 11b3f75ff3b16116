"""The tables of what the books say: records, the payment log, and the runs that pull them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from worker.store.columns import (
    Moment,
    Money,
    identity,
    json_object,
    metadata,
    of_connection,
    set_now,
)

ledger_records = Table(
    "ledger_records",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("name", Text),
    Column("code", Text),
    Column("active", Boolean, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("digest", Text, nullable=False),
    Column("sync_token", Text),
    Column("seen_at", Moment, nullable=False),
    Column("written_at", Moment),
)

payments = Table(
    "payments",
    metadata,
    identity(),
    of_connection(),
    Column("payment_ref", Text, nullable=False),
    Column("invoice_ref", Text, nullable=False),
    Column("invoice_id", Text),
    Column("date", Date, nullable=False),
    Column("amount", Money, nullable=False),
    Column("applied", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("method", Text),
    Column("reference", Text),
    Column("state", Text, nullable=False),  # received, reversed
    Column("sync_token", Text),
    set_now("first_seen_at"),
    set_now("updated_at"),
    UniqueConstraint("connection_id", "payment_ref", "invoice_ref"),
    Index("ix_payments_connection_id_invoice_ref", "connection_id", "invoice_ref"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("resource", Text, primary_key=True),
    Column("interval_seconds", Integer, nullable=False),  # 0: off
    Column("next_due", Moment),
    Column("cursor", Text),
    Column("last_completed_at", Moment),
    Index("ix_feeds_next_due", "next_due", postgresql_where=text("next_due IS NOT NULL")),
)

runs = Table(
    "runs",
    metadata,
    identity(),
    of_connection(),
    Column("resource", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("state", Text, nullable=False),  # queued, running, done, failed
    Column("asked_by", Text, nullable=False),
    Column("urgency", SmallInteger, nullable=False, server_default="5"),
    Column("event_id", Text),
    Column("traceparent", Text),
    Column("cursor", Text),  # where in the feed it started
    Column("position", Text),  # the next page
    json_object("counts"),
    Column("error", JSONB),
    set_now("created_at"),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("next_attempt_at", Moment, nullable=False, server_default=func.now()),
    UniqueConstraint("connection_id", "resource", "slot"),
    Index(
        "uq_runs_open",
        "connection_id",
        "resource",
        unique=True,
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
)
