"""The live interview over HTTP and WebSocket: offer, answers, live channel, recording."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Router, WebSocket, get, post, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from viva.auth import (
    AuthService,
    CandidatePrincipal,
    candidate_of,
    requires_candidate_or_user,
)
from viva.media import Answer, Offer, Recordings
from viva.platform.clock import Clock
from viva.platform.database import Database
from viva.platform.errors import NotFound
from viva.room.channel import Conversation, watch_credential
from viva.room.hub import Hub
from viva.room.screen import Screen
from viva.room.sound import SoundSocket
from viva.room.vigil import Vigil
from viva.sessions import Sessions

log = structlog.get_logger(__name__)


Page = FromQuery[Annotated[str, msgspec.Meta(max_length=64)] | None]


class TypedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A typed answer to the current question."""

    question_id: UUID
    text: str


class Taken(msgspec.Struct, frozen=True):
    """Where the interview stands after a typed answer."""

    session_id: UUID
    status: str
    question_id: UUID | None


@post("/api/sessions/{session_id:uuid}/offer", guards=[requires_candidate_or_user], status_code=200)
async def offer(
    session_id: FromPath[UUID],
    data: JSONBody[Offer],
    request: Request[Any, Any, Any],
    hub: NamedDependency[Hub],
    page: Page = None,
) -> Answer:
    """Connect the candidate's microphone and camera. `page`: as for the live channel."""
    candidate_of(request, session_id)
    async with hub.interview(session_id) as live:
        return await live.take_offer(data, page)


@post("/api/sessions/{session_id:uuid}/answers", guards=[requires_candidate_or_user], status_code=200)
async def type_answer(
    session_id: FromPath[UUID],
    data: JSONBody[TypedAnswer],
    request: Request[Any, Any, Any],
    hub: NamedDependency[Hub],
) -> Taken:
    """Answer in writing; it finishes the question."""
    candidate_of(request, session_id)
    async with hub.interview(session_id) as live:
        session = await live.type_answer(data.question_id, data.text)
    return Taken(session.id, session.status, session.current_question_id)


@get("/api/sessions/{session_id:uuid}/recording", guards=[requires_candidate_or_user])
async def recording(
    session_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
    recordings: NamedDependency[Recordings],
    part: FromQuery[int | None] = None,
) -> Stream:
    """The recording, whole or one `part` of it; one `Range` is honoured, and who asks is checked (S19)."""
    async with database.uow() as work:
        await sessions.open_to(work, session_id, request.user)
    asked = request.headers.get("range")
    if part is None:
        found = await recordings.play_whole(session_id, asked)
    else:
        parts = await recordings.parts(session_id)
        if not 0 <= part < len(parts):
            raise NotFound
        found = await recordings.play_part(session_id, parts[part].file, asked)
    return Stream(found.pieces(), status_code=found.status, headers=found.headers)


@websocket("/api/sessions/{session_id:uuid}/live", guards=[requires_candidate_or_user])
async def live_channel(
    socket: WebSocket[Any, Any, Any],
    session_id: FromPath[UUID],
    hub: NamedDependency[Hub],
    sessions: NamedDependency[Sessions],
    database: NamedDependency[Database],
    auth: NamedDependency[AuthService],
    vigil: NamedDependency[Vigil],
    clock: NamedDependency[Clock],
    page: Page = None,
    returning: FromQuery[bool] = False,
) -> None:
    """The candidate's channel, or a watching reviewer's; refused before it is accepted if it is neither.

    `page` names the page that has opened it, for as long as it is not loaded anew. `returning`: it was here
    before and comes back by itself, so it takes the interview over from no other page.
    """
    principal, may_act = await _who(socket, session_id, sessions, database)

    async def still_good() -> bool:
        if isinstance(principal, CandidatePrincipal):
            return await vigil.still_good(principal)
        async with database.uow() as work:
            return await auth.still_good(work, principal)

    if not await _accepted(socket):
        return
    screen = Screen(socket, may_act=may_act, page=page, returning=returning)
    async with hub.interview(session_id) as live:
        conversation = Conversation(live, screen, clock.monotonic_ms)
        pump = asyncio.create_task(screen.pump(), name=f"screen.{session_id}")
        listening = asyncio.create_task(conversation.listen(socket.receive), name="listen")
        following = asyncio.create_task(conversation.follow(), name="follow")
        watching = asyncio.create_task(watch_credential(screen, still_good), name="credential")
        try:
            await live.join(screen)
            await asyncio.wait([pump, listening], return_when=asyncio.FIRST_COMPLETED)
        finally:
            live.leave(screen)
            screen.close(1000)
            watching.cancel()
            listening.cancel()
            conversation.end()
            await _ended(pump, listening, following, watching)


@websocket("/api/sessions/{session_id:uuid}/sound", guards=[requires_candidate_or_user])
async def sound(
    socket: WebSocket[Any, Any, Any],
    session_id: FromPath[UUID],
    hub: NamedDependency[Hub],
    vigil: NamedDependency[Vigil],
    clock: NamedDependency[Clock],
    page: Page = None,
) -> None:
    """The candidate's sound where UDP cannot pass: MediaRecorder's WebM with Opus in binary frames.

    Refused before it is accepted for what `offer` answers with an error.
    """
    candidate = candidate_of(socket, session_id)

    async def still_good() -> bool:
        return await vigil.still_good(candidate)

    async with hub.interview(session_id) as live:
        connection = await live.take_sound(page)
        try:
            if not await _accepted(socket):
                return
            arriving = SoundSocket(socket.receive, socket.send_text, connection, clock.monotonic_ms)
            code = await arriving.run(still_good)
        finally:
            await connection.close()
        if socket.connection_state != "disconnect":
            await socket.close(code)


async def _accepted(socket: WebSocket[Any, Any, Any]) -> bool:
    """False where the page is gone already, as one that is reloaded at once."""
    try:
        await socket.accept()
    except (OSError, WebSocketDisconnect):
        log.info("screen_gone_before_accept")
        return False
    return True


async def _who(
    socket: WebSocket[Any, Any, Any], session_id: UUID, sessions: Sessions, database: Database
) -> tuple[Any, bool]:
    try:
        return candidate_of(socket, session_id), True
    except NotFound:
        async with database.uow() as work:
            await sessions.open_to(work, session_id, socket.user)
        return socket.user, False


async def _ended(*tasks: asyncio.Task[None]) -> None:
    """What is queued goes out, what the page said last is done; raises what went wrong."""
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(error, Exception):
            raise error


router = Router(path="/", route_handlers=[offer, type_answer, recording, live_channel, sound])
