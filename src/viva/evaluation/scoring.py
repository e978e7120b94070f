"""The durable jobs behind scorecards. A job may be killed at any moment and run again: it settles once.

The record is read in one short unit of work, the reading happens with no database session held, and its
outcome is written in another, under a lock that looks again before it writes.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec

from viva.evaluation import store
from viva.evaluation.material import material_of
from viva.evaluation.reading import Reader, Reading
from viva.evaluation.store import Subject, Tries
from viva.events import ScorecardDrafted
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.jobs import Job, Jobs, RetryLater
from viva.sessions import MissedSpans, Record, SessionNotFound, Sessions

EVALUATE_ANSWER = "evaluate_answer"
DRAFT_SCORECARD = "draft_scorecard"

WAITS_S = (2.0, 6.0, 18.0, 54.0, 600.0)
"""F08: without a `retry-after`, five tries at growing distance, then ten minutes of peace, then again."""
GIVE_UP_AFTER = timedelta(hours=24)
"""An outage as long as this is no longer waited out: a person scores alone."""
ANSWERS_POLL_S = 0.5
WORDS_POLL_S = 60.0
"""Whoever transcribes the last missed words queues the evaluation anew; this is for when nobody can."""
ANSWERS_PATIENCE = timedelta(seconds=60)
"""How long after the interview's end the whole waits for its answers' own readings."""


class _Prepared(msgspec.Struct, frozen=True):
    record: Record
    tries: Tries
    drafts: list[dict[str, str]]
    answers_missing: bool


class Scoring:
    """Handles `evaluate_answer` and `draft_scorecard`, one at a time for each session (S34)."""

    def __init__(self, database: Database, sessions: Sessions, reader: Reader, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._reader = reader
        self._clock = clock
        self._missed = MissedSpans()
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    def register(self, jobs: Jobs) -> None:
        """Name the handlers, before the queue runs."""
        jobs.register(EVALUATE_ANSWER, self.handle)
        jobs.register(DRAFT_SCORECARD, self.handle)

    async def handle(self, job: Job) -> None:
        """Evaluate the job's subject unless that is done. Raises `RetryLater` in an outage."""
        subject = msgspec.json.decode(job.payload, type=Subject)
        lock = self._locks.setdefault(subject.session_id, asyncio.Lock())
        async with lock:
            prepared = await self._prepare(subject)
            if prepared is None:
                return
            if prepared.answers_missing:
                raise RetryLater(ANSWERS_POLL_S, "its answers are being evaluated")
            reading = await self._read(subject, prepared)
            await self._write(subject, prepared, reading)
        if reading.findings is None:
            raise RetryLater(_wait_s(prepared.tries, reading), "the language model is not available")

    async def _prepare(self, subject: Subject) -> _Prepared | None:
        """Everything that the reading needs, or None if there is nothing to do (any more)."""
        async with self._database.uow() as work:
            try:
                record = await self._sessions.record(work, subject.session_id)
            except SessionNotFound:  # erased in the meantime: with it went the reason to evaluate
                return None
            tries = await store.tries(work.db, subject)
            if tries.settled:
                return None
            if await self._words_missing(work, subject):
                raise RetryLater(WORDS_POLL_S, "its words are still to be transcribed from the recording")
            drafts, missing = await self._drafts(work, subject, record)
            return _Prepared(record, tries, drafts, missing)

    async def _words_missing(self, work: Work, subject: Subject) -> bool:
        """Whether it is worth waiting for words that an engine could not be asked for live (F07, F31)."""
        return any(
            span.reason != "no_engine" and self._clock.now() - span.created_at < GIVE_UP_AFTER
            for span in await self._missed.open(work, subject.session_id)
            if subject.question_id in {None, span.question_id}
        )

    async def _drafts(
        self, work: Work, subject: Subject, record: Record
    ) -> tuple[list[dict[str, str]], bool]:
        """The levels of each answer so far, and whether it is worth waiting for more of them."""
        if subject.question_id is not None or not record.session.ai_consent:
            return [], False
        findings = await store.answer_findings(work.db, subject.session_id)
        finished = [answer.question_id for answer in record.answers if answer.status == "finished"]
        drafts = [
            {result.key: result.level for result in findings[question].criteria if result.level}
            for question in finished
            if question in findings
        ]
        missing = any(question not in findings for question in finished)
        return [dict(draft) for draft in drafts], missing and self._is_fresh(record.session.completed_at)

    def _is_fresh(self, completed_at: datetime | None) -> bool:
        return completed_at is not None and self._clock.now() - completed_at < ANSWERS_PATIENCE

    async def _read(self, subject: Subject, prepared: _Prepared) -> Reading:
        if not prepared.record.session.ai_consent:
            return self._reader.settled_without("ai_declined")
        waiting_since = prepared.tries.waiting_since
        if waiting_since is not None and self._clock.now() - waiting_since > GIVE_UP_AFTER:
            return self._reader.settled_without("model_unavailable")
        return await self._reader.read(
            material_of(prepared.record, subject.question_id),
            prepared.drafts,
            whole=subject.question_id is None,
            unusable_before=prepared.tries.unusable,
        )

    async def _write(self, subject: Subject, prepared: _Prepared, reading: Reading) -> None:
        """Append what was tried; settle, if the reading did and nobody else has."""
        async with self._database.uow() as work:
            await store.lock(work.db, subject)
            try:
                await self._sessions.get(work, subject.session_id)
            except SessionNotFound:
                return
            if (await store.tries(work.db, subject)).settled:
                return
            number = prepared.tries.unusable + prepared.tries.unavailable
            for attempted in reading.tries:
                number += 1
                settles = reading.findings if attempted.outcome == "settled" else None
                evaluation = await store.add(work.db, subject, attempted, number, settles)
                if settles is not None and subject.question_id is None:
                    await store.put_scorecard(work.db, subject.session_id, evaluation, attempted, settles)
                    work.emit(ScorecardDrafted(session_id=subject.session_id))


def _wait_s(tries: Tries, reading: Reading) -> float:
    """As long as the vendor wishes, else longer and longer."""
    if reading.retry_after_s is not None:
        return reading.retry_after_s
    return WAITS_S[tries.unavailable % len(WAITS_S)]
