"""The running interviews of this process: opened when first needed, closed when empty."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from viva.platform.bus import Bus
from viva.platform.tasks import Tasks
from viva.room.live import LiveInterview
from viva.room.shared import Shared

log = structlog.get_logger(__name__)


class Hub:
    """Open with `async with`; closing it ends every interview's media cleanly."""

    def __init__(self, shared: Shared, bus: Bus) -> None:
        self._shared = shared
        self._bus = bus
        self._live: dict[UUID, LiveInterview] = {}
        self._users: dict[UUID, int] = {}
        self._opening = asyncio.Lock()
        self._tasks = Tasks("room")

    async def __aenter__(self) -> "Hub":
        self._tasks.start("bus", self._follow_bus())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._tasks.close()
        closing = [live.__aexit__(None, None, None) for live in self._live.values()]
        self._live.clear()
        for error in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(error, Exception):
                log.error("interview_not_closed_cleanly", exc_info=error)

    @property
    def running(self) -> int:
        """How many interviews are in memory."""
        return len(self._live)

    @asynccontextmanager
    async def interview(self, session_id: UUID) -> AsyncIterator[LiveInterview]:
        """The running interview of a session, kept while it is used or its media flows."""
        async with self._opening:
            live = self._live.get(session_id) or await self._open(session_id)
            self._users[session_id] = self._users.get(session_id, 0) + 1
        try:
            yield live
        finally:
            self._users[session_id] -= 1
            await self._close_if_empty(session_id)

    async def _open(self, session_id: UUID) -> LiveInterview:
        async with self._shared.database.uow() as work:
            session = await self._shared.sessions.get(work, session_id)
            questions = await self._shared.sessions.questions(work, session_id)

        def when_idle() -> None:
            self._tasks.start("sweep", self._close_if_empty(session_id))

        live = LiveInterview(self._shared, session, questions, when_idle)
        self._live[session_id] = await live.__aenter__()
        return live

    async def _close_if_empty(self, session_id: UUID) -> None:
        async with self._opening:
            live = self._live.get(session_id)
            if live is None or self._users.get(session_id) or not live.is_empty:
                return
            del self._live[session_id]
            self._users.pop(session_id, None)
        await live.__aexit__(None, None, None)

    async def _follow_bus(self) -> None:
        async with self._bus.listen() as events:
            async for event in events:
                live = self._live.get(event.session_id)
                if live is not None:
                    self._tasks.start("event", live.hear_of(event))
