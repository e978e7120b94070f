"""Who may act: users, principals, and the rules that need no database.

Pure: time and ids come in as arguments.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from viva.auth.errors import BadEmail

Role = Literal["admin", "reviewer"]
ROLES: tuple[Role, ...] = ("admin", "reviewer")

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
"""S05 allows no more."""
LOGIN_LIFETIME = timedelta(hours=12)
"""A page login ends with the working day, used or not (ASVS 7.3.2)."""
REFRESH_LIFETIME = timedelta(days=14)
"""How long an API login lives, however often it is refreshed."""
CANDIDATE_COOKIE_LIFETIME = timedelta(hours=24)
"""The least time that a swapped link leaves for the interview, so that a link opened late is no trap."""

EMAIL_MAX = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the hiring side. `token_epoch` moves on when every login of theirs shall end."""

    id: UUID
    email: str
    role: Role
    active: bool
    token_epoch: int
    created_at: datetime


class UserPrincipal(msgspec.Struct, frozen=True, tag="user"):
    """A person who signed in; `login_id` is the login that this connection speaks for."""

    user_id: UUID
    email: str
    role: Role
    login_id: UUID


class ApiKeyPrincipal(msgspec.Struct, frozen=True, tag="api_key"):
    """A program with a key of its own."""

    key_id: UUID
    role: Role


class CandidatePrincipal(msgspec.Struct, frozen=True, tag="candidate"):
    """The one person who is interviewed in `session_id`, and nobody outside it."""

    session_id: UUID
    credential_id: UUID


Principal = UserPrincipal | ApiKeyPrincipal | CandidatePrincipal

Means = Literal["bearer", "cookie", "refused"]
"""How a connection authenticated: by its Authorization header, by a cookie, or by a header that is bad."""


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as it can be shown: never the secret."""

    id: UUID
    label: str
    role: Role
    created_at: datetime
    last_used_on: str | None = None
    revoked_at: datetime | None = None


class TokenPair(msgspec.Struct, frozen=True, kw_only=True):
    """What an API login is given. `expires_in` is seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 (the word of RFC 6750)
    expires_in: int
    refresh_token: str


class GeneratedPassword(msgspec.Struct, frozen=True, kw_only=True):
    """The first admin's password where none was set. It is shown once and cannot be read again."""

    email: str
    password: str


class LinkFound(msgspec.Struct, frozen=True):
    """A good link, looked at but not opened."""

    session_id: UUID
    used: bool


class Swapped(msgspec.Struct, frozen=True, kw_only=True):
    """A link was opened. `cookie` is the new cookie's value, or None where the browser's own stays good."""

    session_id: UUID
    cookie: str | None
    expires_at: datetime


def normal_email(text: str) -> str:
    """The one spelling under which an address is stored and looked up. Raises `BadEmail`."""
    email = text.strip().lower()
    local, _, domain = email.rpartition("@")
    plain = email.isprintable() and not any(letter.isspace() for letter in email) and "@" not in local
    if not (plain and local and domain and len(email) <= EMAIL_MAX):
        raise BadEmail
    return email


def cookie_expiry(link_expires_at: datetime, now: datetime) -> datetime:
    """Until when the cookie is good that a link is swapped for."""
    return max(link_expires_at, now + CANDIDATE_COOKIE_LIFETIME)
