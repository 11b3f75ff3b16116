"""Operation: acts of people, which database this is, since when a link stands as it does."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)

_STATE_SINCE = """
CREATE FUNCTION note_state_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.state_since := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER links_state_since BEFORE UPDATE OF state ON links FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_state_since();
"""

# Since when a link could go: what it waited for is gone, somebody asked for it again.
_FREED_AT = """
CREATE FUNCTION note_freed_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.freed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER links_freed_at BEFORE UPDATE OF state ON links FOR EACH ROW
    WHEN (OLD.state IN ('waiting', 'failed', 'conflict', 'skipped') AND NEW.state = 'due')
    EXECUTE FUNCTION note_freed_at();
"""

_CONNECTIONS_SINCE = """
CREATE FUNCTION note_connection_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO connection_states VALUES (NEW.id, clock_timestamp())
        ON CONFLICT (connection_id) DO UPDATE SET since = excluded.since;
    RETURN NULL;
END $$;
CREATE TRIGGER connections_state_since AFTER UPDATE OF state ON connections FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_connection_since();
"""


def upgrade() -> None:
    _acts()
    _installation()
    # By a trigger: workers of the version before, which run beside us, keep it as well.
    op.add_column("links", sa.Column("state_since", _MOMENT, server_default=sa.func.now()))
    op.execute(_STATE_SINCE)
    _why()
    _unknown_faults()
    _issues()
    _dead_letters()
    _freed_at()


def _acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("connection_id", sa.BigInteger),
        sa.Column("tenant_id", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("result", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
    )
    op.create_index("ix_acts_subject", "acts", ["subject", "id"])


def _installation() -> None:
    op.create_table(
        "installation",
        sa.Column("one", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("system_identifier", sa.Text, nullable=False),
        sa.Column("timeline", sa.Integer, nullable=False),
        sa.Column("database_oid", sa.BigInteger),
        sa.Column("table_oid", sa.BigInteger),
        sa.Column("noted_at", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("restored_at", _MOMENT),
        sa.Column("ticked_at", _MOMENT),
        sa.PrimaryKeyConstraint("one", name="pk_installation"),
    )


def _why() -> None:
    """What `books why` and `books history` look for: since when, and whose event it was."""
    # A table of its own: the release before takes every column of `connections` for one it knows.
    op.create_table(
        "connection_states",
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("since", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("connection_id", name="pk_connection_states"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_connection_states_connection_id"
        ),
    )
    op.execute(_CONNECTIONS_SINCE)
    op.add_column("inbox", sa.Column("record_id", sa.Text))  # outlives the body


def _unknown_faults() -> None:
    op.create_table(
        "unknown_faults",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("shape", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("example", sa.Text, nullable=False),
        sa.Column("failure_id", sa.Text),
        sa.Column("tenant_id", sa.Text),
        sa.Column("count", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("first_seen_at", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("last_seen_at", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_unknown_faults"),
        sa.UniqueConstraint(
            "provider", "code", "shape", name="uq_unknown_faults_provider_code_shape"
        ),
    )


def _issues() -> None:
    """Issues derived from links: how many records stand still for them, and which of them."""
    op.add_column("issues", _with_default("causes", sa.ARRAY(sa.Text), "'{}'"))
    op.add_column("issues", _with_default("records", sa.Integer, "0"))
    op.add_column("issues", _with_default("held_up", sa.Integer, "0"))
    op.add_column("issues", _with_default("examples", JSONB, "'[]'"))
    op.add_column("issues", _with_default("derived", sa.Boolean, "false"))
    op.create_table(
        "issues_derived",
        sa.Column("connection_id", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("connection_id", name="pk_issues_derived"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_issues_derived_connection_id"
        ),
    )


def _dead_letters() -> None:
    """What came of a decision; which events correct another one."""
    op.add_column("dead_letters", sa.Column("result", JSONB))
    op.add_column("inbox", sa.Column("causation_id", sa.Text))


def _freed_at() -> None:
    """Since when nothing has stood in a link's way, where something did."""
    op.add_column("links", sa.Column("freed_at", _MOMENT))
    op.execute(_FREED_AT)


def _with_default(name: str, type_: Any, default: str) -> sa.Column[Any]:  # noqa: ANN401
    return sa.Column(name, type_, nullable=False, server_default=sa.text(default))


def downgrade() -> None:
    op.execute("DROP FUNCTION note_freed_at CASCADE")
    op.drop_column("links", "freed_at")
    op.drop_column("inbox", "causation_id")
    op.drop_column("dead_letters", "result")
    op.drop_table("issues_derived")
    for column in ("causes", "records", "held_up", "examples", "derived"):
        op.drop_column("issues", column)
    op.drop_table("unknown_faults")
    op.drop_column("inbox", "record_id")
    op.execute("DROP FUNCTION note_connection_since CASCADE")
    op.drop_table("connection_states")
    op.execute("DROP FUNCTION note_state_since CASCADE")
    op.drop_column("links", "state_since")
    op.drop_table("installation")
    op.drop_table("acts")
