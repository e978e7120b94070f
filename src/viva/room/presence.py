"""That this process is at an interview, for other processes to see."""

import asyncio
from uuid import UUID

import structlog

from viva.media import Attendance, Recordings
from viva.platform.tasks import Tasks

log = structlog.get_logger(__name__)


class Presence:
    """From the first answer that is listened to until everything that was said is stored. Nobody waits for
    the disk to begin.
    """

    def __init__(self, recordings: Recordings, session_id: UUID, tasks: Tasks) -> None:
        self._recordings = recordings
        self._session_id = session_id
        self._tasks = tasks
        self._attending: asyncio.Task[Attendance | None] | None = None

    def begin(self, from_ms: int) -> None:
        """From this moment of the interview on. Being there already is fine."""
        if self._attending is None:
            self._attending = self._tasks.start("attend", self._attend(from_ms))

    async def _attend(self, from_ms: int) -> Attendance | None:
        try:
            return await self._recordings.attend(self._session_id, from_ms)
        except OSError as error:  # a full disk: after a kill only the answer under way is looked at
            log.warning("attendance_not_written", error=type(error).__name__)
            if self._attending is asyncio.current_task():
                self._attending = None
            return None

    async def end(self) -> None:
        """Everything that was said is stored."""
        attending, self._attending = self._attending, None
        if attending is not None and (attendance := await attending) is not None:
            await asyncio.to_thread(attendance.end)
