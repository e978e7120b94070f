"""Who may call what. The whole application denies by default; a handler says who is let in.

`deny_by_default` hangs on the application. A handler is open to everyone only with `opt={"public": True}`,
and to candidates only with `requires_candidate` or `requires_candidate_or_user`.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from viva.auth.errors import BadToken
from viva.auth.middleware import CANDIDATE_STATE
from viva.auth.model import ApiKeyPrincipal, CandidatePrincipal, Principal, UserPrincipal
from viva.platform.errors import Forbidden, NotFound, Unauthenticated

Connection = ASGIConnection[Any, Any, Any, Any]


async def deny_by_default(connection: Connection, handler: BaseRouteHandler) -> None:
    """The application's guard. Raises `Unauthenticated` for nobody, `Forbidden` for a candidate too many."""
    if handler.opt.get("public"):
        return
    principal = signed_in(connection)
    guards = handler.resolve_guards()
    if isinstance(principal, CandidatePrincipal) and not any(guard in guards for guard in _FOR_CANDIDATES):
        raise Forbidden


async def requires_user(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Lets in staff of any role, and API keys."""
    if isinstance(signed_in(connection), CandidatePrincipal):
        raise Forbidden


async def requires_reviewer(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets in whoever may review: reviewers and admins."""
    await _requires_role(connection, handler, "reviewer", "admin")


async def requires_admin(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets in admins."""
    await _requires_role(connection, handler, "admin")


async def _requires_role(connection: Connection, handler: BaseRouteHandler, *roles: str) -> None:
    await requires_user(connection, handler)
    if connection.scope["user"].role not in roles:
        raise Forbidden


async def requires_person(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Lets in staff who signed in themselves: no API key makes another one."""
    if not isinstance(signed_in(connection), UserPrincipal):
        raise Forbidden


async def requires_candidate(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Lets in candidates, and staff whose browser holds a candidate's cookie too."""
    signed_in(connection)
    if connection.scope["state"].get(CANDIDATE_STATE) is None:
        raise Forbidden


async def requires_candidate_or_user(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Lets in anybody who is known; the handler goes on to ask `may_access_session`."""
    signed_in(connection)


_FOR_CANDIDATES = (requires_candidate, requires_candidate_or_user)


def signed_in(connection: Connection) -> Principal:
    """Who it is. Raises `Unauthenticated` for nobody, `BadToken` where a bearer was sent that is no good."""
    principal: Principal | None = connection.scope.get("user")
    if principal is None:
        raise BadToken if connection.scope.get("auth") == "refused" else Unauthenticated
    return principal


def candidate_of(connection: Connection, session_id: UUID) -> CandidatePrincipal:
    """The candidate of this very session. Raises `NotFound` for everybody else, staff included."""
    candidate: CandidatePrincipal | None = connection.scope["state"].get(CANDIDATE_STATE)
    if candidate is None or candidate.session_id != session_id:
        raise NotFound
    return candidate


def may_access_session(
    principal: Principal | None,
    session_id: UUID,
    *,
    candidate_ok: bool,
    reviewer_ids: Collection[UUID] | None = None,
) -> None:
    """Object access (S02): raises `NotFound` for a session that is not theirs, as if it were not there.

    `reviewer_ids` are the users who may see this session besides admins; None lets every reviewer in.
    """
    if isinstance(principal, ApiKeyPrincipal):
        return
    if isinstance(principal, UserPrincipal) and (
        principal.role == "admin" or reviewer_ids is None or principal.user_id in reviewer_ids
    ):
        return
    if candidate_ok and isinstance(principal, CandidatePrincipal) and principal.session_id == session_id:
        return
    raise NotFound
