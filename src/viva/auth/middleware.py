"""Who is on the other end of this request or socket: decided once, before any handler.

Sets `scope["user"]` to a principal or None and `scope["auth"]` to the `Means`. It refuses nobody; that is
the guards' task. A bearer that is present and no good makes the connection nobody's, whatever cookies it
carries.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from viva.auth.candidates import CANDIDATE_PREFIX, CandidateAccess
from viva.auth.cookies import CANDIDATE_COOKIE, USER_COOKIE
from viva.auth.errors import BadToken
from viva.auth.model import CandidatePrincipal, Principal, UserPrincipal
from viva.auth.service import COOKIE_PREFIX, KEY_PREFIX, AuthService
from viva.platform.database import Database, Work

Connection = ASGIConnection[Any, Any, Any, Any]

CANDIDATE_STATE = "viva_candidate"
"""Where the candidate is kept when the same browser is signed in as staff too."""
_NOBODYS = ("/static/", "/healthz", "/readyz", "/metrics")
"""The same for everybody, and there even when the database is not: nobody is looked up."""
_OPAQUE_MAX = 128
"""Characters; ours have about 50. Longer ones are not worth a query."""


class Authentication(ASGIMiddleware):
    """Looks the credential up in one short unit of work, closed before the handler starts."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self, database: Database, service: AuthService, candidates: CandidateAccess) -> None:
        self._database = database
        self._service = service
        self._candidates = candidates

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Set who it is and go on."""
        scope["user"] = scope["auth"] = None
        connection: Connection = ASGIConnection(scope)
        if not scope["path"].startswith(_NOBODYS):
            if (bearer := _bearer(connection)) is not None:
                await self._by_bearer(scope, bearer)
            else:
                await self._by_cookie(scope, connection.cookies)
        await next_app(scope, receive, send)

    async def _by_bearer(self, scope: Scope, bearer: str) -> None:
        async with self._database.uow() as work:
            principal = await self._principal(work, bearer)
        scope["user"] = principal
        scope["auth"] = "refused" if principal is None else "bearer"
        if isinstance(principal, CandidatePrincipal):
            scope["state"][CANDIDATE_STATE] = principal

    async def _principal(self, work: Work, bearer: str) -> Principal | None:
        if _looks_like(bearer, KEY_PREFIX):
            return await self._service.by_api_key(work, bearer)
        if _looks_like(bearer, CANDIDATE_PREFIX):
            return await self._candidates.resolve(work, bearer)
        try:
            return await self._service.by_access_token(work, bearer)
        except BadToken:
            return None

    async def _by_cookie(self, scope: Scope, cookies: dict[str, str]) -> None:
        user_token, candidate_token = cookies.get(USER_COOKIE, ""), cookies.get(CANDIDATE_COOKIE, "")
        user: UserPrincipal | None = None
        candidate: CandidatePrincipal | None = None
        if not (_looks_like(user_token, COOKIE_PREFIX) or _looks_like(candidate_token, CANDIDATE_PREFIX)):
            return
        async with self._database.uow() as work:
            if _looks_like(user_token, COOKIE_PREFIX):
                user = await self._service.by_cookie(work, user_token)
            if _looks_like(candidate_token, CANDIDATE_PREFIX):
                candidate = await self._candidates.resolve(work, candidate_token, kind="cookie")
        scope["user"] = user or candidate
        scope["auth"] = None if scope["user"] is None else "cookie"
        if candidate is not None:
            scope["state"][CANDIDATE_STATE] = candidate


def _looks_like(token: str, prefix: str) -> bool:
    return token.startswith(f"{prefix}_") and len(token) <= _OPAQUE_MAX


def _bearer(connection: Connection) -> str | None:
    """The bearer token; empty, and so never good, where the header comes twice or without one."""
    values = connection.headers.getall("authorization", [])
    bearers = [value for value in values if value.split(" ", 1)[0].lower() == "bearer"]
    if not bearers:
        return None
    return bearers[0].partition(" ")[2].strip() if len(values) == 1 else ""
