"""Positions and their versions in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
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
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
