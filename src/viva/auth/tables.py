"""The tables of auth. Every secret is stored as a hash; times are aware and in UTC."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table, Timestamped
from viva.platform.ids import uuid7

_ROLE = "role in ('admin', 'reviewer')"


class UserRow(Timestamped, Table):
    """A user. `email` is stored in lower case, so that unique means unique."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_is_lower"),
        CheckConstraint(_ROLE, name="role_is_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(default=True)
    token_epoch: Mapped[int] = mapped_column(default=0)


class LoginRow(Timestamped, Table):
    """One login: a page's, with a `cookie_hash`, or an API client's, the family of its refresh tokens."""

    __tablename__ = "logins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int]
    cookie_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RefreshTokenRow(Timestamped, Table):
    """One refresh token. Once `used_at` is set, seeing it again means that it was copied."""

    __tablename__ = "refresh_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", ondelete="CASCADE"), index=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    used_at: Mapped[datetime | None]


class ApiKeyRow(Timestamped, Table):
    """A program's key. `last_used_on` is a day, so that reading seldom writes."""

    __tablename__ = "api_keys"
    __table_args__ = (CheckConstraint(_ROLE, name="role_is_known"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]


class CandidateCredentialRow(Timestamped, Table):
    """What lets one candidate into one session: a link for one use, a bearer, or a browser's cookie."""

    __tablename__ = "candidate_credentials"
    __table_args__ = (
        CheckConstraint("kind in ('link', 'bearer', 'cookie')", name="kind_is_known"),
        Index("ix_candidate_credentials_session_id_kind", "session_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
