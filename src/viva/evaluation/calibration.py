"""Reading stored interviews again and again: does a level come again, and what would another wording say?

A series changes no scorecard. It is a durable job; what is read is kept at once and never read anew. The job
gives its worker back after every reading, and no two read at once: scorecards of people who wait come first.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from viva.evaluation import calibration_store
from viva.evaluation.calibration_store import Series
from viva.evaluation.errors import CalibrationImpossible, NotForCalibration
from viva.evaluation.instructions import VERSIONS
from viva.evaluation.material import material_of
from viva.evaluation.model import Findings
from viva.evaluation.prompt import Wording
from viva.evaluation.reading import Reader, Reading, Request
from viva.evaluation.repeatability import Difference, Run, Variant, differences, variant_of
from viva.evaluation.store import Tries, Try
from viva.platform import budget
from viva.platform.ai_switch import STOPPED, AiSwitch
from viva.platform.budget import Budgets
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.errors import NotFound
from viva.platform.jobs import Job, Jobs, RetryLater
from viva.platform.reserving import DoesNotFit, Reserved, release, reserve
from viva.sessions import Record, SessionNotFound, Sessions

CALIBRATE = "calibrate"
RUNS_MAX = 20
INTERVIEWS_MAX = 30
OUTAGE_S = 60.0
TURN_S = 5.0
UNDER_WAY_S = 5.0
HOLD = timedelta(minutes=10)
"""Longer than a reading takes; what a process that died has set aside is free again after that."""
RECENT = 20
_ERASED = "erased"
_PLACE = tuple[UUID, int, int]
Progress = Callable[[int, int], None]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A series and what it shows so far; `differences` only where there are two variants."""

    series: Series
    done: int
    variants: tuple[Variant, ...]
    differences: tuple[Difference, ...]


