"""count drafting."""

import sqlalchemy as sa
from alembic import op

revision = "e5b07d1c94a3"
down_revision = "d92e5b3c71fa"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""
NO_SESSION = (
    "update model_spending set session_id = '00000000-0000-0000-0000-000000000000' where session_id is null"
)


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.alter_column("model_spending", "session_id", existing_type=sa.Uuid(), nullable=True)
    op.add_column("model_spending", sa.Column("barred", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_model_spending_barred"), "model_spending", "barred is null or tokens = 0"
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_constraint(op.f("ck_model_spending_barred"), "model_spending")
    op.drop_column("model_spending", "barred")
    op.execute("alter table model_spending disable trigger model_spending_never_change")
    op.execute(NO_SESSION)
    op.execute("alter table model_spending enable trigger model_spending_never_change")
    op.alter_column("model_spending", "session_id", existing_type=sa.Uuid(), nullable=False)
