"""Whether a step was taken that nobody has heard of: the connection may have ended with the commit (F10)."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from viva.platform.errors import Unavailable
from viva.platform.tasks import Tasks

log = structlog.get_logger(__name__)

RETRY_S = 1.0


class Doubt:
    """`look` takes what is stored as the present state, or raises `Unavailable`."""

    def __init__(self, look: Callable[[], Awaitable[None]], tasks: Tasks) -> None:
        self._look = look
        self._tasks = tasks
        self._looking: asyncio.Task[None] | None = None

    @property
    def holds(self) -> bool:
        """Whether that is not known yet."""
        return self._looking is not None and not self._looking.done()

    def begin(self) -> None:
        """A step failed, which may have been taken all the same; one look is enough for several."""
        if not self.holds:
            self._looking = self._tasks.start("look_again", self.look_at_last())

    async def look_at_last(self) -> None:
        """As soon as the database is there."""
        while True:
            try:
                return await self._look()
            except Unavailable:
                log.info("state_waits_for_database")
                await asyncio.sleep(RETRY_S)
