"""The tables of what the books say: records, the payment log, and the runs that pull them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
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
    json_list,
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
    json_object("fields"),  # the mapped fields as the ledger holds them: name -> text
    Column("digest", Text, nullable=False),
    Column("sync_token", Text),
    Column("marker", Text),  # ours, in its notes: `kind id` of a CMMS record
    Column("name_key", Text),  # of parties and items: how they are found by the CMMS's
    Column("email_key", Text),
    Column("told_at", Moment),  # when the CMMS was told that nothing of its own is linked to it
    Column("seen_at", Moment, nullable=False),
    Column("written_at", Moment),
    Index("ix_ledger_records_name_key", "connection_id", "kind", "name_key"),
    Index("ix_ledger_records_email_key", "connection_id", "kind", "email_key"),
    Index("ix_ledger_records_code", "connection_id", "kind", "code"),
    Index("ix_ledger_records_marker", "connection_id", "kind", "marker"),
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
    Column("unapplied", Money),  # of the whole payment: what is on no document
    Column("record_id", Text),  # the CMMS's own payment, where it was written by us
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
    Column("mode", Text, nullable=False, server_default="changes"),  # full, dry
    Column("urgency", SmallInteger, nullable=False, server_default="5"),
    Column("event_id", Text),
    Column("traceparent", Text),
    Column("cursor", Text),  # where in the feed it started
    Column("position", Text),  # the next page
    json_object("counts"),
    Column("report", JSONB),  # of a dry run: what would be done, in lines
    json_list("joined"),  # events that ask for the same: each is answered with this run
    Column("error", JSONB),
    set_now("created_at"),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("next_attempt_at", Moment, nullable=False, server_default=func.now()),
    Column("unknown_since", Moment),  # of the oldest write that was not settled when it began
    Column("again_at", Moment),  # something changed while it read: another one follows then
    UniqueConstraint("connection_id", "resource", "slot"),
    Index("ix_runs_finished_at", "finished_at"),
    Index("ix_runs_latest", "connection_id", "resource", "id"),
    Index(  # a dry run is nobody else's answer, so it may be open beside another
        "uq_runs_open",
        "connection_id",
        "resource",
        text("(mode = 'dry')"),
        unique=True,
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
)

issues = Table(
    "issues",
    metadata,
    identity(),
    of_connection(),
    Column("cause", Text, nullable=False),  # `account:4000`: what links would wait for
    Column("code", Text, nullable=False),  # a key of worker.failures.CODES
    json_object("names"),
    set_now("first_seen_at"),
    set_now("last_seen_at"),
    Column("closed_at", Moment),
    # Of those that links show (`derived`), and counted for the others:
    Column("derived", Boolean, nullable=False, server_default=text("false")),
    Column("causes", ARRAY(Text), nullable=False, server_default=text("'{}'")),  # as links say them
    Column("records", Integer, nullable=False, server_default=text("0")),  # that stand still for it
    Column("held_up", Integer, nullable=False, server_default=text("0")),  # with all behind these
    json_list("examples"),  # a few of the records: kind, id
    Index(
        "uq_issues_open",
        "connection_id",
        "cause",
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
    ),
)

issues_derived = Table(
    "issues_derived",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("as_of", Text, nullable=False),  # what the connection was then
    set_now("at"),
)

usage = Table(
    "usage",
    metadata,
    Column("connection_id", ForeignKey("connections.id"), primary_key=True),
    Column("month", Date, primary_key=True),  # its first day, UTC
    Column("call", Text, primary_key=True),  # read, write
    Column("count", BigInteger, nullable=False),
)
