"""Positions, their versions and the own question bank in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table, Timestamped
from viva.platform.ids import uuid7


class PositionRow(Timestamped, Table):
    """A position, and which of its versions holds for new interviews."""

    __tablename__ = "positions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    current_version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True, index=True)


class PositionVersionRow(Timestamped, Table):
    """One version, never changed once written: interviews refer to it."""

    __tablename__ = "position_versions"
    __table_args__ = (
        CheckConstraint("language in ('ko', 'en')", name="language"),
        CheckConstraint("answer_limit_s > 0 and preparation_s >= 0", name="limits"),
        CheckConstraint("follow_up_depth between 0 and 2", name="follow_ups"),
        CheckConstraint("resume_questions between 0 and 3", name="resume_questions"),
    )

    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    language: Mapped[str]
    description: Mapped[str]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    answer_limit_s: Mapped[int]
    preparation_s: Mapped[int]
    follow_up_depth: Mapped[int] = mapped_column(default=0, server_default="0")
    resume_questions: Mapped[int] = mapped_column(default=0, server_default="0")
    ask_unseen: Mapped[bool] = mapped_column(default=False, server_default=false())
    show_numbers: Mapped[bool] = mapped_column(default=False, server_default=false())
    blind_review: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class BankQuestionRow(Timestamped, Table):
    """A question of the organisation's own bank, in one language."""

    __tablename__ = "bank_questions"
    __table_args__ = (
        CheckConstraint("language in ('ko', 'en')", name="language"),
        CheckConstraint("difficulty between 1 and 3", name="difficulty"),
        UniqueConstraint("language", "text"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    language: Mapped[str]
    text: Mapped[str]
    category: Mapped[str]
    competency: Mapped[str]
    difficulty: Mapped[int]
    kind: Mapped[str]
    what_good_shows: Mapped[list[str]] = mapped_column(JSONB)
    key_terms: Mapped[list[str]] = mapped_column(JSONB)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
