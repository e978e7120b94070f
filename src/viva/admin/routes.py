"""The dashboard's pages."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from viva.admin.refusing import refused
from viva.admin.resumes import uploaded
from viva.admin.views import Dashboard
from viva.auth import (
    Principal,
    UserPrincipal,
    requires_admin,
    requires_person,
)
from viva.platform.antivirus import Antivirus, FileNotScanned, InfectedFile
from viva.platform.database import Database
from viva.platform.errors import Forbidden
from viva.platform.i18n import current_locale
from viva.platform.jobs import Jobs
from viva.platform.settings import Settings
from viva.platform.web import FormErrors, Page, datetime_of, message_of, parse_form, see_other
from viva.questions import Positions, ResumeRefused
from viva.resumes import ResumeNotAskedFor, Resumes, Wanted
from viva.sessions import Admissions, NameAndPositionRequired, NewSession

NOTHING_WANTED = Wanted()
StaffRequest = Request[Principal, Any, Any]


class InviteForm(msgspec.Struct, frozen=True):
    """The form of a new interview."""

    user_name: str = ""
    position: str = ""
    language: Literal["ko", "en"] = "ko"
    email: str | None = None
    position_id: UUID | None = None


@get("/admin")
async def home() -> Response[Any]:
    """The list is where work begins."""
    return see_other("/admin/sessions")


@get("/admin/sessions")
async def list_sessions(
    request: StaffRequest,
    dashboard: NamedDependency[Dashboard],
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    cursor: FromQuery[UUID | None] = None,
) -> Page:
    """Every interview that this person may see."""
    context = await dashboard.sessions_page(request.user, text=q, status=status, before=cursor)
    return Page("admin/sessions.html", context)


@get("/admin/sessions/new")
async def new_session(
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
    resumes: NamedDependency[Resumes],
    position_id: FromQuery[UUID | None] = None,
) -> Page:
    """The form of a new interview, for a kept position if one is named."""
    if position_id is None:
        return _invite_page({})
    async with database.uow() as work:
        position = await positions.get(work, position_id)
        wanted = await resumes.wanted(work, position_id)
    kept = {"position": position.title, "language": position.language, "position_id": str(position.id)}
    return _invite_page(kept, wanted=wanted)


@post("/admin/sessions/new", status_code=200)
async def invite(
    request: StaffRequest,
    admissions: NamedDependency[Admissions],
    database: NamedDependency[Database],
    resumes: NamedDependency[Resumes],
    antivirus: NamedDependency[Antivirus],
    settings: NamedDependency[Settings],
) -> Page:
    """Make the interview, with the résumé if one was chosen, and show its link, this once."""
    sent = await request.form()
    form = parse_form(InviteForm, sent)
    if isinstance(form, FormErrors):
        return _invite_page(form.values, form.errors, form.status)
    async with database.uow() as work:
        wanted = await resumes.wanted(work, form.position_id)
    new = msgspec.convert(form, NewSession, from_attributes=True)
    creator = request.user.user_id if isinstance(request.user, UserPrincipal) else None
    resume = None
    try:
        text = await uploaded(sent, antivirus)
        plan = await admissions.plan(new)
        async with database.uow() as work:
            admission = await admissions.admit(work, new, plan, creator)
            if text is not None:
                resume = await resumes.attach(work, admission.session.id, text, by=creator)
    except (NameAndPositionRequired, ResumeRefused, InfectedFile, FileNotScanned, ResumeNotAskedFor) as error:
        missing = error.params.get("missing", ["resume"])
        names = missing if isinstance(missing, list) else []
        values = {"user_name": form.user_name, "position": form.position, "email": form.email or ""}
        values |= {"language": form.language, "position_id": str(form.position_id or "")}
        return _invite_page(values, {str(name): message_of(error) for name in names}, 422, wanted)
    made = {
        "link": admission.join_url,
        "user_name": admission.session.user_name,
        "session_id": admission.session.id,
        "expires": datetime_of(admission.session.expires_at, settings.time_zone),
        "drafting": resume is not None and resume.progress == "drafting",
    }
    return Page("admin/new_session.html", _invite_context({}) | {"made": made})


def _invite_page(
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 200,
    wanted: Wanted = NOTHING_WANTED,
) -> Page:
    context = _invite_context(values) | {"errors": errors or {}, "wants_resume": wanted.count}
    return Page("admin/new_session.html", context, status)


def _invite_context(values: dict[str, str]) -> dict[str, Any]:
    empty = {"user_name": "", "position": "", "language": current_locale(), "email": "", "position_id": ""}
    return {"values": empty | values, "errors": {}, "positions": [], "made": None, "wants_resume": 0}


@get("/admin/sessions/{session_id:uuid}")
async def show_session(
    session_id: FromPath[UUID],
    request: Request[UserPrincipal, Any, Any],
    dashboard: NamedDependency[Dashboard],
) -> Page:
    """One interview: recording, transcript, scorecard."""
    return Page("admin/session.html", await dashboard.session_page(request.user, session_id))


@get("/admin/system", guards=[requires_admin])
async def system(dashboard: NamedDependency[Dashboard]) -> Page:
    """How the parts are, and what waits for a person."""
    return Page("admin/system.html", await dashboard.system_page())


@post("/admin/system/jobs/{job_id:str}/retry", guards=[requires_admin], status_code=200)
async def retry_job(job_id: FromPath[str], jobs: NamedDependency[Jobs]) -> Response[Any]:
    """Give a held job a new start."""
    await jobs.release(job_id)
    return see_other("/admin/system")


router = Router(
    path="/",
    guards=[requires_person],
    exception_handlers={Forbidden: refused},
    route_handlers=[
        home,
        list_sessions,
        new_session,
        invite,
        show_session,
        system,
        retry_job,
    ],
    include_in_schema=False,
)
