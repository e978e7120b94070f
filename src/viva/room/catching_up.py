"""Nothing said is lost: what nobody transcribed live is transcribed from the recording, by a durable job.

    while it is said          engine away or slow, none, server killed → `missed_spans` and the job
    when an engine is there   recording → engine → utterances marked `late` → evaluation anew

The span is settled in the transaction that stores its words, so a job that runs twice stores nothing twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import structlog

from viva.audio import AudioPacket, SpeechResult
from viva.evaluation import Evaluation
from viva.media import Recordings
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.jobs import ForSession, Job, Jobs, RetryLater
from viva.room.listening_again import EngineAway, listen_again
from viva.room.on_disk import NEAR_MS, is_settled, reaches
from viva.room.untranscribed import Span, belonging
from viva.room.voice import cleaned
from viva.sessions import (
    TRANSCRIBE_MISSED,
    MissedSpan,
    MissedSpans,
    NewUtterance,
    Session,
    SessionNotFound,
    Sessions,
)
from viva.stt import StreamOptions, Transcriber

log = structlog.get_logger(__name__)

WAIT_S = 30.0
"""Between two attempts while no engine answers; each costs one handshake."""
OTHERS_FIRST_S = 5.0
AT_ONCE = 2
"""Sessions that are caught up on at the same time: the queue's other workers are for scorecards."""
PACE = 1.25
"""Seconds of sound sent in a second. A streaming recogniser is made for speech as it is spoken; a little
more than that is taken without complaint, the whole at once need not be."""
STANDBY_AFTER = timedelta(minutes=10)
"""An outage this long is not waited out if there is another engine."""
ON_DISK_AFTER = timedelta(seconds=3)
"""The recorder writes once a second; what was said last may not have reached the disk before this."""
EDGE_MS = 300
"""The engine hears this much more at both ends, so that no word there is cut in two."""

SOON = timedelta(seconds=10)
"""Where the disk needs longer than this, it is looked at this often."""
AT_ANY_TIME = 2**40


class NotOnDisk(Exception):
    """Sound of the span may still be in a recorder's memory, or on its way to it."""


