"""Both ways: what matches and three-way comparison need, policies, issues, counted calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OBJECT = sa.text("'{}'")
_NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("connections", sa.Column("webhook_secret", sa.LargeBinary()))
    op.add_column("links", sa.Column("base", postgresql.JSONB()))
    op.add_column("links", sa.Column("linked", postgresql.JSONB()))
    op.add_column(
        "links", sa.Column("decided", postgresql.JSONB(), server_default=_OBJECT, nullable=False)
    )
    op.add_column(
        "links",
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("links", sa.Column("dated", sa.Date()))
    op.add_column("links", sa.Column("party_ref", sa.Text()))
    op.add_column("links", sa.Column("applied_to", sa.Text()))
    op.add_column("links", sa.Column("paid_by_us", sa.Numeric(24, 6)))
    op.create_index(
        "ix_links_applied_to",
        "links",
        ["connection_id", "applied_to"],
        postgresql_where=sa.text("applied_to IS NOT NULL"),
    )
    op.create_index(
        "ix_links_left_over",
        "links",
        ["connection_id"],
        postgresql_where=sa.text("kind = 'payment' AND balance > 0"),
    )
    op.create_index(
        "ix_links_name",
        "links",
        ["connection_id"],
        postgresql_where=sa.text("error_code = 'duplicate_name'"),
    )
    op.add_column("payments", sa.Column("unapplied", sa.Numeric(24, 6)))
    op.add_column("payments", sa.Column("record_id", sa.Text()))
    _grow_runs()
    _grow_ledger_records()
    _create_issues()
    _create_usage()


def downgrade() -> None:
    raise RuntimeError("links and payments would lose what they know: restore a backup instead")


def _grow_runs() -> None:
    op.add_column("runs", sa.Column("mode", sa.Text(), server_default="changes", nullable=False))
    op.add_column("runs", sa.Column("report", postgresql.JSONB()))
    op.add_column(
        "runs",
        sa.Column("joined", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    for name in ("unknown_since", "again_at"):
        op.add_column("runs", sa.Column(name, sa.DateTime(timezone=True)))
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.drop_index("uq_runs_open", "runs")
    op.create_index(
        "uq_runs_open",
        "runs",
        ["connection_id", "resource", sa.text("(mode = 'dry')")],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def _grow_ledger_records() -> None:
    table = "ledger_records"
    op.add_column(
        table, sa.Column("fields", postgresql.JSONB(), server_default=_OBJECT, nullable=False)
    )
    for name in ("marker", "name_key", "email_key"):
        op.add_column(table, sa.Column(name, sa.Text()))
    op.add_column(table, sa.Column("told_at", sa.DateTime(timezone=True)))
    for name in ("name_key", "email_key", "code", "marker"):
        op.create_index(f"ix_ledger_records_{name}", table, ["connection_id", "kind", name])


def _create_issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=_OBJECT, nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_issues_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
    )
    op.create_index(
        "uq_issues_open",
        "issues",
        ["connection_id", "cause"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _create_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_usage_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", "month", "call", name=op.f("pk_usage")),
    )
