"""The interview record in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table, Timestamped
from viva.platform.ids import uuid7


class SessionRow(Timestamped, Table):
    """One interview. What it needs of its position is copied in, so that later edits change nothing."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint(
            "status in ('created', 'consented', 'in_progress', 'completed', 'expired', 'withdrawn')",
            name="status",
        ),
        CheckConstraint("language in ('ko', 'en')", name="language"),
        Index("ix_sessions_status_id", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_name: Mapped[str]
    email: Mapped[str | None]
    position: Mapped[str]
    position_id: Mapped[UUID | None]
    position_version: Mapped[int | None]
    language: Mapped[str]
    status: Mapped[str] = mapped_column(default="created")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    recording_consent: Mapped[bool | None]
    ai_consent: Mapped[bool | None]
    current_question_id: Mapped[UUID | None]
    answering_since: Mapped[datetime | None]
    answer_deadline: Mapped[datetime | None]
    extensions: Mapped[int] = mapped_column(default=0, server_default="0")
    answer_limit_s: Mapped[int]
    preparation_s: Mapped[int]
    last_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    key_terms: Mapped[list[str]] = mapped_column(JSONB, default=list)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    plan_source: Mapped[str]
    plan_fallback_reason: Mapped[str | None]
    blind_review: Mapped[bool] = mapped_column(default=False, server_default=false())


class SessionReviewerRow(Table):
    """Who besides admins may see a session."""

    __tablename__ = "session_reviewers"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SessionUnveilingRow(Table):
    """Who got to know whose interview it is, when, and whether they had scored by then."""

    __tablename__ = "session_unveilings"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    scored: Mapped[bool]
    at: Mapped[datetime]


class QuestionRow(Table):
    """A question as this candidate is asked it."""

    __tablename__ = "session_questions"
    __table_args__ = (UniqueConstraint("session_id", "order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    order: Mapped[int]
    text: Mapped[str]
    competency: Mapped[str]
    what_good_shows: Mapped[list[str]] = mapped_column(JSONB, default=list)
    source_id: Mapped[str | None] = mapped_column(index=True)
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_questions.id", ondelete="CASCADE"))
    follow_ups: Mapped[int] = mapped_column(default=0, server_default="0")


class AnswerRow(Table):
    """How one question went. Its words are utterances; a typed answer is one utterance."""

    __tablename__ = "answers"
    __table_args__ = (
        CheckConstraint("status in ('pending', 'answering', 'finished', 'skipped')", name="status"),
        CheckConstraint("kind in ('spoken', 'typed')", name="kind"),
    )

    question_id: Mapped[UUID] = mapped_column(
        ForeignKey("session_questions.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(default="pending")
    kind: Mapped[str | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]


class UtteranceRow(Table):
    """A final result, as heard. It never changes; the candidate's correction stands beside it."""

    __tablename__ = "utterances"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    speaker: Mapped[str]
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_questions.id", ondelete="CASCADE"))
    text: Mapped[str]
    corrected_text: Mapped[str | None]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    confidence: Mapped[float | None]
    words: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    source: Mapped[str]
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    heard_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MissedSpanRow(Table):
    """A span of an answer that nobody transcribed live. Settled: its words are utterances now."""

    __tablename__ = "missed_spans"
    __table_args__ = (
        CheckConstraint("reason in ('unheard', 'interrupted', 'no_engine')", name="reason"),
        CheckConstraint("start_ms < end_ms", name="span"),
        UniqueConstraint("question_id", "start_ms", "end_ms"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("session_questions.id", ondelete="CASCADE"))
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class IncidentRow(Table):
    """Something that got in the way (a lost connection, a denied camera), for both sides to see."""

    __tablename__ = "incidents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    at_ms: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotencyRow(Table):
    """The first answer to a keyed request, sealed, so that a repeat gets the same one (F22)."""

    __tablename__ = "idempotency_keys"

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_response: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
