"""The running interviews of this process: opened when first needed, closed when empty and nothing is owed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from viva.platform.bus import Bus
from viva.platform.tasks import Tasks
from viva.room.live import LiveInterview
from viva.room.shared import Shared

log = structlog.get_logger(__name__)

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
        self._resting: dict[UUID, asyncio.Task[None]] = {}
        self._tasks = Tasks("room")
        self._closings: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Hub":
        self._tasks.start("bus", self._follow_bus())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for session_id in tuple(self._live):
            self._wake(session_id)
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
            self._wake(session_id)
        try:
            yield live
        finally:
            self._users[session_id] -= 1
            self._rest_if_empty(session_id)

    async def _open(self, session_id: UUID) -> LiveInterview:
        async with self._shared.database.uow() as work:
            session = await self._shared.sessions.get(work, session_id)
            questions = await self._shared.sessions.questions(work, session_id)
            furthest_ms = await self._shared.sessions.furthest_ms(work, session_id)
            muted = await self._shared.sessions.is_muted(work, session_id)

        time = self._shared.interviewing.times.open(session, furthest_ms)
        idle = partial(self._rest_if_empty, session_id)
        live = LiveInterview(self._shared.told_by(time), session, questions, idle, muted=muted)
        self._live[session_id] = await live.__aenter__()
        return live

    def _door(self, session_id: UUID) -> asyncio.Lock:
        """An interview opens once. The lock lives as long as somebody holds it."""
        return self._doors.setdefault(session_id, asyncio.Lock())

    def _rest_if_empty(self, session_id: UUID) -> None:
        """Where nobody is any more, let it finish what it owes and go. Whoever comes back meanwhile goes on
        with the same one.
        """
        live = self._live.get(session_id)
        if live is not None and live.is_empty and not self._users.get(session_id):
            self._wake(session_id)
            self._resting[session_id] = self._tasks.start("rest", self._rest(session_id, live))

    async def _rest(self, session_id: UUID, live: LiveInterview) -> None:
        try:
            await live.rest()
        except Exception:  # what is owed is tried once more while it closes
            log.exception("interview_not_at_rest")
        del self._resting[session_id], self._users[session_id]
        self._close(session_id)

    def _wake(self, session_id: UUID) -> None:
        """It is wanted: it shall not go now."""
        resting = self._resting.pop(session_id, None)
        if resting is not None:
            resting.cancel()

    def _close(self, session_id: UUID) -> None:
        """Forget it and let it end by itself: its recogniser and its recording may take a moment."""
        live = self._live.pop(session_id)
        closing = self._tasks.start("closing", live.__aexit__(None, None, None))
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)

    async def _follow_bus(self) -> None:
        async with self._bus.listen() as events:
            async for event in events:
                live = self._live.get(event.session_id)
                if live is not None and live.stage.is_news(event):
                    self._tasks.start("event", live.hear_of(event))
