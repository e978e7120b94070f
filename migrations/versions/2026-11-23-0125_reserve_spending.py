"""reserve spending."""

import sqlalchemy as sa
from alembic import op

revision = "a71c3e9d5b20"
down_revision = "f61c8a2e0b97"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.create_table(
        "model_reservations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("position_key", sa.String(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_reservations")),
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_table("model_reservations")
