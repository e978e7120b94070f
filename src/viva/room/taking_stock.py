"""What a process that has ended left behind: files to complete, and words that nobody heard.

In a deploy the one before may still be at it. What it writes is left to it, and looked at again until it is
complete or its writer is gone, by `kill -9` too (F29).
"""

import asyncio
from collections.abc import Iterable
from uuid import UUID

import structlog

from viva.media import Part, Recordings
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.room.untranscribed import Span, untranscribed
from viva.sessions import Answer, MissedSpans, Sessions

log = structlog.get_logger(__name__)

LAST_WORDS_MS = 15_000
"""So far back in an answer that has ended words may be owed: its end waits ten seconds for the recogniser,
and what was said meanwhile is asked for after it."""
LOOK_AGAIN_S = 3.0
"""How long after another process was killed its last words may wait to be looked for."""


class TakingStock:
    """`begin` before anybody may come in, then `go_on` in the background until there is nothing left."""

    def __init__(self, database: Database, sessions: Sessions, recordings: Recordings, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._recordings = recordings
        self._clock = clock
        self._missed = MissedSpans()
        self._growing: frozenset[UUID] = frozenset()
        self._to_note: list[tuple[UUID, Part]] = []

    async def begin(self) -> None:
        """Complete what is unfinished, and note what nobody heard of answers under way or just ended then.

        Not of interviews that another process is at: it hears them, and its last words are still to come.
        """
        cut_off = await self._mend(None)
        async with self._database.uow() as work:
            answering = await self._missed.sessions_answering(work)
        for session_id in {*answering, *cut_off} - self._growing:
            await self._note(session_id, await self._recordings.parts(session_id))

    async def go_on(self) -> None:
        """Look again at what another process was at."""
        while self._growing or self._to_note:
            await asyncio.sleep(LOOK_AGAIN_S)
            try:
                await self.look_again()
            except Exception:  # the database or the disk; the next look may go better
                log.exception("stock_not_taken")

    async def look_again(self) -> None:
        """Once: note what nobody heard of files whose writer is gone."""
        await self._mend(self._growing)
        while self._to_note:
            session_id, part = self._to_note[0]
            await self._note(session_id, [part])
            del self._to_note[0]

    async def _mend(self, among: frozenset[UUID] | None) -> set[UUID]:
        """The sessions whose recording was cut off."""
        found = await self._recordings.mend(among)
        self._growing = found.growing
        self._to_note += [each for each in found.parts if among is not None or each[0] in found.growing]
        return {session_id for session_id, _ in found.parts}

    async def _note(self, session_id: UUID, parts: Iterable[Part]) -> None:
        recorded = [
            Span(part.start_ms, part.start_ms + part.duration_ms)
            for part in parts
            if part.start_ms is not None and part.finished
        ]
        if recorded:
            await self._database.run(lambda work: self._write(work, session_id, recorded))

    async def _write(self, work: Work, session_id: UUID, recorded: list[Span]) -> None:
        said = await self._sessions.utterances(work, session_id)
        missed = await self._missed.all(work, session_id)
        known = [Span(each.start_ms, each.end_ms) for each in said]
        known += [Span(each.start_ms, each.end_ms) for each in missed]
        ended_ms = max(span.end_ms for span in recorded)
        for answer in await self._sessions.answers(work, session_id):
            owed = _owed(answer, ended_ms)
            for span in untranscribed(owed, recorded, known) if owed is not None else ():
                now = self._clock.now()
                await self._missed.note(
                    work, session_id, answer.question_id, span, reason="interrupted", now=now
                )


def _owed(answer: Answer, cut_off_ms: int) -> Span | None:
    """Of which stretch of the answer words may have been owed when the sound was cut off."""
    if answer.start_ms is None or answer.status not in {"answering", "finished"}:
        return None
    if answer.status == "answering" or answer.end_ms is None or answer.end_ms >= cut_off_ms:
        return Span(answer.start_ms, cut_off_ms)
    if answer.end_ms < cut_off_ms - LAST_WORDS_MS:
        return None
    return Span(max(answer.start_ms, answer.end_ms - LAST_WORDS_MS), answer.end_ms)
