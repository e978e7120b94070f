"""The durable jobs behind scorecards. A job may be killed at any moment and run again: it settles once.

The record is read in one short unit of work, the reading happens with no database session held, and each
call that comes back is written in another, under a lock that looks again before it writes: what was paid for
is not asked for again.
"""

import asyncio
from datetime import timedelta
from typing import NoReturn
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec

from viva.evaluation import store
from viva.evaluation.material import Material, material_of
from viva.evaluation.model import Findings
from viva.evaluation.prompt import CURRENT_WORDING, Wording
from viva.evaluation.reading import Reader, Reading, Request
from viva.evaluation.store import Subject, Tries, Try
from viva.events import ScorecardDrafted
from viva.platform import budget
from viva.platform.ai_switch import AiSwitch
from viva.platform.budget import NO_LIMITS, Barred, Budgets
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.jobs import Job, Jobs, RetryLater
from viva.platform.reserving import DoesNotFit, Reserved, release, reserve
from viva.sessions import MissedSpans, Record, SessionNotFound, Sessions

EVALUATE_ANSWER = "evaluate_answer"
DRAFT_SCORECARD = "draft_scorecard"

WAITS_S = (2.0, 6.0, 18.0, 54.0, 600.0)
"""F08: without a `retry-after`, five tries at growing distance, then ten minutes of peace, then again."""
GIVE_UP_AFTER = timedelta(hours=24)
"""An outage as long as this is no longer waited out: a person scores alone."""
WORDS_POLL_S = 60.0
"""Whoever transcribes the last missed words queues the evaluation anew; this is for when nobody can."""
BUDGET_POLL_S = 900.0
"""A day's budget may be raised before the day is over."""


TURN_S = 2.0
"""When a job asks again whether it is its turn; about as long as a call takes."""
UNDER_WAY_S = 5.0
"""Calls that are under way have set aside what is left of a budget; most of it comes back."""
HOLD = timedelta(minutes=10)
"""Longer than any reading takes. What a process that died has set aside is free again after that."""


class _Prepared(msgspec.Struct, frozen=True):
    record: Record
    tries: Tries
    request: Request
    allowed: Reserved | DoesNotFit | None
    """None where no model is asked."""
    stopped: bool
    """A model would be asked, but all calls are stopped."""

    @property
    def barred(self) -> Barred | None:
        return self.allowed.why if isinstance(self.allowed, DoesNotFit) else None


