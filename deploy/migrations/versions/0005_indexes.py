"""Indexes for operation on tables that may be large: built beside the work, which nothing blocks.

Outside of a transaction: what is built stays built when a later one is interrupted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INDEXES = {
    # what `books why` and `books history` look for
    "ix_inbox_record": "inbox (tenant_id, record_id)",
    "ix_outbox_subject": "outbox (tenant_id, (envelope ->> 'subject'))",
    "ix_runs_latest": "runs (connection_id, resource, id)",
    # which events correct another one
    "ix_inbox_causation_id": "inbox (causation_id) WHERE causation_id IS NOT NULL",
    # issues derived from links; links counted by state every few seconds
    "ix_links_stuck": "links (connection_id) WHERE state IN ('waiting', 'failed', 'conflict')",
    "ix_links_state": "links (state)",
}
_IS_BUILT = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def upgrade() -> None:
    with op.get_context().autocommit_block(), _patiently():
        for name, on in _INDEXES.items():
            if not op.get_bind().execute(_IS_BUILT, {"name": name}).scalar():
                op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # half built, perhaps
                op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {on}")


@contextmanager
def _patiently() -> Iterator[None]:
    """Such an index waits until every transaction is over that began before it, a backup's too:
    nobody waits behind it meanwhile."""
    before = op.get_bind().execute(sa.text("SHOW lock_timeout")).scalar_one()
    op.execute("SET lock_timeout = 0")
    yield
    op.execute(f"SET lock_timeout = '{before}'")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
