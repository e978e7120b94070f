"""The candidate's pages: consent, device check, room, done."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ExceptionHandlersMap

from viva.auth import candidate_of, requires_candidate
from viva.platform.database import Database
from viva.platform.errors import Forbidden, NotFound, Unauthenticated
from viva.platform.i18n import gettext
from viva.platform.web import FormErrors, Page, parse_form, see_other
from viva.privacy import Consent, Privacy
from viva.room.arriving import PageRequest, accept_invitation, closed, invitation, landing, start
from viva.room.briefing import Briefing
from viva.sessions import Session, Sessions


class ConsentForm(msgspec.Struct, frozen=True):
    """The consent page's form."""

    notice_version: str
    recording: bool = False
    ai_evaluation: bool = False
    way: Literal["voice", "typed"] = "voice"


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
        if (elsewhere := _if_closed(session)) is not None:
            return elsewhere
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
            return closed(session.status, 410)
        return Page("room/done.html", await briefing.done(work, session))


def _if_closed(session: Session) -> Response[Any] | None:
    if session.is_open:
        return None
    if session.status == "completed":
        return see_other(f"/interview/{session.id}/done")
    return closed(session.status, 410)


def _if_undecided(session: Session) -> Response[Any] | None:
    if session.recording_consent is None:
        return see_other(f"/interview/{session.id}/consent")
    return None


def not_a_candidate(_request: PageRequest, _error: Any) -> Response[Any]:
    """Without a candidate's cookie these pages say so in words; signing in as staff would not help."""
    return closed("unknown", 401)


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
