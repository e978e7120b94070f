"""shape by resume."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "f61c8a2e0b97"
down_revision = "e5b07d1c94a3"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""
NOW = sa.text("now()")


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.add_column(
        "position_versions",
        sa.Column("resume_questions", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_position_versions_resume_questions"),
        "position_versions",
        "resume_questions between 0 and 3",
    )
    _create_resumes()
    _create_resume_questions()


def _create_resumes() -> None:
    op.create_table(
        "resumes",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("unread_ok", sa.Boolean(), nullable=False),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("suspicious", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("attached_by", sa.Uuid(), nullable=True),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "progress in ('drafting', 'drafted', 'stopped')", name=op.f("ck_resumes_progress")
        ),
        sa.CheckConstraint("wanted between 1 and 3", name=op.f("ck_resumes_wanted")),
        sa.ForeignKeyConstraint(
            ["attached_by"], ["users.id"], name=op.f("fk_resumes_attached_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_resumes_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_resumes")),
    )


def _create_resume_questions() -> None:
    op.create_table(
        "resume_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("drafted_text", sa.String(), nullable=False),
        sa.Column("competency", sa.String(), nullable=False),
        sa.Column("what_good_shows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key_terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt_version", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "decision in ('open', 'accepted', 'rejected', 'unread')",
            name=op.f("ck_resume_questions_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_resume_questions_decided_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["session_questions.id"],
            name=op.f("fk_resume_questions_question_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_resume_questions_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume_questions")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_resume_questions_session_id_number")),
    )
    op.create_index(
        op.f("ix_resume_questions_question_id"), "resume_questions", ["question_id"], unique=False
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.drop_table("resume_questions")
    op.drop_table("resumes")
    op.drop_constraint(op.f("ck_position_versions_resume_questions"), "position_versions")
    op.drop_column("position_versions", "resume_questions")
