"""What a process that has ended left behind: files to complete, and words that nobody heard.

In a deploy the one before may still be at it. What it writes is left to it, and looked at again until it is
complete or its writer is gone, by `kill -9` too (F29).
"""

import asyncio
import math
from collections.abc import Iterable, Iterator
from uuid import UUID

import structlog

from viva.media import Recordings
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.room.untranscribed import Span, untranscribed
from viva.sessions import Answer, MissedSpans, Sessions

log = structlog.get_logger(__name__)

LAST_WORDS_MS = 15_000
"""So much of an answer may be owed when it ends: its end waits ten seconds for the recogniser, and what was
said meanwhile is asked for after it."""
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
        self._open: frozenset[UUID] = frozenset()

    async def begin(self) -> None:
        """Complete what is unfinished, and note what nobody heard of answers under way or just ended then.

        Nothing of what another process is at: it hears that, and its last words are still to come. Nor of an
        interview whose files cannot be read: that is the next start's, once somebody has seen to them.
        """
        async with self._database.uow() as work:
            answering = await self._missed.sessions_answering(work)
        await self._look(None, answering)

    async def go_on(self) -> None:
        """Look again at what another process was at."""
        while self._open:
            await asyncio.sleep(LOOK_AGAIN_S)
            try:
                await self.look_again()
            except Exception:  # the database or the disk; the next look may go better
                log.exception("stock_not_taken")

    async def look_again(self) -> None:
        """Once: note what nobody heard where whoever was at it is gone."""
        await self._look(self._open, ())

    async def _look(self, among: frozenset[UUID] | None, answering: Iterable[UUID]) -> None:
        found = await self._recordings.mend(among)
        left = dict.fromkeys(set(answering) - found.growing - found.unreadable, math.inf) | found.left
        self._open = found.growing.union(left, self._open & found.unreadable)
        for session_id, before_ms in left.items():
            await self._note(session_id, before_ms)
            await self._recordings.forget_who_left(session_id)
            self._open -= {session_id} - found.growing

    async def _note(self, session_id: UUID, before_ms: float) -> None:
        recorded = [
            Span(part.start_ms, round(min(part.start_ms + part.duration_ms, before_ms)))
            for part in await self._recordings.parts(session_id)
            if part.start_ms is not None and part.finished and part.start_ms < before_ms
        ]
        if recorded:
            await self._database.run(lambda work: self._write(work, session_id, recorded))

    async def _write(self, work: Work, session_id: UUID, recorded: list[Span]) -> None:
        said = await self._sessions.utterances(work, session_id)
        missed = await self._missed.all(work, session_id)
        known = [Span(each.start_ms, each.end_ms) for each in said]
        known += [Span(each.start_ms, each.end_ms) for each in missed]
        cut_off_ms = max(span.end_ms for span in recorded)
        for question_id, owed in _owed(await self._sessions.answers(work, session_id), cut_off_ms):
            for span in untranscribed(owed, recorded, known):
                now = self._clock.now()
                await self._missed.note(work, session_id, question_id, span, reason="interrupted", now=now)


def _owed(answers: Iterable[Answer], cut_off_ms: int) -> Iterator[tuple[UUID, Span]]:
    """Of which stretches words may have been owed when the sound was cut off: the answer that was under way,
    and the end of those that ended last. How long that was before tells nothing: they wait for the database.
    """
    begun = [
        (answer.question_id, answer.start_ms, _end_ms(answer))
        for answer in answers
        if answer.start_ms is not None and answer.status in {"answering", "finished"}
    ]
    last_ms = max((end_ms for _, _, end_ms in begun if end_ms < cut_off_ms), default=math.inf)
    for question_id, start_ms, end_ms in begun:
        if end_ms >= cut_off_ms:
            yield question_id, Span(start_ms, cut_off_ms)
        elif end_ms >= last_ms - LAST_WORDS_MS:
            yield question_id, Span(max(start_ms, round(end_ms) - LAST_WORDS_MS), round(end_ms))


def _end_ms(answer: Answer) -> float:
    return math.inf if answer.status == "answering" or answer.end_ms is None else answer.end_ms
