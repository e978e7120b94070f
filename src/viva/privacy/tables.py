"""The consent ledger: rows are added, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table
from viva.platform.ids import uuid7


class ConsentRow(Table):
    """One decision of one candidate, with the hash of the words that were read."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    notice_version: Mapped[str]
    language: Mapped[str]
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recording: Mapped[bool]
    ai_evaluation: Mapped[bool]
    decided_at: Mapped[datetime]
