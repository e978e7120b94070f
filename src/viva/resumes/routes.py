"""Résumés over HTTP: staff and programs attach them, people decide about the drafts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, MultipartBody

from viva.auth import UserPrincipal, requires_person, requires_user
from viva.platform.antivirus import Antivirus
from viva.platform.database import Database, Work
from viva.questions import resume_text
from viva.resumes.errors import NoResume
from viva.resumes.model import Decision, Edited, Progress
from viva.resumes.service import Resumes
from viva.sessions import Sessions

AnyRequest = Request[Any, Any, Any]
PersonRequest = Request[UserPrincipal, Any, Any]


class ResumeFile(msgspec.Struct, frozen=True):
    """The form: one PDF, DOCX or text file of at most 10 MB and 30 pages."""

    file: UploadFile


class DraftShown(msgspec.Struct, frozen=True, kw_only=True):
    """A draft; `question_id` is there once the interview asks it."""

    id: UUID
    text: str
    drafted_text: str
    competency: str
    what_good_shows: tuple[str, ...]
    decision: Decision
    decided_at: datetime | None
    question_id: UUID | None


class ResumeShown(msgspec.Struct, frozen=True, kw_only=True):
    """How far the drafts are. The résumé's text stays inside."""

    progress: Progress
    reason: str | None
    wanted: int
    attached_at: datetime
    questions: tuple[DraftShown, ...]


async def _shown(work: Work, resumes: Resumes, session_id: UUID) -> ResumeShown:
    resume = await resumes.of(work, session_id)
    if resume is None:
        raise NoResume
    drafts = await resumes.drafts(work, session_id)
    return ResumeShown(
        progress=resume.progress,
        reason=resume.reason,
        wanted=resume.wanted,
        attached_at=resume.attached_at,
        questions=tuple(msgspec.convert(draft, DraftShown, from_attributes=True) for draft in drafts),
    )


@post("/api/sessions/{session_id:uuid}/resume", guards=[requires_user], status_code=202)
async def attach_resume(
    session_id: FromPath[UUID],
    data: MultipartBody[ResumeFile],
    request: AnyRequest,
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    antivirus: NamedDependency[Antivirus],
    database: NamedDependency[Database],
) -> ResumeShown:
    """Read the file, keep its masked text and have questions drafted; an earlier one is replaced."""
    async with database.uow() as work:
        await sessions.visible(work, session_id, request.user)
    text = await resume_text(await data.file.read(), data.file.filename, antivirus)
    by = request.user.user_id if isinstance(request.user, UserPrincipal) else None

    async def attach(work: Work) -> ResumeShown:
        await resumes.attach(work, session_id, text, by=by)
        return await _shown(work, resumes, session_id)

    return await database.run(attach)


@get("/api/sessions/{session_id:uuid}/resume", guards=[requires_user])
async def read_resume(
    session_id: FromPath[UUID],
    request: AnyRequest,
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> ResumeShown:
    """How far it is, and every draft with what became of it."""
    async with database.uow() as work:
        await sessions.visible(work, session_id, request.user)
        return await _shown(work, resumes, session_id)


@delete("/api/sessions/{session_id:uuid}/resume", guards=[requires_user])
async def remove_resume(
    session_id: FromPath[UUID],
    request: AnyRequest,
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> None:
    """Delete it with its drafts. What is asked from it is taken back, unless the interview has begun."""

    async def remove(work: Work) -> None:
        await sessions.visible(work, session_id, request.user)
        await resumes.remove(work, session_id)

    await database.run(remove)


@post("/api/sessions/{session_id:uuid}/resume/drafts", guards=[requires_user], status_code=202)
async def draft_again(
    session_id: FromPath[UUID],
    request: AnyRequest,
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> ResumeShown:
    """Have drafts made for what is still missing."""

    async def queue(work: Work) -> ResumeShown:
        await sessions.visible(work, session_id, request.user)
        await resumes.draft_again(work, session_id)
        return await _shown(work, resumes, session_id)

    return await database.run(queue)


_DRAFT = "/api/sessions/{session_id:uuid}/resume/drafts/{draft_id:uuid}"


@post(f"{_DRAFT}/accept", guards=[requires_person], status_code=200)
async def accept_draft(
    session_id: FromPath[UUID],
    draft_id: FromPath[UUID],
    data: JSONBody[Edited],
    request: PersonRequest,
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> ResumeShown:
    """Ask it in this interview, in these words. A person's decision: API keys may not."""

    async def accept(work: Work) -> ResumeShown:
        await sessions.visible(work, session_id, request.user)
        await resumes.accept(work, session_id, draft_id, data, by=request.user.user_id)
        return await _shown(work, resumes, session_id)

    return await database.run(accept)


@post(f"{_DRAFT}/reject", guards=[requires_person], status_code=200)
async def reject_draft(
    session_id: FromPath[UUID],
    draft_id: FromPath[UUID],
    request: PersonRequest,
    sessions: NamedDependency[Sessions],
    resumes: NamedDependency[Resumes],
    database: NamedDependency[Database],
) -> ResumeShown:
    """Do not ask it; one that was accepted is taken back."""

    async def reject(work: Work) -> ResumeShown:
        await sessions.visible(work, session_id, request.user)
        await resumes.reject(work, session_id, draft_id, by=request.user.user_id)
        return await _shown(work, resumes, session_id)

    return await database.run(reject)


router = Router(
    path="/",
    route_handlers=[attach_resume, read_resume, remove_resume, draft_again, accept_draft, reject_draft],
)
