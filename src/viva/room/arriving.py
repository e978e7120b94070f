"""How a candidate comes in: the landing page, and the link of an invitation."""

import secrets
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from viva.auth import (
    CANDIDATE_STATE,
    BadLink,
    CandidateAccess,
    CandidatePrincipal,
    candidate_cookie,
    candidate_of,
    seconds_until,
)
from viva.platform.clock import Clock
from viva.platform.database import Database
from viva.platform.errors import Forbidden, NotFound, VivaError
from viva.platform.i18n import current_locale
from viva.platform.settings import Settings
from viva.platform.web import Clients, FormErrors, Page, RateLimiter, message_of, parse_form, see_other
from viva.room.briefing import Briefing
from viva.sessions import (
    Admissions,
    Idempotency,
    NameAndPositionRequired,
    NewSession,
)

PageRequest = Request[Any, Any, Any]
"""Forms are read with `request.form()`: their fields are checked one by one."""


class StartForm(msgspec.Struct, frozen=True):
    """The landing page's form."""

    user_name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    position: Annotated[str, msgspec.Meta(max_length=200)] = ""
    language: Literal["ko", "en"] = "ko"
    form_id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Started(msgspec.Struct, frozen=True):
    """What the landing page's form leads to, kept for a double click."""

    session_id: UUID
    cookie: str
    max_age_s: int


@get("/", opt={"public": True})
async def landing(settings: NamedDependency[Settings]) -> Page:
    """Where anybody starts, if the house is open."""
    return _landing(settings, {"user_name": "", "position": "", "language": current_locale()})


def _landing(
    settings: Settings,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Page:
    context = {
        "open": settings.anyone_may_start,
        "values": {"user_name": "", "position": "", "language": current_locale()} | values,
        "errors": errors or {},
        "problem": problem,
        "form_id": secrets.token_urlsafe(16),
    }
    return Page("room/landing.html", context, status)


@post("/", opt={"public": True}, status_code=200)
async def start(
    request: PageRequest,
    settings: NamedDependency[Settings],
    admissions: NamedDependency[Admissions],
    candidates: NamedDependency[CandidateAccess],
    idempotency: NamedDependency[Idempotency],
    database: NamedDependency[Database],
    start_limit: NamedDependency[RateLimiter],
    clients: NamedDependency[Clients],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Make a session for whoever is here and go on to the notice; a double click makes one."""
    if not settings.anyone_may_start:
        raise Forbidden
    form = parse_form(StartForm, await request.form())
    if isinstance(form, FormErrors):
        return _landing(settings, form.values, form.errors, status=form.status)
    values = {"user_name": form.user_name, "position": form.position, "language": form.language}
    try:
        start_limit.hit(clients.address(request.scope))
        new = msgspec.convert(form, NewSession, from_attributes=True)
        plan = await admissions.plan(new)

        async with database.uow() as work:

            async def effect() -> bytes:
                session = await admissions.create(work, new, plan, None)
                cookie = await candidates.issue_cookie(work, session.id, session.expires_at)
                max_age_s = seconds_until(session.expires_at, clock.now())
                return msgspec.json.encode(Started(session.id, cookie, max_age_s))

            key = form.form_id or secrets.token_urlsafe(16)
            asked = msgspec.json.encode(form)
            kept = await idempotency.once(work, "landing", key, asked, effect)
    except NameAndPositionRequired as error:
        missing = error.params.get("missing")
        names = missing if isinstance(missing, list) else []
        said = message_of(error)
        return _landing(settings, values, {str(name): said for name in names}, status=422)
    except VivaError as error:
        return _landing(settings, values, problem=message_of(error), status=503)
    started = msgspec.json.decode(kept, type=Started)
    return _with_cookie(
        see_other(f"/interview/{started.session_id}/consent"), started.cookie, started.max_age_s
    )


def _with_cookie(response: Response[Any], value: str, max_age_s: int) -> Response[Any]:
    response.set_cookie(candidate_cookie(value, max_age_s=max_age_s))
    return response


@get("/i/{token:str}", opt={"public": True})
async def invitation(
    token: FromPath[str],
    request: PageRequest,
    candidates: NamedDependency[CandidateAccess],
    briefing: NamedDependency[Briefing],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Says what the link is for; only the button uses it up, so no mail scanner can."""
    async with database.uow() as work:
        found = await candidates.peek(work, token)
        if found is None:
            return closed("unknown", 401)
        if (held := _held(request, found.session_id)) is not None:
            return see_other(f"/interview/{held.session_id}/room")
        if found.used:
            return closed("used", 401)
        context = await briefing.invitation(work, found.session_id)
    return Page("room/invitation.html", context | {"token": token, "problem": None})


@post("/i/{token:str}", opt={"public": True}, status_code=200)
async def accept_invitation(
    token: FromPath[str],
    request: PageRequest,
    candidates: NamedDependency[CandidateAccess],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    link_limit: NamedDependency[RateLimiter],
    clients: NamedDependency[Clients],
) -> Response[Any]:
    """Swap the link for a cookie, once."""
    link_limit.hit(clients.address(request.scope))
    try:
        async with database.uow() as work:
            swapped = await candidates.swap_link(work, token, held=_any_held(request))
    except BadLink:
        return closed("used", 401)
    response = see_other(f"/interview/{swapped.session_id}/room")
    if swapped.cookie is None:
        return response
    return _with_cookie(response, swapped.cookie, seconds_until(swapped.expires_at, clock.now()))


def _any_held(request: PageRequest) -> CandidatePrincipal | None:
    held = request.scope["state"].get(CANDIDATE_STATE)
    return held if isinstance(held, CandidatePrincipal) else None


def _held(request: PageRequest, session_id: UUID) -> CandidatePrincipal | None:
    try:
        return candidate_of(request, session_id)
    except NotFound:
        return None


def closed(reason: str, status: int) -> Page:
    """The page that says why nothing goes on here."""
    return Page("room/closed.html", {"reason": reason, "contact": ""}, status)
