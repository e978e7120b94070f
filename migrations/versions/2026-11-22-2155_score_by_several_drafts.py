"""score by several drafts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b7c2f19e04d8"
down_revision = "7ad1cd077bc6"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""

REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'insufficient_privilege';
end
$$
"""
KEEP_WITH_SESSION = """
create function keep_while_session_stands() returns trigger language plpgsql as $$
begin
    if exists (select 1 from sessions where id = old.session_id) then
        raise exception 'rows of % go only together with their session', tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return old;
end
$$
"""
APPEND_ONLY = ("evaluations", "model_spending", "calibration_runs")


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.add_column("evaluations", sa.Column("rubric_version", sa.String(), nullable=True))
    op.add_column("evaluations", sa.Column("draft", sa.Integer(), nullable=True))
    for name in ("cache_write_tokens", "cache_read_tokens"):
        op.add_column("evaluations", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("evaluations", sa.Column("cost_microusd", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f("ck_evaluations_outcome"), "evaluations")
    op.create_check_constraint(
        op.f("ck_evaluations_outcome"),
        "evaluations",
        "outcome in ('settled', 'drafted', 'unusable', 'unavailable')",
    )
    op.create_index(
        "uq_evaluations_drafted_whole",
        "evaluations",
        ["session_id", "round", "draft"],
        unique=True,
        postgresql_where=sa.text("outcome = 'drafted' and question_id is null"),
    )
    _create_spending()
    _create_calibrations()
    _create_triggers()


def _create_spending() -> None:
    op.create_table(
        "model_spending",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position_key", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_spending")),
    )
    for name in ("at", "session_id", "position_key"):
        op.create_index(op.f(f"ix_model_spending_{name}"), "model_spending", [name], unique=False)


def _create_calibrations() -> None:
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("variants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("runs > 0 and drafts > 0", name=op.f("ck_calibrations_counts")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_calibrations_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    op.create_table(
        "calibration_sessions",
        sa.Column("calibration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        *_belongs_to_a_calibration("calibration_sessions"),
        sa.PrimaryKeyConstraint("calibration_id", "session_id", name=op.f("pk_calibration_sessions")),
    )
    op.create_table(
        "calibration_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calibration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        *_belongs_to_a_calibration("calibration_runs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_runs")),
        sa.UniqueConstraint(
            *("calibration_id", "session_id", "variant", "run"),
            name=op.f("uq_calibration_runs_calibration_id_session_id_variant_run"),
        ),
    )
    for table in ("calibration_sessions", "calibration_runs"):
        op.create_index(op.f(f"ix_{table}_session_id"), table, ["session_id"], unique=False)


def _belongs_to_a_calibration(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
        )
        for column, target in (("calibration_id", "calibrations"), ("session_id", "sessions"))
    )


def _create_triggers() -> None:
    op.execute(REFUSE)
    op.execute(KEEP_WITH_SESSION)
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
        "create trigger evaluations_kept before delete on evaluations "
        "for each row execute function keep_while_session_stands()"
    )
    op.execute(
        "create trigger model_spending_kept before delete on model_spending "
        "for each row execute function refuse_change()"
    )


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.execute("drop trigger model_spending_kept on model_spending")
    op.execute("drop trigger evaluations_kept on evaluations")
    for table in APPEND_ONLY:
        op.execute(f"drop trigger {table}_never_emptied on {table}")
        op.execute(f"drop trigger {table}_never_change on {table}")
    op.execute("drop function keep_while_session_stands()")
    op.execute("drop function refuse_change()")
    for table in ("calibration_runs", "calibration_sessions", "calibrations", "model_spending"):
        op.drop_table(table)
    op.execute("delete from evaluations where outcome = 'drafted'")
    op.drop_index("uq_evaluations_drafted_whole", table_name="evaluations")
    op.drop_constraint(op.f("ck_evaluations_outcome"), "evaluations")
    op.create_check_constraint(
        op.f("ck_evaluations_outcome"), "evaluations", "outcome in ('settled', 'unusable', 'unavailable')"
    )
    for name in ("cost_microusd", "cache_read_tokens", "cache_write_tokens", "draft", "rubric_version"):
        op.drop_column("evaluations", name)
