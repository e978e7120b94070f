"""Interviews over HTTP: make, list, read."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody

from viva.auth import (
    ApiKeyPrincipal,
    CandidatePrincipal,
    Principal,
    UserPrincipal,
    requires_candidate_or_user,
    requires_person,
    requires_user,
)
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.sessions.admission import Admission, Admissions
from viva.sessions.idempotency import Idempotency
from viva.sessions.model import Language, NewSession, Session, Status, Utterance
from viva.sessions.service import Sessions

PAGE_MAX = 200


class SessionAsked(msgspec.Struct, frozen=True):
    """The body of `POST /api/sessions`."""

    user_name: str = ""
    position: str = ""
    position_id: UUID | None = None
    language: Language = "ko"
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A session as the API tells it."""

    id: UUID
    user_name: str
    position: str
    position_id: UUID | None
    language: str
    status: str
    created_at: datetime
    expires_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class SessionMade(SessionShown, frozen=True, kw_only=True):
    """A new session with its keys, which are shown this once."""

    join_url: str
    candidate_token: str


class SessionPage(msgspec.Struct, frozen=True):
    """A page of the list; `next_cursor` is null on the last one."""

    items: list[SessionShown]
    next_cursor: UUID | None


class QuestionShown(msgspec.Struct, frozen=True):
    """A question as the candidate may see it."""

    id: UUID
    order: int
    text: str


class QuestionList(msgspec.Struct, frozen=True):
    """All questions of an interview, in order."""

    items: list[QuestionShown]


class Transcript(msgspec.Struct, frozen=True):
    """What was said, in order."""

    utterances: list[Utterance]


def _shown(session: Session) -> SessionShown:
    return msgspec.convert(session, SessionShown, from_attributes=True)


def _made(admission: Admission) -> SessionMade:
    fields = msgspec.structs.asdict(_shown(admission.session))
    return SessionMade(**fields, join_url=admission.join_url, candidate_token=admission.candidate_token)


def _creator(principal: Principal) -> tuple[str, UUID | None]:
    match principal:
        case UserPrincipal(user_id=user_id):
            return f"user:{user_id}", user_id
        case ApiKeyPrincipal(key_id=key_id):
            return f"key:{key_id}", None
        case CandidatePrincipal(session_id=session_id):
            return f"candidate:{session_id}", None


@post("/api/sessions", guards=[requires_user])
async def create_session(
    data: JSONBody[SessionAsked],
    request: Request[Any, Any, Any],
    admissions: NamedDependency[Admissions],
    idempotency: NamedDependency[Idempotency],
    database: NamedDependency[Database],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[bytes]:
    """A new interview. With an `Idempotency-Key` a repeat gets the first answer again."""
    new = msgspec.convert(data, NewSession, from_attributes=True)
    actor, creator = _creator(request.user)
    plan = await admissions.plan(new)

    async def admit(work: Work) -> bytes:
        async def effect() -> bytes:
            return msgspec.json.encode(_made(await admissions.admit(work, new, plan, creator)))

        if not idempotency_key:
            return await effect()
        asked = msgspec.json.encode(data)
        return await idempotency.once(work, actor, idempotency_key, asked, effect)

    body = await database.run(admit)
    return Response(body, status_code=201, media_type="application/json")


@get("/api/sessions", guards=[requires_user])
async def list_sessions(
    request: Request[Any, Any, Any],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
    status: FromQuery[Status | None] = None,
    q: FromQuery[str | None] = None,
    cursor: FromQuery[UUID | None] = None,
    limit: FromQuery[int] = 50,
) -> SessionPage:
    """The newest first; only what the caller may see."""
    limit = max(1, min(limit, PAGE_MAX))
    async with database.uow() as work:
        found = await sessions.page(work, request.user, status=status, text=q, before=cursor, limit=limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    return SessionPage([_shown(session) for session in found[:limit]], following)


@get("/api/sessions/{session_id:uuid}", guards=[requires_candidate_or_user])
async def read_session(
    session_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> SessionShown:
    """One interview."""
    async with database.uow() as work:
        session = await sessions.visible(work, session_id, request.user, candidate_ok=True)
        return _shown((await sessions.veil(work, session, request.user)).session(session))


@get("/api/sessions/{session_id:uuid}/questions", guards=[requires_candidate_or_user])
async def read_questions(
    session_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> QuestionList:
    """The questions as they are asked; what a good answer shows stays inside (S33)."""
    async with database.uow() as work:
        session = await sessions.visible(work, session_id, request.user, candidate_ok=True)
        veil = await sessions.veil(work, session, request.user)
        questions = veil.questions(await sessions.questions(work, session_id))
    return QuestionList([QuestionShown(q.id, q.order, q.text) for q in questions])


@get("/api/sessions/{session_id:uuid}/transcript", guards=[requires_candidate_or_user])
async def read_transcript(
    session_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
) -> Transcript:
    """Everything said so far."""
    async with database.uow() as work:
        session = await sessions.visible(work, session_id, request.user, candidate_ok=True)
        veil = await sessions.veil(work, session, request.user)
        return Transcript(list(veil.utterances(await sessions.transcript(work, session_id))))


@post("/api/sessions/{session_id:uuid}/identity", guards=[requires_person], status_code=200)
async def reveal_identity(
    session_id: FromPath[UUID],
    request: Request[UserPrincipal, Any, Any],
    sessions: NamedDependency[Sessions],
    clock: NamedDependency[Clock],
    database: NamedDependency[Database],
) -> SessionShown:
    """Decide to know whose interview this is before scoring it; that is written down beside the reviews."""

    async def act(work: Work) -> Session:
        session = await sessions.visible(work, session_id, request.user)
        await sessions.unveil(work, session_id, request.user.user_id, clock.now(), scored=False)
        return session

    return _shown(await database.run(act))


router = Router(
    path="/",
    route_handlers=[
        create_session,
        list_sessions,
        read_session,
        read_questions,
        read_transcript,
        reveal_identity,
    ],
)
