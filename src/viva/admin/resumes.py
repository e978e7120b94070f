"""The résumé on an interview's page: attach, read the drafts, accept or reject each."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from viva.admin.views import Dashboard
from viva.auth import UserPrincipal, requires_person
from viva.platform.antivirus import Antivirus
from viva.platform.database import Database, Work
from viva.platform.errors import VivaError
from viva.platform.i18n import N_, gettext
from viva.platform.web import FormErrors, Page, message_of, parse_form, see_other
from viva.questions import MayNotBeAsked, resume_text
from viva.resumes import Edited, Resumes
from viva.sessions import SessionNotFound, Sessions

PersonRequest = Request[UserPrincipal, Any, Any]


class DraftForm(msgspec.Struct, frozen=True):
    """What stands in the form of one draft."""

    act: Literal["accept", "reject"] = "accept"
    text: str = ""
    competency: str = ""
    what_good_shows: str = ""

    def edited(self) -> Edited:
        """Raises `msgspec.ValidationError` for what is too short, too long or too many."""
        points = [line.strip() for line in self.what_good_shows.splitlines() if line.strip()]
        values = {"text": self.text, "competency": self.competency, "what_good_shows": points}
        return msgspec.convert(values, Edited)


class DraftUnreadable(VivaError):
    """A field of a draft is too short or too long."""

    code = "draft_unreadable"
    message = N_("A question needs 10 to 600 characters, and at most six points of 2 to 300 characters.")


async def uploaded(sent: FormMultiDict, antivirus: Antivirus) -> str | None:
    """The text of the form's `resume`, None where no file was chosen. Raises what `resume_text` raises."""
    file = sent.get("resume")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return await resume_text(await file.read(), file.filename, antivirus)


@post("/admin/sessions/{session_id:uuid}/resume", status_code=200)
async def attach_resume(
    session_id: FromPath[UUID],
    request: PersonRequest,
    dashboard: NamedDependency[Dashboard],
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    antivirus: NamedDependency[Antivirus],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Take the file, or say why not."""
    async with database.uow() as work:
        await sessions.visible(work, session_id, request.user)
    try:
        text = await uploaded(await request.form(), antivirus)
        if text is None:
            return await _problem(dashboard, request, session_id, gettext(N_("Please choose a file first.")))
        by = request.user.user_id
        await database.run(lambda work: resumes.attach(work, session_id, text, by=by))
    except VivaError as error:
        return await _problem(dashboard, request, session_id, message_of(error))
    return _back(session_id)


@post("/admin/sessions/{session_id:uuid}/resume/{act:str}", status_code=200)
async def change_resume(
    session_id: FromPath[UUID],
    act: FromPath[Literal["again", "remove"]],
    request: PersonRequest,
    dashboard: NamedDependency[Dashboard],
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Have more drafted, or delete the résumé."""
    make_change = resumes.draft_again if act == "again" else resumes.remove

    async def change(work: Work) -> None:
        await sessions.visible(work, session_id, request.user)
        await make_change(work, session_id)

    try:
        await database.run(change)
    except SessionNotFound:
        raise
    except VivaError as error:
        return await _problem(dashboard, request, session_id, message_of(error))
    return _back(session_id)


@post("/admin/sessions/{session_id:uuid}/resume/drafts/{draft_id:uuid}", status_code=200)
async def decide(
    session_id: FromPath[UUID],
    draft_id: FromPath[UUID],
    request: PersonRequest,
    dashboard: NamedDependency[Dashboard],
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> Response[Any]:
    """Accept a draft as it stands in the form, or reject it."""
    form = parse_form(DraftForm, await request.form())
    sent = form.values if isinstance(form, FormErrors) else msgspec.structs.asdict(form)
    by = request.user.user_id

    async def act(work: Work) -> None:
        await sessions.visible(work, session_id, request.user)
        if isinstance(form, FormErrors):
            raise DraftUnreadable
        if form.act == "reject":
            await resumes.reject(work, session_id, draft_id, by=by)
        else:
            await resumes.accept(work, session_id, draft_id, form.edited(), by=by)

    try:
        await database.run(act)
    except SessionNotFound:
        raise
    except (VivaError, msgspec.ValidationError) as error:
        why = _why(error)
        return await _problem(dashboard, request, session_id, why, draft_id=draft_id, sent=sent)
    return _back(session_id)


def _why(error: Exception) -> str:
    if isinstance(error, MayNotBeAsked):
        fields = error.params["fields"]
        return " ".join(map(str, fields.values())) if isinstance(fields, dict) else ""
    return message_of(error if isinstance(error, VivaError) else DraftUnreadable())


def _back(session_id: UUID) -> Response[Any]:
    return see_other(f"/admin/sessions/{session_id}#resume")


async def _problem(
    dashboard: Dashboard,
    request: PersonRequest,
    session_id: UUID,
    problem: str,
    *,
    draft_id: UUID | None = None,
    sent: dict[str, Any] | None = None,
) -> Page:
    """The page again, with what is wrong and what was typed."""
    context = await dashboard.session_page(request.user, session_id)
    told = {"problem": problem, "problem_draft": draft_id, "sent": sent or {}}
    return Page("admin/session.html", context | {"resume": (context["resume"] or {}) | told}, 422)


router = Router(
    path="/",
    guards=[requires_person],
    route_handlers=[attach_resume, change_resume, decide],
    include_in_schema=False,
)
