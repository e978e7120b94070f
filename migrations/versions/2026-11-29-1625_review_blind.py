"""review blind."""

import sqlalchemy as sa
from alembic import op

revision = "a3f81c6de2b4"
down_revision = "a71c3e9d5b20"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""
_FLAGS = (("position_versions", "blind_review"), ("sessions", "blind_review"), ("human_reviews", "blind"))


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    for table, column in _FLAGS:
        op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "session_unveilings",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scored", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_session_unveilings_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_session_unveilings_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "user_id", name=op.f("pk_session_unveilings")),
    )
    op.create_index(op.f("ix_session_unveilings_user_id"), "session_unveilings", ["user_id"])


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_index(op.f("ix_session_unveilings_user_id"), table_name="session_unveilings")
    op.drop_table("session_unveilings")
    for table, column in reversed(_FLAGS):
        op.drop_column(table, column)
