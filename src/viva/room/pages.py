"""The candidate's pages: landing, invitation, consent, device check, room, done."""

import secrets
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ExceptionHandlersMap

from viva.auth import (
    CANDIDATE_STATE,
    BadLink,
    CandidateAccess,
    CandidatePrincipal,
    candidate_cookie,
    candidate_of,
    requires_candidate,
    seconds_until,
)
from viva.platform.clock import Clock
from viva.platform.database import Database
from viva.platform.errors import Forbidden, NotFound, Unauthenticated, VivaError
from viva.platform.i18n import current_locale, gettext
from viva.platform.settings import Settings
from viva.platform.web import Clients, FormErrors, Page, RateLimiter, message_of, parse_form, see_other
from viva.privacy import Consent, Privacy
from viva.room.briefing import Briefing
from viva.sessions import (
    Admissions,
    Idempotency,
    NameAndPositionRequired,
    NewSession,
    Session,
    Sessions,
)

PageRequest = Request[Any, Any, Any]
"""Forms are read with `request.form()`: their fields are checked one by one."""


class StartForm(msgspec.Struct, frozen=True):
    """The landing page's form."""

    user_name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    position: Annotated[str, msgspec.Meta(max_length=200)] = ""
    language: Literal["ko", "en"] = "ko"
    form_id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class ConsentForm(msgspec.Struct, frozen=True):
    """The consent page's form."""

    notice_version: str
    recording: bool = False
    ai_evaluation: bool = False
    way: Literal["voice", "typed"] = "voice"


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
            return _closed("unknown", 401)
        if (held := _held(request, found.session_id)) is not None:
            return see_other(f"/interview/{held.session_id}/room")
        if found.used:
            return _closed("used", 401)
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
        return _closed("used", 401)
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


@get("/interview/{session_id:uuid}/consent", guards=[requires_candidate])
async def consent_page(
    session_id: FromPath[UUID],
    request: PageRequest,
    briefing: NamedDependency[Briefing],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Everything that will happen, before anything does."""
    candidate_of(request, session_id)
    async with database.uow() as work:
        session = await sessions.get(work, session_id)
        if (closed := _if_closed(session)) is not None:
            return closed
        return Page("room/consent.html", await briefing.consent(work, session))


@post("/interview/{session_id:uuid}/consent", guards=[requires_candidate], status_code=200)
async def decide_consent(
    session_id: FromPath[UUID],
    request: PageRequest,
    briefing: NamedDependency[Briefing],
    privacy: NamedDependency[Privacy],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Write the decision down and go on the way that was chosen."""
    candidate_of(request, session_id)
    form = parse_form(ConsentForm, await request.form())
    async with database.uow() as work:
        session = await sessions.get(work, session_id)
        if isinstance(form, FormErrors):
            return Page("room/consent.html", await briefing.consent(work, session), form.status)
        if form.way == "voice" and not form.recording:
            said = gettext("To answer by voice, please allow the recording, or choose to answer in writing.")
            context = await briefing.consent(work, session)
            values = {"recording": False, "ai_evaluation": form.ai_evaluation}
            return Page("room/consent.html", context | {"problem": said, "values": values}, 422)
        recording = form.recording and form.way == "voice"
        await privacy.decide(work, session_id, Consent(form.notice_version, recording, form.ai_evaluation))
    step = "devices" if form.way == "voice" else "room"
    return see_other(f"/interview/{session_id}/{step}")


@get("/interview/{session_id:uuid}/devices", guards=[requires_candidate])
async def devices(
    session_id: FromPath[UUID],
    request: PageRequest,
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Camera, microphone, speaker: looked at together before it counts."""
    candidate_of(request, session_id)
    async with database.uow() as work:
        session = await sessions.get(work, session_id)
    if (elsewhere := _if_closed(session) or _if_undecided(session)) is not None:
        return elsewhere
    return Page("room/devices.html", {"session": session})


@get("/interview/{session_id:uuid}/room", guards=[requires_candidate])
async def room(
    session_id: FromPath[UUID],
    request: PageRequest,
    briefing: NamedDependency[Briefing],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
    way: FromQuery[str] = "voice",
) -> Response[Any]:
    """The interview itself."""
    candidate_of(request, session_id)
    async with database.uow() as work:
        session = await sessions.get(work, session_id)
        if (elsewhere := _if_closed(session) or _if_undecided(session)) is not None:
            return elsewhere
        typed_only = way == "typed" or session.recording_consent is not True
        return Page("room/interview.html", await briefing.room(work, session, typed_only=typed_only))


@get("/interview/{session_id:uuid}/done", guards=[requires_candidate])
async def done(
    session_id: FromPath[UUID],
    request: PageRequest,
    briefing: NamedDependency[Briefing],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Thank you, and what happens next."""
    candidate_of(request, session_id)
    async with database.uow() as work:
        session = await sessions.get(work, session_id)
        if session.is_open:
            return see_other(f"/interview/{session_id}/room")
        if session.status != "completed":
            return _closed(session.status, 410)
        return Page("room/done.html", await briefing.done(work, session))


def _if_closed(session: Session) -> Response[Any] | None:
    if session.is_open:
        return None
    if session.status == "completed":
        return see_other(f"/interview/{session.id}/done")
    return _closed(session.status, 410)


def _if_undecided(session: Session) -> Response[Any] | None:
    if session.recording_consent is None:
        return see_other(f"/interview/{session.id}/consent")
    return None


def _closed(reason: str, status: int) -> Page:
    return Page("room/closed.html", {"reason": reason, "contact": ""}, status)


def not_a_candidate(_request: PageRequest, _error: Any) -> Response[Any]:
    """Without a candidate's cookie these pages say so in words; signing in as staff would not help."""
    return _closed("unknown", 401)


_OTHERS: ExceptionHandlersMap = {
    Unauthenticated: not_a_candidate,
    Forbidden: not_a_candidate,
    NotFound: not_a_candidate,
}

router = Router(
    path="/",
    route_handlers=[
        landing,
        start,
        invitation,
        accept_invitation,
        Router(
            path="/",
            route_handlers=[consent_page, decide_consent, devices, room, done],
            exception_handlers=_OTHERS,
        ),
    ],
    include_in_schema=False,
)
