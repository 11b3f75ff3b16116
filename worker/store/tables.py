"""Every table of the worker; the migrations in deploy/migrations build the same."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

Moment = DateTime(timezone=True)
Money = Numeric(24, 6)
revisions = Sequence("revisions", metadata=metadata)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _now(name: str) -> "Column[object]":
    return Column(name, Moment, nullable=False, server_default=func.now())


def _json(name: str) -> "Column[object]":
    return Column(name, JSONB, nullable=False, server_default=text("'{}'"))


def _connection() -> Column[int]:
    return Column("connection_id", ForeignKey("connections.id"), nullable=False)


connections = Table(
    "connections",
    metadata,
    _id(),
    Column("tenant_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("company_id", Text),
    _json("company"),  # name, currency, country, preferences: as of the last test or pull
    Column("client_id", Text, nullable=False),
    Column("client_secret", LargeBinary, nullable=False),
    Column("access_token", LargeBinary),
    Column("refresh_token", LargeBinary),
    Column("access_expires_at", Moment),
    Column("refresh_expires_at", Moment),
    Column("token_version", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="new"),
    Column("paused_code", Text),
    Column("consent_state", Text),
    Column("consent_expires_at", Moment),
    _json("settings"),
    _json("mapping"),
    _json("budget"),
    Column("start_date", Date),
    Column("hold_until", Moment),
    Column("held_for", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_due", Moment),
    Column("wake_seq", BigInteger, nullable=False, server_default="0"),
    Column("hinted_at", Moment),
    _now("created_at"),
    UniqueConstraint("tenant_id", "provider", "environment"),
    UniqueConstraint("provider", "environment", "company_id"),
    Index("ix_connections_next_due", "next_due", postgresql_where=text("next_due IS NOT NULL")),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("time", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB),
    Column("content_type", Text),
    _now("received_at"),
    UniqueConstraint("source", "event_id"),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    Column("tenant_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("version", BigInteger),
    Column("time", Moment, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("traceparent", Text),
    Column("revision", BigInteger, nullable=False),  # ours: grows with every accepted snapshot
    Column("removed", Boolean, nullable=False),
    Column("snapshot", JSONB, nullable=False),
    Column("opening", JSONB),  # of an item: the earliest count of its stock, as_of and quantity
    _now("updated_at"),
    UniqueConstraint("tenant_id", "kind", "record_id"),
)

links = Table(
    "links",
    metadata,
    _id(),
    _connection(),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("wanted_version", BigInteger, nullable=False),
    Column("synced_version", BigInteger),
    Column("next_attempt_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("ref", Text),
    Column("sync_token", Text),
    Column("number", Text),
    Column("url", Text),
    Column("alias", Text),  # the name suffix chosen after a clash of names
    Column("look", Text),  # look in the books before sending again: stale, clash
    Column("digest", Text),  # hash of the mapped fields in the books' answer to our last write
    Column("waiting_on", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("error_code", Text),
    _json("error"),  # names for the sentence, and the engineer's detail
    Column("reason", Text),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    Column("total", Money),
    Column("variance", Money),
    Column("paid_amount", Money),
    Column("balance", Money),
    Column("status", Text),
    Column("wanted_since", Moment, nullable=False, server_default=func.now()),
    Column("synced_at", Moment),
    _now("updated_at"),
    UniqueConstraint("connection_id", "document_id"),
    Index(
        "uq_links_connection_id_kind_ref",
        "connection_id",
        "kind",
        "ref",
        unique=True,
        postgresql_where=text("ref IS NOT NULL"),
    ),
    Index(
        "ix_links_due_rank",
        "connection_id",
        "rank",
        "next_attempt_at",
        postgresql_where=text("state = 'due'"),
    ),
    Index(
        "ix_links_due_time",
        "connection_id",
        "next_attempt_at",
        postgresql_where=text("state = 'due'"),
    ),
    Index(
        "ix_links_waiting_on",
        "waiting_on",
        postgresql_using="gin",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_links_document_id", "document_id"),
    Index("ix_links_record", "connection_id", "kind", "record_id"),
)

submissions = Table(
    "submissions",
    metadata,
    _id(),
    _connection(),
    Column("key", Uuid, nullable=False, unique=True),
    Column("driver", Uuid, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", Text),
    Column("endpoint", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, closed
    Column("sends", Integer, nullable=False, server_default="0"),
    Column("lookups", Integer, nullable=False, server_default="0"),
    Column("recorded_at", Moment, nullable=False),
    Column("send_by", Moment, nullable=False),
    Column("settle_at", Moment, nullable=False),
    Column("status", Integer),
    Column("answer", Text),
    Column("correlation_id", Text),
    Column("closed_at", Moment),
    Index(
        "ix_submissions_open",
        "connection_id",
        "settle_at",
        postgresql_where=text("state = 'open'"),
    ),
)

submission_items = Table(
    "submission_items",
    metadata,
    _id(),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("item_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column(
        "version", BigInteger
    ),  # the CMMS's own, with the event that brought it: for status events
    Column("event_id", Text),
    Column("traceparent", Text),
    Column("wanted_since", Moment, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("ref", Text),  # what it was before: the target of an update or a removal
    Column("sync_token", Text),
    Column("expected_total", Money),
    Column("outcome", Text),  # absent: still unknown
    Column("detail", JSONB),
    Index("ix_submission_items_submission_id", "submission_id"),
    Index("ix_submission_items_link_id", "link_id"),
    Index(
        "uq_submission_items_open",
        "link_id",
        unique=True,
        postgresql_where=text("outcome IS NULL"),
    ),
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
    _id(),
    _connection(),
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
    _now("first_seen_at"),
    _now("updated_at"),
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
    _id(),
    _connection(),
    Column("resource", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("state", Text, nullable=False),  # queued, running, done, failed
    Column("asked_by", Text, nullable=False),
    Column("urgency", SmallInteger, nullable=False, server_default="5"),
    Column("event_id", Text),
    Column("traceparent", Text),
    Column("cursor", Text),  # where in the feed it started
    Column("position", Text),  # the next page
    _json("counts"),
    Column("error", JSONB),
    _now("created_at"),
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

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("partition", SmallInteger, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("envelope", JSONB, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),  # published, unroutable
    _now("created_at"),
    Column("published_at", Moment),
    Index(
        "ix_outbox_pending",
        "partition",
        "id",
        postgresql_where=text("state = 'pending'"),
    ),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    _id(),
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
    Column("state", Text, nullable=False, server_default="open"),  # replayed, discarded
    Column("note", Text),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    _now("first_seen_at"),
    _now("last_seen_at"),
    Index("ix_dead_letters_state_last_seen_at", "state", "last_seen_at"),
)
