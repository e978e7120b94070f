"""Résumés and the questions drafted from them in PostgreSQL; they go when their session goes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table, Timestamped
from viva.platform.ids import uuid7


class ResumeRow(Timestamped, Table):
    """The masked text of one candidate's résumé, and how far its drafts are."""

    __tablename__ = "resumes"
    __table_args__ = (
        CheckConstraint("progress in ('drafting', 'drafted', 'stopped')", name="progress"),
        CheckConstraint("wanted between 1 and 3", name="wanted"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str]
    wanted: Mapped[int]
    unread_ok: Mapped[bool]
    follow_ups: Mapped[int]
    suspicious: Mapped[bool]
    progress: Mapped[str]
    reason: Mapped[str | None]
    attached_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    attached_at: Mapped[datetime]


class ResumeQuestionRow(Timestamped, Table):
    """One draft, with what the model wrote beside what a person made of it."""

    __tablename__ = "resume_questions"
    __table_args__ = (
        CheckConstraint("decision in ('open', 'accepted', 'rejected', 'unread')", name="decision"),
        UniqueConstraint("session_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
    drafted_text: Mapped[str]
    competency: Mapped[str]
    what_good_shows: Mapped[list[str]] = mapped_column(JSONB)
    key_terms: Mapped[list[str]] = mapped_column(JSONB)
    model: Mapped[str]
    prompt_version: Mapped[str]
    decision: Mapped[str] = mapped_column(default="open")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    question_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session_questions.id", ondelete="SET NULL"), index=True
    )
