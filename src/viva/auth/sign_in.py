"""Proving a password. The slow hash runs between two short units of work, never inside one."""

import hashlib
import ipaddress

from viva.auth import store
from viva.auth.errors import BadEmail, BadToken, WrongPassword
from viva.auth.model import TokenPair, User, UserPrincipal, normal_email
from viva.auth.passwords import Passwords
from viva.auth.service import AuthService
from viva.platform.database import Database
from viva.platform.web import RateLimiter

ATTEMPTS = 5
WINDOW_S = 60
"""S14: the sixth wrong try within a minute is refused, for one account from one address."""


class SignIn:
    """Password in, login out.

    Every try counts against its account and address together until one is right: a guesser is slowed down,
    and the account's owner, who is somewhere else, is not. `limiter` allows `ATTEMPTS` in `WINDOW_S`.
    """

    def __init__(
        self, database: Database, service: AuthService, passwords: Passwords, limiter: RateLimiter
    ) -> None:
        self._database = database
        self._service = service
        self._passwords = passwords
        self._limiter = limiter

    async def page(
        self, email: str, password: str, address: str, *, replaces: UserPrincipal | None = None
    ) -> str:
        """The cookie of a new page login; the one that the browser had before is ended (S11).

        Raises `WrongPassword` and `TooManyRequests`.
        """
        user = await self._proven(email, password, address)
        async with self._database.uow() as work:
            if replaces is not None:
                await self._service.close_login(work, replaces.login_id)
            return await self._service.open_page_login(work, user)

    async def token(self, email: str, password: str, address: str) -> TokenPair:
        """Tokens for an API client. Raises `WrongPassword` and `TooManyRequests`."""
        user = await self._proven(email, password, address)
        async with self._database.uow() as work:
            return await self._service.open_api_login(work, user)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """New tokens for old; the old are used up. Raises `BadToken`, with the family's end committed."""
        async with self._database.uow() as work:
            pair = await self._service.refresh(work, refresh_token)
        if pair is None:
            raise BadToken
        return pair

    async def _proven(self, email: str, password: str, address: str) -> User:
        key = _attempt_key(email, address)
        self._limiter.hit(*key)
        user, stored = await self._known(email)
        # Verified even for an unknown or inactive user: the answer takes as long and says as little.
        if not await self._passwords.verify(password, stored) or user is None or not user.active:
            raise WrongPassword
        self._limiter.forget(*key)
        return user

    async def _known(self, email: str) -> tuple[User | None, str | None]:
        try:
            email = normal_email(email)
        except BadEmail:
            return None, None
        async with self._database.uow() as work:
            row = await store.user_row(work.db, email)
            return (None, None) if row is None else (store.user_of(row), row.password_hash)


def _attempt_key(account: str, address: str) -> tuple[str, str, str]:
    who = hashlib.sha256(account.strip().lower().encode("utf-8", "replace")).hexdigest()
    return "sign-in", who, _network(address)


def _network(address: str) -> str:
    # A home has a whole /64 of IPv6 addresses and could take a new one for each try.
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
