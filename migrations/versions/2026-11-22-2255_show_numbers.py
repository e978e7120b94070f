"""show numbers."""

import sqlalchemy as sa
from alembic import op

revision = "d92e5b3c71fa"
down_revision = "c41d7a90e2b6"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.add_column(
        "position_versions",
        sa.Column("show_numbers", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_column("position_versions", "show_numbers")
