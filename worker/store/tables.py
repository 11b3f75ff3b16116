"""The tables of the flow, from inbox to submissions; deploy/migrations builds the same."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
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

connections = Table(
    "connections",
    metadata,
    identity(),
    Column("tenant_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("company_id", Text),
    json_object("company"),  # name, currency, country, preferences: as of the last test or pull
    Column("client_id", Text, nullable=False),
    Column("client_secret", LargeBinary, nullable=False),
    Column("webhook_secret", LargeBinary),  # sealed: what the ledger signs its webhooks with
    Column("access_token", LargeBinary),
    Column("refresh_token", LargeBinary),
    Column("access_expires_at", Moment),
    Column("refresh_expires_at", Moment),
    Column("token_version", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="new"),
    Column("paused_code", Text),
    Column("consent_state", Text),
    Column("consent_expires_at", Moment),
    Column("consent_kept", LargeBinary),  # sealed: what a consent under way needs again
    json_object("settings"),
    json_object("mapping"),
    json_object("budget"),
    Column("start_date", Date),
    Column("hold_until", Moment),
    Column("held_for", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_due", Moment),
    Column("wake_seq", BigInteger, nullable=False, server_default="0"),
    Column("hinted_at", Moment),
    set_now("created_at"),
    UniqueConstraint("tenant_id", "provider", "environment"),
    UniqueConstraint("provider", "environment", "company_id"),
    Index("ix_connections_next_due", "next_due", postgresql_where=text("next_due IS NOT NULL")),
)

# Kept by a trigger, and apart: the release before takes every column of `connections` for one that
# it knows.
connection_states = Table(
    "connection_states",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    set_now("since"),
)

inbox = Table(
    "inbox",
    metadata,
    identity(),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("time", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB),
    Column("content_type", Text),
    Column("record_id", Text),  # of what the event is about; it outlives the body
    Column("causation_id", Text),  # of the event that this one corrects or follows from
    set_now("received_at"),
    UniqueConstraint("source", "event_id"),
    Index("ix_inbox_record", "tenant_id", "record_id"),
    Index(
        "ix_inbox_causation_id",
        "causation_id",
        postgresql_where=text("causation_id IS NOT NULL"),
    ),
)

documents = Table(
    "documents",
    metadata,
    identity(),
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
    set_now("updated_at"),
    UniqueConstraint("tenant_id", "kind", "record_id"),
)

links = Table(
    "links",
    metadata,
    identity(),
    of_connection(),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("wanted_version", BigInteger, nullable=False),
    Column("synced_version", BigInteger),
    Column("synced_content", Text),  # hash of the snapshot that the books hold
    Column("next_attempt_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("ref", Text),
    Column("sync_token", Text),
    Column("number", Text),
    Column("url", Text),
    Column("alias", Text),  # the name suffix chosen after a clash of names
    Column("look", Text),  # look in the books before sending again: stale, clash
    Column("digest", Text),  # hash of the mapped fields in the books' answer to our last write
    Column("base", JSONB),  # of parties and items: the mapped fields that both sides last agreed on
    Column("linked", JSONB),  # the snapshot that was linked, until its next change was compared
    json_object("decided"),  # by a person, of fields in conflict: name -> cmms, books
    Column("confirmed", Boolean, nullable=False, server_default=text("false")),  # create, no match
    Column("dated", Date),  # of documents: their day in the books
    Column("party_ref", Text),  # of documents: whose they are in the books
    Column("applied_to", Text),  # of payments: the invoice that they pay in the books
    Column("waiting_on", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("error_code", Text),
    json_object("error"),  # names for the sentence, and the engineer's detail
    Column("reason", Text),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    Column("total", Money),
    Column("variance", Money),
    Column("paid_amount", Money),
    Column("balance", Money),
    Column("paid_by_us", Money),  # of invoices, when `balance` was read; null: nobody knows
    Column("status", Text),
    Column("wanted_since", Moment, nullable=False, server_default=func.now()),
    Column("state_since", Moment, server_default=func.now()),  # kept by a trigger
    Column("freed_at", Moment),  # by a trigger: when it was due again after it had to stand still
    Column("synced_at", Moment),
    set_now("updated_at"),
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
    Index(
        "ix_links_applied_to",
        "connection_id",
        "applied_to",
        postgresql_where=text("applied_to IS NOT NULL"),
    ),
    Index(
        "ix_links_left_over",
        "connection_id",
        postgresql_where=text("kind = 'payment' AND balance > 0"),
    ),
    Index("ix_links_record", "connection_id", "kind", "record_id"),
    Index("ix_links_state", "state"),  # for figures: how many links stand how
    Index(
        "ix_links_stuck",
        "connection_id",
        postgresql_where=text("state IN ('waiting', 'failed', 'conflict')"),
    ),
    Index("ix_links_name", "connection_id", postgresql_where=text("error_code = 'duplicate_name'")),
)

submissions = Table(
    "submissions",
    metadata,
    identity(),
    of_connection(),
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
    identity(),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("item_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("content", Text),  # hash of the snapshot
    Column("version", BigInteger),  # the CMMS's own: for status events, with the event's id
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
