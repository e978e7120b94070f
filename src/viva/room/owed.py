"""What the transcript still owes: stretches that nobody transcribed, until they are written down."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from viva.platform.errors import Unavailable
from viva.room.untranscribed import MissedPart

log = structlog.get_logger(__name__)

RETRY_S = 1.0

Note = Callable[[Sequence[MissedPart]], Awaitable[None]]
"""Stores them and queues the job that will hear them. Raises `Unavailable`."""


class Owed:
    """`missed` is filled by whoever listens and emptied here."""

    def __init__(self, missed: list[MissedPart], note: Note) -> None:
        self._missed = missed
        self._note = note
        self._one_at_a_time = asyncio.Lock()

    async def note(self) -> None:
        """Write down what is missed so far. Raises `Unavailable`, and then it is still to be written."""
        async with self._one_at_a_time:
            missed = tuple(self._missed)
            if missed:
                await self._note(missed)
                del self._missed[: len(missed)]

    async def note_at_last(self) -> None:
        """As `note`, however long the database is away."""
        while self._missed:
            try:
                await self.note()
            except Unavailable:
                log.warning("missed_spans_wait_for_database")
                await asyncio.sleep(RETRY_S)
