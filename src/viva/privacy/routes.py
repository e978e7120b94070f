"""The notice, and the candidate's decision, over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from viva.auth import candidate_of, requires_candidate_or_user
from viva.platform.database import Database
from viva.platform.i18n import current_locale
from viva.privacy.model import Consent, Language, Notice
from viva.privacy.service import Privacy


class Decided(msgspec.Struct, frozen=True):
    """What now holds."""

    session_id: UUID
    status: str
    recording: bool
    ai_evaluation: bool


@get("/api/notice", opt={"public": True})
async def read_notice(
    privacy: NamedDependency[Privacy], language: FromQuery[Language | None] = None
) -> Notice:
    """The current notice in `language`, else in the request's language."""
    return privacy.notice(language or current_locale())


@post("/api/sessions/{session_id:uuid}/consent", guards=[requires_candidate_or_user], status_code=200)
async def decide(
    session_id: FromPath[UUID],
    data: JSONBody[Consent],
    request: Request[Any, Any, Any],
    privacy: NamedDependency[Privacy],
    database: NamedDependency[Database],
) -> Decided:
    """The candidate's own decision; nobody else can give it."""
    candidate_of(request, session_id)
    session = await database.run(lambda work: privacy.decide(work, session_id, data))
    return Decided(session.id, session.status, data.recording, data.ai_evaluation)


router = Router(path="/", route_handlers=[read_notice, decide])
