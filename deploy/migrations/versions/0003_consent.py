"""What a consent under way needs again when the browser comes back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("consent_kept", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("connections", "consent_kept")