class Calibration:
    """Starts series, works them off, and tells what they show."""

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        reader: Reader,
        clock: Clock,
        budgets: Budgets,
        switch: AiSwitch | None = None,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._reader = reader
        self._clock = clock
        self._budgets = budgets
        self._reading = asyncio.Lock()
        self._switch = switch or AiSwitch()

    def register(self, jobs: Jobs) -> None:
        """Name the handler, before the queue runs."""
        jobs.register(CALIBRATE, self.handle)

    async def start(
        self,
        work: Work,
        session_ids: Sequence[UUID],
        variants: Sequence[Wording],
        *,
        runs: int,
        drafts: int,
        created_by: UUID | None = None,
        queued: bool = True,
    ) -> UUID:
        """Write the series down and, unless somebody works it off at once, queue it.

        Raises `AiStopped`, `CalibrationImpossible` (no model, unknown wording, too much), `NotForCalibration`
        for an interview that is not completed or whose candidate declined AI, `SessionNotFound`.
        """
        await self._switch.require_running(work)
        wanted = list(dict.fromkeys(session_ids))
        known = all(variant.version in VERSIONS for variant in variants)
        if not (self._reader.has_model and known and 1 <= len(variants) <= 2):
            raise CalibrationImpossible
        if not (1 <= len(wanted) <= INTERVIEWS_MAX and 1 <= runs <= RUNS_MAX and drafts >= 1):
            raise CalibrationImpossible
        for session_id in wanted:
            session = await self._sessions.get(work, session_id)
            if session.status != "completed" or not session.ai_consent:
                raise NotForCalibration
        series_id = await calibration_store.add(
            work.db, variants, wanted, runs=runs, drafts=drafts, created_by=created_by
        )
        if queued:
            await work.enqueue(CALIBRATE, msgspec.json.encode(series_id), dedupe_key=str(series_id))
        return series_id

    async def handle(self, job: Job) -> None:
        """One reading of a series. Raises `RetryLater` while there is more to read, and in an outage."""
        if self._reading.locked():
            raise RetryLater(TURN_S, "another series is being read")
        async with self._reading:
            await self.work_off(msgspec.json.decode(job.payload, type=UUID), _one_at_a_time)

    async def work_off(self, series_id: UUID, progress: Progress = lambda _done, _total: None) -> None:
        """Read what is still to be read, one after the other. Raises `RetryLater` in an outage."""
        async with self._database.uow() as work:
            series = await calibration_store.find(work.db, series_id)
            if series is None or series.finished_at:
                return
            done = {
                (r.session_id, r.variant, r.run) for r in await calibration_store.runs_of(work.db, series_id)
            }
        for place in _places(series):
            if place in done:
                continue
            reason = await self._read(series, place)
            if reason is not None and reason != _ERASED:
                await self._finish(series_id, reason)
                return
            done.add(place)
            if reason is None:
                progress(len(done), series.total)
        await self._finish(series_id, None)

    async def outcome(self, work: Work, series_id: UUID) -> Outcome:
        """What the series shows so far. Raises `NotFound`."""
        series = await calibration_store.find(work.db, series_id)
        if series is None:
            raise NotFound
        runs = await calibration_store.runs_of(work.db, series_id)
        variants = tuple(
            variant_of([run for run in runs if run.variant == number])
            for number in range(len(series.variants))
        )
        different = differences(*variants) if len(variants) == 2 else ()
        return Outcome(series=series, done=len(runs), variants=variants, differences=different)

    async def recent(self, work: Work) -> list[Series]:
        """The newest series."""
        return await calibration_store.recent(work.db, RECENT)

    async def _read(self, series: Series, place: _PLACE) -> str | None:
        """One reading, kept; or `_ERASED`, or the reason why the series cannot go on."""
        session_id, variant, _ = place
        try:
            async with self._database.uow() as work:
                if await self._switch.is_stopped(work):
                    return STOPPED
                record = await self._sessions.record(work, session_id)
        except SessionNotFound:  # erased in the meantime
            return _ERASED
        request = Request(
            material=material_of(record, None),
            whole=True,
            drafts=series.drafts,
            wording=series.variants[variant],
            repeats=True,
        )
        allowed = await self._reserve(record, request)
        if isinstance(allowed, DoesNotFit):
            if allowed.passing:
                raise RetryLater(
                    UNDER_WAY_S, "calls under way have set aside what is left of the day's budget"
                )
            return "budget_day"
        try:
            return await self._read_within(series, place, record, request)
        finally:
            await self._database.run(lambda work: release(work.db, allowed))

    async def _read_within(
        self, series: Series, place: _PLACE, record: Record, request: Request
    ) -> str | None:
        paid: list[Try] = []

        async def keep(attempted: Try, _findings: Findings | None) -> None:
            paid.append(attempted)
            await self._spend(record, attempted)

        started_at = self._clock.now()
        reading = await self._reader.read(request, Tries(), keep)
        if series.drafts == 1 and reading.findings is not None:
            await keep(reading.last, None)
        if reading.findings is None:
            raise RetryLater(reading.retry_after_s or OUTAGE_S, "the language model is not available")
        if reading.findings.status == "failed" or reading.findings.reason == STOPPED:
            return reading.findings.reason
        run = _run(place, reading, paid)
        async with self._database.uow() as work:
            finished_at = self._clock.now()
            await calibration_store.add_run(
                work.db, series.id, run, started_at=started_at, finished_at=finished_at
            )
        return None

    async def _reserve(self, record: Record, request: Request) -> Reserved | DoesNotFit:
        """Only the day's budget holds for a series: it is nobody's scorecard."""
        ahead, now = self._budgets.most(self._reader.asks(request, Tries())), self._clock.now()
        account = record.session.account
        return await self._database.run(
            lambda work: reserve(work.db, self._budgets, account, ahead, now=now, hold=HOLD, only_day=True)
        )

    async def _spend(self, record: Record, attempted: Try) -> None:
        async with self._database.uow() as work:
            await budget.spend(
                work.db,
                record.session.account,
                purpose=CALIBRATE,
                model=attempted.model,
                spent=attempted.spent,
                priced=attempted.cost_microusd is not None,
                at=attempted.finished_at,
            )

    async def _finish(self, series_id: UUID, reason: str | None) -> None:
        async with self._database.uow() as work:
            await calibration_store.finish(work.db, series_id, self._clock.now(), reason)


def _one_at_a_time(done: int, total: int) -> None:
    """Let the other jobs pass that are due."""
    if done < total:
        raise RetryLater(0.0, f"{done} of {total} readings are done")


def _places(series: Series) -> Iterator[_PLACE]:
    """Interview by interview, so that the vendor still has its words at hand."""
    for session_id in series.session_ids:
        for variant in range(len(series.variants)):
            for number in range(1, series.runs + 1):
                yield session_id, variant, number


def _run(place: _PLACE, reading: Reading, paid: Sequence[Try]) -> Run:
    assert reading.findings is not None  # noqa: S101 (the caller has looked)
    costs = [attempted.cost_microusd for attempted in paid if attempted.cost_microusd is not None]
    return Run(
        session_id=place[0],
        variant=place[1],
        run=place[2],
        findings=reading.findings,
        tokens=sum(attempted.spent.tokens for attempted in paid),
        cost_microusd=sum(costs) if costs else None,
    )
