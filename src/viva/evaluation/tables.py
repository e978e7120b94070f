"""Evaluations in PostgreSQL: every try is kept (C05), one draft stands, people's reviews stand beside it.

The database itself refuses to change rows of `evaluations`, `human_reviews` and `calibration_runs`, and to
delete those of the first two unless their session goes too (the triggers are in the migrations).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table, Timestamped
from viva.platform.ids import uuid7


class EvaluationRow(Table):
    """One try to evaluate an answer or the whole, and all that went into it. Rows are only ever added.

    `question_id` is null for the whole. `round` counts requests to evaluate the same thing anew; a round is
    settled at most once, which the partial unique indexes hold whatever was killed when. `draft` numbers the
    independent drafts of a whole: each is `drafted` at most once, and what they give together settles it.
    `rubric_version` names the criteria by their content, `cost_microusd` is null where no price is set.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        CheckConstraint("outcome in ('settled', 'drafted', 'unusable', 'unavailable')", name="outcome"),
        CheckConstraint("method in ('model', 'evidence', 'none')", name="method"),
        Index("ix_evaluations_session_id_id", "session_id", "id"),
        Index(
            "uq_evaluations_settled_answer",
            "question_id",
            "round",
            unique=True,
            postgresql_where=text("outcome = 'settled' and question_id is not null"),
        ),
        Index(
            "uq_evaluations_settled_whole",
            "session_id",
            "round",
            unique=True,
            postgresql_where=text("outcome = 'settled' and question_id is null"),
        ),
        Index(
            "uq_evaluations_drafted_whole",
            "session_id",
            "round",
            "draft",
            unique=True,
            postgresql_where=text("outcome = 'drafted' and question_id is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_questions.id", ondelete="CASCADE"))
    round: Mapped[int]
    attempt: Mapped[int]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    method: Mapped[str]
    model: Mapped[str]
    prompt_version: Mapped[str | None]
    prompt_hash: Mapped[str | None]
    rubric_version: Mapped[str | None]
    input_hash: Mapped[str | None]
    draft: Mapped[int | None]
    raw_answer: Mapped[str | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str | None]
    input_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    output_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    cache_write_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    cache_read_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    cost_microusd: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]


class ScorecardRow(Timestamped, Table):
    """The current draft of a session; the evaluation that it came from keeps the rest."""

    __tablename__ = "scorecards"
    __table_args__ = (CheckConstraint("status in ('ready', 'needs_human', 'failed')", name="status"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), unique=True)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("evaluations.id", ondelete="CASCADE"))
    status: Mapped[str]
    reason: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    evaluated_by: Mapped[str]
    prompt_version: Mapped[str | None]


class HumanReviewRow(Table):
    """A named person's own levels and decision (C07). Rows are only ever added; the newest counts.

    `evaluation_id` is the draft that was current, `draft_seen` whether its author had seen a model's draft of
    this interview, `override_reason` why they departed from it or from their first view after that.
    """

    __tablename__ = "human_reviews"
    __table_args__ = (CheckConstraint("decision in ('advance', 'hold', 'decline')", name="decision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    evaluation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("evaluations.id", ondelete="CASCADE"), index=True
    )
    levels: Mapped[dict[str, str | None]] = mapped_column(JSONB)
    note: Mapped[str]
    decision: Mapped[str | None]
    created_at: Mapped[datetime]
    blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    draft_seen: Mapped[bool]
    override_reason: Mapped[str] = mapped_column(default="", server_default="")


class DraftViewRow(Table):
    """This person was shown a model's draft of this interview, first at `at`; from then on they do not score
    it blind to the draft.
    """

    __tablename__ = "draft_views"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]


class CalibrationRow(Timestamped, Table):
    """A series of readings of stored interviews, by one wording and model or by two."""

    __tablename__ = "calibrations"
    __table_args__ = (CheckConstraint("runs > 0 and drafts > 0", name="counts"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    variants: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    runs: Mapped[int]
    drafts: Mapped[int]
    finished_at: Mapped[datetime | None]
    stopped_reason: Mapped[str | None]


class CalibrationSessionRow(Table):
    """One of the interviews of a series."""

    __tablename__ = "calibration_sessions"

    calibration_id: Mapped[UUID] = mapped_column(
        ForeignKey("calibrations.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class CalibrationRunRow(Table):
    """One reading of one interview; `variant` counts from 0, `run` from 1."""

    __tablename__ = "calibration_runs"
    __table_args__ = (UniqueConstraint("calibration_id", "session_id", "variant", "run"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    calibration_id: Mapped[UUID] = mapped_column(ForeignKey("calibrations.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    variant: Mapped[int]
    run: Mapped[int]
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_microusd: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