class Scoring:
    """Handles `evaluate_answer` and `draft_scorecard`.

    Of a session one answer at a time, and beside it the whole (S34): the whole needs none of the answers'
    readings, so nobody waits for them at the end.
    """

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        reader: Reader,
        clock: Clock,
        *,
        budgets: Budgets = NO_LIMITS,
        drafts: int = 1,
        wording: Wording = CURRENT_WORDING,
        switch: AiSwitch | None = None,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._reader = reader
        self._clock = clock
        self._budgets = budgets
        self._drafts = drafts
        self._wording = wording
        self._switch = switch or AiSwitch()
        self._missed = MissedSpans()
        self._locks: WeakValueDictionary[tuple[UUID, bool], asyncio.Lock] = WeakValueDictionary()

    def register(self, jobs: Jobs) -> None:
        """Name the handlers, before the queue runs."""
        jobs.register(EVALUATE_ANSWER, self.handle)
        jobs.register(DRAFT_SCORECARD, self.handle)

    async def handle(self, job: Job) -> None:
        """Evaluate the job's subject unless that is done. Raises `RetryLater` in an outage.

        It does so too while another of the session's is under way: who waits must not hold a worker.
        """
        subject = msgspec.json.decode(job.payload, type=Subject)
        lock = self._locks.setdefault((subject.session_id, subject.question_id is None), asyncio.Lock())
        if lock.locked():
            raise RetryLater(TURN_S, "another evaluation of this interview is under way")
        async with lock:
            prepared = await self._prepare(subject)
            if prepared is None:
                return
            try:
                if isinstance(prepared.allowed, DoesNotFit) and prepared.allowed.passing:
                    raise RetryLater(UNDER_WAY_S, "calls under way have set aside what is left of a budget")
                if prepared.barred == "budget_day":
                    await self._wait_for_tomorrow(subject, prepared)
                reading = await self._read(subject, prepared)
                rubric = prepared.request.material.rubric_version
                last = msgspec.structs.replace(reading.last, rubric_version=rubric)
                await self._keep(subject, last, reading.findings, prepared.request.material)
            finally:
                await self._release(prepared.allowed)
        if reading.findings is None:
            raise RetryLater(_wait_s(prepared.tries, reading), "the language model is not available")

    async def _prepare(self, subject: Subject) -> _Prepared | None:
        """Everything that the reading needs, or None if there is nothing to do (any more)."""

        async def act(work: Work) -> _Prepared | None:
            try:
                record = await self._sessions.record(work, subject.session_id)
            except SessionNotFound:  # erased in the meantime: with it went the reason to evaluate
                return None
            tries = await store.tries(work.db, subject)
            if tries.settled:
                return None
            if await self._words_missing(work, subject):
                raise RetryLater(WORDS_POLL_S, "its words are still to be transcribed from the recording")
            request = Request(
                material=material_of(record, subject.question_id),
                whole=subject.question_id is None,
                drafts=self._drafts,
                wording=self._wording,
            )
            stopped = self._reader.has_model and await self._switch.is_stopped(work)
            allowed = None if stopped else await self._reserve(work, record, request, tries)
            return _Prepared(record, tries, request, allowed, stopped)

        return await self._database.run(act)

    async def _reserve(
        self, work: Work, record: Record, request: Request, tries: Tries
    ) -> Reserved | DoesNotFit | None:
        ahead = self._budgets.most(self._reader.asks(request, tries))
        if not (ahead.tokens and record.session.ai_consent):
            return None
        account, now = record.session.account, self._clock.now()
        return await reserve(work.db, self._budgets, account, ahead, now=now, hold=HOLD)

    async def _release(self, allowed: Reserved | DoesNotFit | None) -> None:
        """What was used stands already, call by call."""
        if isinstance(allowed, Reserved):
            await self._database.run(lambda work: release(work.db, allowed))

    async def _words_missing(self, work: Work, subject: Subject) -> bool:
        """Whether it is worth waiting for words that an engine could not be asked for live (F07, F31)."""
        return any(
            span.reason != "no_engine" and self._clock.now() - span.created_at < GIVE_UP_AFTER
            for span in await self._missed.open(work, subject.session_id)
            if subject.question_id in {None, span.question_id}
        )

    async def _wait_for_tomorrow(self, subject: Subject, prepared: _Prepared) -> NoReturn:
        """The reason is written down once; `RetryLater` at midnight at the latest."""
        if not prepared.tries.waits_for_budget:
            await self._keep(subject, self._reader.waiting(store.BUDGET_DAY), None)
        now = self._clock.now()
        left_s = (self._budgets.midnight_after(now) - now).total_seconds()
        raise RetryLater(min(left_s, BUDGET_POLL_S), "the day's budget is used up")

    async def _read(self, subject: Subject, prepared: _Prepared) -> Reading:
        if not prepared.record.session.ai_consent:
            return self._reader.settled_without("ai_declined")
        if prepared.stopped:
            return self._reader.settled_without("ai_stopped")
        if prepared.barred is not None:
            return self._reader.settled_without(prepared.barred)
        waiting_since = prepared.tries.waiting_since
        if waiting_since is not None and self._clock.now() - waiting_since > GIVE_UP_AFTER:
            return self._reader.settled_without("model_unavailable")

        async def keep(attempted: Try, findings: Findings | None) -> None:
            await self._keep(subject, attempted, findings, prepared.request.material)

        return await self._reader.read(prepared.request, prepared.tries, keep)

    async def _keep(
        self, subject: Subject, attempted: Try, findings: Findings | None, of: Material | None = None
    ) -> None:
        """Append the try and what it cost, unless the round is settled or its session erased meanwhile.

        `of`: what was read. If words have come since, another round is queued; whoever stores words locks the
        session too, so either they are seen here, or their round is the next one.
        """
        async with self._database.uow() as work:
            try:
                session = await self._sessions.lock(work, subject.session_id)
            except SessionNotFound:
                return
            await store.lock(work.db, subject)
            await budget.spend(
                work.db,
                session.account,
                purpose=DRAFT_SCORECARD if subject.question_id is None else EVALUATE_ANSWER,
                model=attempted.model,
                spent=attempted.spent,
                priced=attempted.cost_microusd is not None,
                at=attempted.finished_at,
            )
            if (await store.tries(work.db, subject)).settled:
                return
            evaluation = await store.add(work.db, subject, attempted, findings)
            if attempted.outcome == "settled" and findings and subject.question_id is None:
                await store.put_scorecard(work.db, subject.session_id, evaluation, attempted, findings)
                work.emit(ScorecardDrafted(session_id=subject.session_id))
            if attempted.outcome == "settled" and of is not None and await self._has_grown(work, subject, of):
                rounds = await store.rounds_settled(work.db, subject.session_id, subject.question_id)
                await queue(work, msgspec.structs.replace(subject, round=rounds))

    async def _has_grown(self, work: Work, subject: Subject, read: Material) -> bool:
        record = await self._sessions.record(work, subject.session_id)
        return material_of(record, subject.question_id).answers != read.answers


async def queue(work: Work, subject: Subject) -> None:
    """Have the subject evaluated; once, as long as nobody has begun with it."""
    name = DRAFT_SCORECARD if subject.question_id is None else EVALUATE_ANSWER
    key = f"{name}:{subject.question_id or subject.session_id}:{subject.round}"
    await work.enqueue(name, msgspec.json.encode(subject), dedupe_key=key)


def _wait_s(tries: Tries, reading: Reading) -> float:
    """As long as the vendor wishes, else longer and longer."""
    if reading.retry_after_s is not None:
        return reading.retry_after_s
    return WAITS_S[tries.unavailable % len(WAITS_S)]
