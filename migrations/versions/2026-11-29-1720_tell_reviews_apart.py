"""tell reviews apart."""

import sqlalchemy as sa
from alembic import op

revision = "c58d1f7a3e96"
down_revision = "a3f81c6de2b4"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""
APPEND_ONLY = ("human_reviews", "ai_switchings")
FILL_DRAFT = """
update human_reviews set evaluation_id = scorecards.evaluation_id from scorecards
where scorecards.session_id = human_reviews.session_id and scorecards.created_at <= human_reviews.created_at
"""
"""A scorecard is as old as its newest draft: where it is older than the review, it is what stood then."""
FILL_SCORECARD = """
update human_reviews set scorecard_id = scorecards.id from scorecards
where scorecards.session_id = human_reviews.session_id
"""


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    _tell_reviews_apart()
    _create_draft_views()
    _create_ai_switchings()
    _create_triggers()


def _tell_reviews_apart() -> None:
    """Of the reviews so far nobody can say any more that their authors had not seen the draft."""
    op.add_column("human_reviews", sa.Column("evaluation_id", sa.Uuid(), nullable=True))
    op.execute(FILL_DRAFT)
    op.create_foreign_key(
        op.f("fk_human_reviews_evaluation_id"),
        "human_reviews",
        "evaluations",
        ["evaluation_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_human_reviews_evaluation_id"), "human_reviews", ["evaluation_id"])
    op.drop_column("human_reviews", "scorecard_id")
    seen = sa.Column("draft_seen", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("human_reviews", seen)
    op.alter_column("human_reviews", "draft_seen", server_default=None)
    reason = sa.Column("override_reason", sa.String(), server_default=sa.text("''"), nullable=False)
    op.add_column("human_reviews", reason)


def _create_draft_views() -> None:
    op.create_table(
        "draft_views",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_draft_views_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_draft_views_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "user_id", name=op.f("pk_draft_views")),
    )
    op.create_index(op.f("ix_draft_views_user_id"), "draft_views", ["user_id"])


def _create_ai_switchings() -> None:
    op.create_table(
        "ai_switchings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ai_switchings_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_switchings")),
    )
    op.create_index(op.f("ix_ai_switchings_user_id"), "ai_switchings", ["user_id"])


def _create_triggers() -> None:
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_never_change before update on {table} "
            "for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger {table}_never_emptied before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
    op.execute(
        "create trigger human_reviews_kept before delete on human_reviews "
        "for each row execute function keep_while_session_stands()"
    )
    op.execute(
        "create trigger ai_switchings_kept before delete on ai_switchings "
        "for each row execute function refuse_change()"
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    for table in APPEND_ONLY:
        for rule in ("kept", "never_emptied", "never_change"):
            op.execute(f"drop trigger {table}_{rule} on {table}")
    op.drop_table("ai_switchings")
    op.drop_table("draft_views")
    op.add_column("human_reviews", sa.Column("scorecard_id", sa.Uuid(), nullable=True))
    op.execute(FILL_SCORECARD)
    op.create_foreign_key(
        op.f("fk_human_reviews_scorecard_id"),
        "human_reviews",
        "scorecards",
        ["scorecard_id"],
        ["id"],
        ondelete="SET NULL",
    )
    for column in ("override_reason", "draft_seen", "evaluation_id"):
        op.drop_column("human_reviews", column)