class CatchingUp:
    """Handles `transcribe_missed`. `standby` makes an engine for long outages, opened only when needed."""

    def __init__(
        self,
        *,
        database: Database,
        sessions: Sessions,
        recordings: Recordings,
        evaluation: Evaluation,
        clock: Clock,
        engine: Transcriber | None,
        standby: Callable[[], Transcriber] | None = None,
        pace: float = PACE,
        wait_s: float = WAIT_S,
        standby_after: timedelta = STANDBY_AFTER,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._recordings = recordings
        self._evaluation = evaluation
        self._clock = clock
        self._engine = engine
        self._standby = standby
        self._pace = pace
        self._wait_s = wait_s
        self._standby_after = standby_after
        self._missed = MissedSpans()
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._busy = 0

    def register(self, jobs: Jobs) -> None:
        """Name the handler, if there is an engine; else the jobs wait for a start with one."""
        if self._engine is not None:
            jobs.register(TRANSCRIBE_MISSED, self.handle)

    async def handle(self, job: Job) -> None:
        """Transcribe all open spans of the job's session. Raises `RetryLater` while there is no engine."""
        session_id = msgspec.json.decode(job.payload, type=ForSession).session_id
        if self._busy >= AT_ONCE:
            raise RetryLater(OTHERS_FIRST_S, "others are caught up on first")
        self._busy += 1
        try:
            lock = self._locks.setdefault(session_id, asyncio.Lock())
            async with lock:
                await self._catch_up(session_id)
        except EngineAway:
            raise RetryLater(self._wait_s, "no engine recognises speech at the moment") from None
        finally:
            self._busy -= 1

    async def _catch_up(self, session_id: UUID) -> None:
        async with self._database.uow() as work:
            try:
                session = await self._sessions.get(work, session_id)
            except SessionNotFound:  # erased in the meantime, and its spans with it
                return
            spans = await self._missed.open(work, session_id)
        again_s = 0.0
        for span in spans:
            try:
                results, source = await self._listen(session, span)
            except NotOnDisk:
                fresh = self._clock.now() - span.created_at < SOON
                again_s = max(again_s, (ON_DISK_AFTER if fresh else SOON).total_seconds())
            else:
                await self._settle(span, results, source)
        if again_s:
            raise RetryLater(again_s, "the recording is still being written")

    async def _listen(self, session: Session, span: MissedSpan) -> tuple[list[SpeechResult], str]:
        """What is said in the span, and who heard it. Raises `EngineAway`, `NotOnDisk`."""
        engine = self._engine
        if session.recording_consent is not True or engine is None:
            return [], "off"  # taken back: what was recorded is no longer ours to hear
        packets = await self._recorded(session, span)
        if not any(span.start_ms <= packet.spoken_ms < span.end_ms for packet in packets):
            return [], engine.name
        options = StreamOptions(language=session.language, key_terms=session.key_terms)
        try:
            results, source = await listen_again(engine, options, packets, pace=self._pace), engine.name
        except EngineAway:
            if self._standby is None or self._clock.now() - span.created_at < self._standby_after:
                raise
            async with self._standby() as other:
                results, source = await listen_again(other, options, packets, pace=self._pace), other.name
        heard = belonging(map(cleaned, results), Span(span.start_ms, span.end_ms))
        log.info("missed_span_transcribed", engine=source, utterances=len(heard))
        return heard, source

    async def _recorded(self, session: Session, span: MissedSpan) -> tuple[AudioPacket, ...]:
        """The span's sound and a little more at both ends. Raises `NotOnDisk`."""
        age = self._clock.now() - span.created_at
        if age < ON_DISK_AFTER:
            raise NotOnDisk
        start_ms = max(0, span.start_ms - EDGE_MS)
        # In this order: whoever has left has written everything, and a part that is finished when it is seen
        # is also whole when it is read.
        over = not session.is_open and not await self._recordings.attended(session.id)
        parts = await self._recordings.parts(session.id)
        packets = await self._recordings.sound(session.id, start_ms, span.end_ms + EDGE_MS)
        if span.reason == "interrupted":  # it was found on the disk
            return packets
        reached = reaches(packets, span.end_ms) or reaches(
            await self._recordings.sound(session.id, span.end_ms - NEAR_MS, AT_ANY_TIME), span.end_ms
        )
        stretch = Span(span.start_ms, span.end_ms)
        if not is_settled(stretch, parts, reached=reached, over=over, age=age):
            raise NotOnDisk
        return packets

    async def _settle(self, span: MissedSpan, results: Sequence[SpeechResult], source: str) -> None:
        """Store the words, close the span and queue what depends on it, all or nothing."""

        async def write(work: Work) -> None:
            session = await self._sessions.lock(work, span.session_id)
            if not await self._missed.settle(work, span.id, self._clock.now()):
                return
            for result in results:
                await self._sessions.add_utterance(
                    work, span.session_id, _late(result, span.question_id, source)
                )
            open_spans = await self._missed.open(work, span.session_id)
            answers = {
                answer.question_id: answer for answer in await self._sessions.answers(work, session.id)
            }
            over = answers[span.question_id].status == "finished"
            if over and all(other.question_id != span.question_id for other in open_spans):
                await self._evaluation.queue_answer(work, session.id, span.question_id, again=True)
            if session.status == "completed" and not open_spans:
                await self._evaluation.queue_scorecard(work, session.id, again=True)

        await self._database.run(write)


def _late(result: SpeechResult, question_id: UUID, source: str) -> NewUtterance:
    return NewUtterance(
        question_id=question_id,
        text=result.text,
        start_ms=result.start_ms,
        end_ms=result.end_ms,
        confidence=result.confidence,
        words=result.words,
        source=source,
        late=True,
    )
