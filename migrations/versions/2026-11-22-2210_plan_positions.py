"""plan positions: how deep is asked, whether unseen questions may be, and an own question bank."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c41d7a90e2b6"
down_revision = "b7c2f19e04d8"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.add_column(
        "position_versions", sa.Column("follow_up_depth", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "position_versions",
        sa.Column("ask_unseen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_position_versions_follow_ups"), "position_versions", "follow_up_depth between 0 and 2"
    )
    op.add_column("session_questions", sa.Column("source_id", sa.String(), nullable=True))
    op.add_column("session_questions", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.add_column(
        "session_questions", sa.Column("follow_ups", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_foreign_key(
        op.f("fk_session_questions_follows_id"),
        "session_questions",
        "session_questions",
        ["follows_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_session_questions_source_id"), "session_questions", ["source_id"])
    op.create_table(
        "bank_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("competency", sa.String(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what_good_shows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key_terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("difficulty between 1 and 3", name=op.f("ck_bank_questions_difficulty")),
        sa.CheckConstraint("language in ('ko', 'en')", name=op.f("ck_bank_questions_language")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_bank_questions_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_questions")),
        sa.UniqueConstraint("language", "text", name=op.f("uq_bank_questions_language_text")),
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_table("bank_questions")
    op.drop_index(op.f("ix_session_questions_source_id"), table_name="session_questions")
    op.drop_constraint(op.f("fk_session_questions_follows_id"), "session_questions", type_="foreignkey")
    for column in ("follow_ups", "follows_id", "source_id"):
        op.drop_column("session_questions", column)
    op.drop_constraint(op.f("ck_position_versions_follow_ups"), "position_versions", type_="check")
    op.drop_column("position_versions", "ask_unseen")
    op.drop_column("position_versions", "follow_up_depth")
