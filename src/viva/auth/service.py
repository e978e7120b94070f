"""Users, logins, tokens and API keys. Everything takes a unit of work and leaves the commit to its owner."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from viva.auth import store
from viva.auth.access_tokens import AccessTokens
from viva.auth.errors import EmailTaken
from viva.auth.model import (
    ACCESS_TOKEN_LIFETIME,
    LOGIN_LIFETIME,
    REFRESH_LIFETIME,
    ApiKey,
    ApiKeyPrincipal,
    GeneratedPassword,
    Role,
    TokenPair,
    User,
    UserPrincipal,
    normal_email,
)
from viva.auth.password_rules import check_password
from viva.auth.passwords import Passwords
from viva.auth.tables import ApiKeyRow, LoginRow, RefreshTokenRow, UserRow
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.platform.errors import NotFound
from viva.platform.ids import new_token, token_hash, uuid7

COOKIE_PREFIX = "vpage"
REFRESH_PREFIX = "vref"
KEY_PREFIX = "vkey"
DEFAULT_ADMIN_EMAIL = "admin@viva.local"


class AuthService:
    """The one way to make, prove and end what staff and programs sign in with."""

    def __init__(self, clock: Clock, passwords: Passwords, tokens: AccessTokens) -> None:
        self._clock = clock
        self._passwords = passwords
        self._tokens = tokens

    # users

    async def create_user(self, work: Work, email: str, password: str, role: Role) -> User:
        """A new active user. Raises `BadEmail`, `EmailTaken` and what `check_password` raises."""
        email = normal_email(email)
        check_password(password, email=email)
        hashed = await self._passwords.hash(password)
        row = UserRow(
            id=uuid7(),
            email=email,
            password_hash=hashed,
            role=role,
            active=True,
            token_epoch=0,
            created_at=self._clock.now(),
        )
        try:
            async with work.db.begin_nested():
                work.db.add(row)
        except IntegrityError as error:
            raise EmailTaken from error
        return store.user_of(row)

    async def ensure_first_admin(self, work: Work, email: str, password: str) -> GeneratedPassword | None:
        """Make sure that somebody can administer; the password that was generated, if one had to be.

        Does nothing once any admin exists. Raises what `create_user` raises on a given password that is weak.
        """
        await store.lock_first_admin(work.db)
        if await store.has_admin(work.db):
            return None
        chosen = password or secrets.token_urlsafe(15)
        user = await self.create_user(work, email or DEFAULT_ADMIN_EMAIL, chosen, "admin")
        return None if password else GeneratedPassword(email=user.email, password=chosen)

    async def emails(self, work: Work, user_ids: Collection[UUID]) -> dict[UUID, str]:
        """The addresses of these users, to name them by; unknown ones are left out."""
        return await store.emails(work.db, user_ids)

    async def set_password(self, work: Work, user_id: UUID, password: str) -> None:
        """Change the password and end every login. Raises `NotFound` and what `check_password` raises."""
        row = await self._user(work, user_id)
        check_password(password, email=row.email)
        row.password_hash = await self._passwords.hash(password)
        row.token_epoch += 1

    async def set_active(self, work: Work, user_id: UUID, *, active: bool) -> None:
        """Let a user in or out. Going out ends every login at the next request. Raises `NotFound`."""
        row = await self._user(work, user_id)
        row.active = active
        row.token_epoch += 0 if active else 1

    async def set_role(self, work: Work, user_id: UUID, role: Role) -> None:
        """Change what a user may do; a change ends every login (S11). Raises `NotFound`."""
        row = await self._user(work, user_id)
        row.token_epoch += 0 if row.role == role else 1
        row.role = role

    async def sign_out_everywhere(self, work: Work, user_id: UUID) -> None:
        """End every login of a user. Raises `NotFound`."""
        (await self._user(work, user_id)).token_epoch += 1

    async def _user(self, work: Work, user_id: UUID) -> UserRow:
        row = await store.user_row_by_id(work.db, user_id)
        if row is None:
            raise NotFound
        return row

    # logins

    async def open_page_login(self, work: Work, user: User) -> str:
        """A new login for a browser; its cookie's value, which is good for `LOGIN_LIFETIME`."""
        cookie = new_token(COOKIE_PREFIX)
        work.db.add(self._login(user, LOGIN_LIFETIME, token_hash(cookie)))
        await work.db.flush()
        return cookie

    async def open_api_login(self, work: Work, user: User) -> TokenPair:
        """A new login for an API client, which refreshes it for up to `REFRESH_LIFETIME`."""
        login = self._login(user, REFRESH_LIFETIME, None)
        work.db.add(login)
        await work.db.flush()
        return await self._pair(work, user.id, login.id)

    def _login(self, user: User, lifetime: timedelta, cookie_hash: bytes | None) -> LoginRow:
        now = self._clock.now()
        return LoginRow(
            id=uuid7(),
            user_id=user.id,
            epoch=user.token_epoch,
            cookie_hash=cookie_hash,
            expires_at=now + lifetime,
        )

    async def _pair(self, work: Work, user_id: UUID, login_id: UUID) -> TokenPair:
        refresh = new_token(REFRESH_PREFIX)
        work.db.add(RefreshTokenRow(id=uuid7(), login_id=login_id, hash=token_hash(refresh)))
        await work.db.flush()
        return TokenPair(
            access_token=self._tokens.issue(user_id, login_id, self._clock.now()),
            expires_in=int(ACCESS_TOKEN_LIFETIME.total_seconds()),
            refresh_token=refresh,
        )

    async def refresh(self, work: Work, refresh_token: str) -> TokenPair | None:
        """A new pair for a token that was not used before. A used one ends its whole login.

        Answers None instead of raising where there is nothing to give, because the revocation has to be
        committed.
        """
        hashed, now = token_hash(refresh_token), self._clock.now()
        login_id = await store.use_refresh_token(work.db, hashed, now)
        if login_id is None:
            await self._end_family(work, hashed)
            return None
        principal = await store.principal_of_login(work.db, login_id, now)
        return None if principal is None else await self._pair(work, principal.user_id, login_id)

    async def revoke_token(self, work: Work, token: str) -> None:
        """End the login of a refresh token; an unknown or ended one is no error (RFC 7009)."""
        await self._end_family(work, token_hash(token))

    async def _end_family(self, work: Work, hashed: bytes) -> None:
        login_id = await store.login_of_refresh_token(work.db, hashed)
        if login_id is not None:
            await self.close_login(work, login_id)

    async def close_login(self, work: Work, login_id: UUID) -> None:
        """End one login. Doing it twice is fine."""
        await store.revoke_login(work.db, login_id, self._clock.now())

    # who is it

    async def by_access_token(self, work: Work, token: str) -> UserPrincipal | None:
        """Who a JWT speaks for, if its login and user are still good. Raises `BadToken` on a bad one."""
        now = self._clock.now()
        claims = self._tokens.read(token, now)
        principal = await store.principal_of_login(work.db, claims.login_id, now)
        return principal if principal is not None and principal.user_id == claims.user_id else None

    async def by_cookie(self, work: Work, cookie: str) -> UserPrincipal | None:
        """Who a page's cookie speaks for."""
        return await store.principal_of_cookie(work.db, token_hash(cookie), self._clock.now())

    async def by_api_key(self, work: Work, key: str) -> ApiKeyPrincipal | None:
        """Who an API key speaks for."""
        return await store.principal_of_key(work.db, token_hash(key), self._clock.now().date())

    async def still_good(self, work: Work, principal: UserPrincipal | ApiKeyPrincipal) -> bool:
        """Whether an open socket of this principal may stay open (S03)."""
        if isinstance(principal, ApiKeyPrincipal):
            return await store.key_is_good(work.db, principal.key_id)
        found = await store.principal_of_login(work.db, principal.login_id, self._clock.now())
        return found is not None

    # API keys

    async def create_key(self, work: Work, label: str, role: Role) -> tuple[ApiKey, str]:
        """A new key and its secret, which is shown this once."""
        secret = new_token(KEY_PREFIX)
        row = ApiKeyRow(
            id=uuid7(), hash=token_hash(secret), label=label, role=role, created_at=self._clock.now()
        )
        work.db.add(row)
        await work.db.flush()
        return store.key_of(row), secret

    async def keys(self, work: Work) -> list[ApiKey]:
        """Every key, the newest first, revoked ones too."""
        return await store.all_keys(work.db)

    async def revoke_key(self, work: Work, key_id: UUID) -> None:
        """Revoke a key. Doing it twice is fine. Raises `NotFound`."""
        if not await store.revoke_key(work.db, key_id, self._clock.now()):
            raise NotFound
