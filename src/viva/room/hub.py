"""The running interviews of this process: opened when first needed, closed when empty."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from viva.platform.bus import Bus
from viva.platform.tasks import Tasks
from viva.room.live import LiveInterview
from viva.room.shared import Shared

DRAIN_S = 12.0
"""How long the words under way may take when the process is asked to stop."""
CLOSING_S = 10.0
"""How long the end of the process waits for words that are not stored yet, and for recordings."""


class Hub:
    """Open with `async with`; closing it ends every interview's media cleanly."""

    def __init__(self, shared: Shared, bus: Bus) -> None:
        self._shared = shared
        self._bus = bus
        self._live: dict[UUID, LiveInterview] = {}
        self._users: dict[UUID, int] = {}
        self._doors: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._tasks = Tasks("room")
        self._closings: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Hub":
        self._tasks.start("bus", self._follow_bus())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for session_id in tuple(self._live):
            self._close(session_id)
        if self._closings:
            await asyncio.wait(self._closings, timeout=CLOSING_S)
        await self._tasks.close()

    async def drain(self) -> None:
        """Before the end of the process: every screen is told, every word under way stored (F14)."""
        leaving = [asyncio.create_task(live.drain(), name="room.drain") for live in self._live.values()]
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*leaving, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many interviews are in memory."""
        return len(self._live)

    @asynccontextmanager
    async def interview(self, session_id: UUID) -> AsyncIterator[LiveInterview]:
        """The running interview of a session, kept while it is used or its media flows.

        One that opens slowly, because the database is busy, holds up no other.
        """
        async with self._door(session_id):
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
            furthest_ms = await self._shared.sessions.furthest_ms(work, session_id)
            muted = await self._shared.sessions.is_muted(work, session_id)

        def when_idle() -> None:
            self._tasks.start("sweep", self._close_if_empty(session_id))

        time = self._shared.interviewing.times.open(session, furthest_ms)
        live = LiveInterview(self._shared.told_by(time), session, questions, when_idle, muted=muted)
        self._live[session_id] = await live.__aenter__()
        return live

    def _door(self, session_id: UUID) -> asyncio.Lock:
        """An interview opens once, and not while it closes. The lock lives as long as somebody holds it."""
        return self._doors.setdefault(session_id, asyncio.Lock())

    async def _close_if_empty(self, session_id: UUID) -> None:
        async with self._door(session_id):
            live = self._live.get(session_id)
            if live is None or self._users.get(session_id) or not live.is_empty:
                return
            self._users.pop(session_id, None)
            self._close(session_id)

    def _close(self, session_id: UUID) -> None:
        """Forget it and let it end by itself: what it heard may have to wait for the database."""
        live = self._live.pop(session_id)
        closing = self._tasks.start("closing", live.__aexit__(None, None, None))
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)

    async def _follow_bus(self) -> None:
        async with self._bus.listen() as events:
            async for event in events:
                live = self._live.get(event.session_id)
                if live is not None and live.is_news(event):
                    self._tasks.start("event", live.hear_of(event))
