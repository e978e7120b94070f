"""The routes of auth. Handlers translate; what they call stands in `sign_in` and `service`.

They ask for the dependencies `database`, `auth`, `sign_in` and `clients`, which bootstrap provides.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, URLEncodedBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from viva.auth.cookies import USER_COOKIE, no_cookie, user_cookie
from viva.auth.errors import BadToken, WrongPassword
from viva.auth.guards import requires_admin, requires_person, requires_user
from viva.auth.model import (
    ApiKey,
    ApiKeyPrincipal,
    Principal,
    Role,
    TokenPair,
    UserPrincipal,
)
from viva.auth.service import AuthService
from viva.auth.sign_in import SignIn
from viva.platform.database import Database
from viva.platform.errors import TooManyRequests, Unauthenticated, VivaError
from viva.platform.web import Clients, Page, is_local, message_of, see_other

AuthRequest = Request[Principal | None, str | None, Any]

HOME = "/admin"
_REASONS: dict[str, VivaError] = {error.code: error for error in (BadToken(), Unauthenticated())}
"""Why somebody was sent to the login page, as the address says it: a code that is known, never a text."""
_NO_STORE = {"Cache-Control": "no-store"}


class LoginForm(msgspec.Struct):
    """What the login page sends; what is missing is empty, and then not right."""

    email: str = ""
    password: str = ""
    next: str = ""


class TokenForm(msgspec.Struct):
    """The password grant's fields that are used; others are let be, as RFC 6749 section 3.2 asks."""

    username: str
    password: str


class RefreshForm(msgspec.Struct):
    """A refresh token that was not used before."""

    refresh_token: str


class RevokeForm(msgspec.Struct):
    """A refresh token (RFC 7009); without one, the login of the bearer that is sent ends."""

    token: str = ""


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    """A key to be made."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    role: Role = "reviewer"


class CreatedKey(msgspec.Struct, kw_only=True):
    """A new key, with the secret that is shown this once."""

    id: UUID
    label: str
    role: Role
    created_at: datetime
    key: str


class Keys(msgspec.Struct):
    """Every key, the newest first."""

    items: list[ApiKey]


class Me(msgspec.Struct, kw_only=True):
    """Who the credential speaks for. `email` is None for an API key, whose own id stands in `id`."""

    id: UUID
    email: str | None
    role: Role
    kind: Literal["user", "api_key"]


def _login_page(form: LoginForm, error: VivaError | None = None, status: int = 200) -> Page:
    context = {
        "email": form.email,
        "next": _target(form.next),
        "error": message_of(error) if error else None,
    }
    return Page("auth/login.html", context, status)


def _target(wanted: str) -> str:
    return wanted if is_local(wanted) else HOME


@get("/login", opt={"public": True}, include_in_schema=False)
async def show_login(request: AuthRequest) -> Response[Any]:
    """The login page; whoever is signed in already goes on."""
    wanted = request.query_params.get("next", "")
    reason = request.query_params.get("reason")
    if isinstance(request.user, UserPrincipal):
        return see_other(_target(wanted))
    return _login_page(LoginForm(next=wanted), _REASONS.get(reason or ""))


@post("/login", opt={"public": True}, include_in_schema=False, status_code=200)
async def log_in(
    request: AuthRequest,
    data: URLEncodedBody[LoginForm],
    sign_in: NamedDependency[SignIn],
    clients: NamedDependency[Clients],
) -> Response[Any]:
    """Sign in, or say in words why not, with what was entered still there."""
    before = request.user if isinstance(request.user, UserPrincipal) else None
    try:
        cookie = await sign_in.page(
            data.email, data.password, clients.address(request.scope), replaces=before
        )
    except WrongPassword as error:
        return _login_page(data, error, 401)
    except TooManyRequests as error:
        page = _login_page(data, error, 429)
        page.headers["Retry-After"] = str(error.retry_after_s)
        return page
    response = see_other(_target(data.next))
    response.cookies.append(user_cookie(cookie))
    return response


@post("/logout", opt={"public": True}, include_in_schema=False, status_code=303)
async def log_out(
    request: AuthRequest, database: NamedDependency[Database], auth: NamedDependency[AuthService]
) -> Redirect:
    """End the login and have the browser forget it. Without one there is nothing to end, and no fault."""
    if isinstance(request.user, UserPrincipal):
        async with database.uow() as work:
            await auth.close_login(work, request.user.login_id)
    response = see_other("/login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.cookies.append(no_cookie(USER_COOKIE))
    return response


@post("/api/token", opt={"public": True}, status_code=200, response_headers=_NO_STORE)
async def issue_token(
    request: AuthRequest,
    data: URLEncodedBody[TokenForm],
    sign_in: NamedDependency[SignIn],
    clients: NamedDependency[Clients],
) -> TokenPair:
    """Tokens for a user name (the email address) and a password."""
    return await sign_in.token(data.username, data.password, clients.address(request.scope))


@post("/api/token/refresh", opt={"public": True}, status_code=200, response_headers=_NO_STORE)
async def refresh_token(data: URLEncodedBody[RefreshForm], sign_in: NamedDependency[SignIn]) -> TokenPair:
    """New tokens for a refresh token, which is used up. One that was used before ends the login."""
    return await sign_in.refresh(data.refresh_token)


@post("/api/token/revoke", opt={"public": True}, status_code=204)
async def revoke_token(
    request: AuthRequest,
    data: URLEncodedBody[RevokeForm],
    database: NamedDependency[Database],
    auth: NamedDependency[AuthService],
) -> None:
    """End a login. Always 204: an unknown token is as good as revoked."""
    async with database.uow() as work:
        if data.token:
            await auth.revoke_token(work, data.token)
        elif isinstance(request.user, UserPrincipal) and request.auth == "bearer":
            await auth.close_login(work, request.user.login_id)


@get("/api/users/me", guards=[requires_user])
async def me(request: AuthRequest) -> Me:
    """Who the credential speaks for."""
    who = request.user
    if isinstance(who, ApiKeyPrincipal):
        return Me(id=who.key_id, email=None, role=who.role, kind="api_key")
    assert isinstance(who, UserPrincipal)  # noqa: S101 (requires_user let nobody else in)
    return Me(id=who.user_id, email=who.email, role=who.role, kind="user")


@get("/api/keys", guards=[requires_person, requires_admin])
async def list_keys(database: NamedDependency[Database], auth: NamedDependency[AuthService]) -> Keys:
    """Every API key, without its secret."""
    async with database.uow() as work:
        return Keys(await auth.keys(work))


@post("/api/keys", guards=[requires_person, requires_admin])
async def create_key(
    data: JSONBody[NewKey], database: NamedDependency[Database], auth: NamedDependency[AuthService]
) -> CreatedKey:
    """A new API key. Its secret is in this answer and nowhere else."""
    async with database.uow() as work:
        key, secret = await auth.create_key(work, data.label, data.role)
    return CreatedKey(id=key.id, label=key.label, role=key.role, created_at=key.created_at, key=secret)


@delete("/api/keys/{key_id:uuid}", guards=[requires_person, requires_admin])
async def revoke_key(
    key_id: FromPath[UUID], database: NamedDependency[Database], auth: NamedDependency[AuthService]
) -> None:
    """Revoke an API key, at once. Doing it twice is fine."""
    async with database.uow() as work:
        await auth.revoke_key(work, key_id)


routes: list[ControllerRouterHandler] = [
    show_login,
    log_in,
    log_out,
    issue_token,
    refresh_token,
    revoke_token,
    me,
    list_keys,
    create_key,
    revoke_key,
]
