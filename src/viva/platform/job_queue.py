"""The worker: claims due jobs from the table, runs their handlers, and leaves the table telling the truth."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from viva.platform.database import Database
from viva.platform.errors import NotFound, Unavailable
from viva.platform.job_store import CHANNEL, Claim, claim_due, held_jobs, load, release_held
from viva.platform.jobs import Handler, HeldJob, Load, RetryLater
from viva.platform.tasks import Tasks

log = structlog.get_logger(__name__)

LEASE_S = 15.0
"""A killed worker's jobs are taken up after at most this long; the lease is renewed three times as often."""
POLL_S = 1.0
"""How late a delayed job, or one whose NOTIFY was lost, may be noticed."""
CONCURRENCY = 4
_LONGEST_BACKOFF_S = 300.0
_LISTEN_AGAIN_S = 1.0


def backoff_s(attempt: int) -> float:
    """After the first failure about 2 s, then double, at most 5 minutes; spread, so that jobs do not herd."""
    return min(float(2**attempt), _LONGEST_BACKOFF_S) * random.uniform(0.75, 1.25)  # noqa: S311 (no secret)


class JobQueue:
    """The `Jobs` port over the table `jobs`: `register` the handlers, then `run` until cancelled."""

    def __init__(
        self,
        database: Database,
        *,
        concurrency: int = CONCURRENCY,
        lease_s: float = LEASE_S,
        poll_s: float = POLL_S,
        backoff: Callable[[int], float] = backoff_s,
    ) -> None:
        self._database = database
        self._concurrency = concurrency
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._backoff = backoff
        self._handlers: dict[str, Handler] = {}
        self._running = 0
        self._wake = asyncio.Event()

    def register(self, name: str, handler: Handler) -> None:
        """Name the handler of a kind of job, before `run`. Raises `ValueError` on a second one."""
        if name in self._handlers:
            raise ValueError(f"the job {name} has a handler already")
        self._handlers[name] = handler

    async def run(self) -> None:
        """Work until cancelled, then give the running jobs back, uncounted.

        Outlasts outages of the database and whatever else it says: a worker that has ended looks healthy from
        outside, and nothing is scored or caught up on.
        """
        async with Tasks("jobs") as tasks:
            tasks.start("listen", self._listen())
            while True:
                self._wake.clear()
                if not await self._start_due(tasks):
                    await self._something_due()

    async def held(self) -> Sequence[HeldJob]:
        """The jobs that wait for a person, the longest held first."""
        return await held_jobs(self._database)

    async def load(self) -> Load:
        """How much there is to do."""
        return await load(self._database)

    async def release(self, job_id: str) -> None:
        """Give a held job a new start. Raises `NotFound`."""
        try:
            found = await release_held(self._database, UUID(job_id))
        except ValueError:
            found = False
        if not found:
            raise NotFound

    async def _start_due(self, tasks: Tasks) -> bool:
        free = self._concurrency - self._running
        if free == 0:
            return False
        try:
            claims = await claim_due(self._database, self._handlers, free, self._lease_s)
        except Unavailable:
            log.warning("jobs_wait_for_the_database")
            return False
        except Exception:  # a table that is being altered, a driver's surprise: the next poll asks again
            log.exception("jobs_not_claimed")
            return False
        for claim in claims:
            self._running += 1
            tasks.start(claim.job.name, self._attempt(claim))
        return len(claims) > 0

    async def _something_due(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_s):
                await self._wake.wait()

    async def _attempt(self, claim: Claim) -> None:
        try:
            await self._settle(claim, await self._outcome(claim))
        except asyncio.CancelledError:
            with contextlib.suppress(Unavailable):  # then the lease has to run out
                await claim.give_back()
            raise
        except Unavailable:
            # The lease will run out and the job be taken up again: twice, rather than never.
            log.warning("job_outcome_not_written", job=claim.job.name, job_id=claim.job.id)
        finally:
            self._running -= 1
            self._wake.set()

    async def _outcome(self, claim: Claim) -> Exception | None:
        """Run the handler under a lease that is kept alive; what it raised, if it failed."""
        async with Tasks(f"jobs.{claim.job.name}") as tasks:
            tasks.start("lease", self._keep_lease(claim, asyncio.current_task()))
            try:
                await self._handlers[claim.job.name](claim.job)
            except Exception as error:  # noqa: BLE001 (any failure of a handler is a failed attempt)
                return error
        return None

    async def _settle(self, claim: Claim, error: Exception | None) -> None:
        job = claim.job
        if error is None:
            await claim.done()
        elif isinstance(error, RetryLater):
            log.info("job_postponed", job=job.name, job_id=job.id, reason=error.reason, delay_s=error.delay_s)
            await claim.postpone(error.reason, delay_s=error.delay_s)
        else:
            log.error("job_failed", job=job.name, job_id=job.id, attempt=job.attempt, exc_info=error)
            await claim.fail(f"{type(error).__name__}: {error}", retry_s=self._backoff(job.attempt))

    async def _keep_lease(self, claim: Claim, attempt: "asyncio.Task[None] | None") -> None:
        """Renew the lease; once another worker has the job, this attempt at it ends."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                if await claim.extend(self._lease_s):
                    continue
            except Unavailable:
                continue
            except Exception:  # an attempt whose lease nobody renews would soon be one of two
                log.exception("job_lease_not_renewed", job=claim.job.name, job_id=claim.job.id)
                continue
            log.warning("job_lease_lost", job=claim.job.name, job_id=claim.job.id)
            if attempt is not None:
                attempt.cancel()
            return

    async def _listen(self) -> None:
        """Wake up at every NOTIFY; while that is not to be had, the poll in `run` has to do."""
        while True:
            try:
                await self._listen_on_a_connection()
            except Exception as error:  # noqa: BLE001 (the pool's and the driver's have no common root)
                log.warning("jobs_not_listened_for", error=type(error).__name__)
            await asyncio.sleep(_LISTEN_AGAIN_S)

    async def _listen_on_a_connection(self) -> None:
        ended = asyncio.Event()
        async with self._database.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None  # noqa: S101 (a pool gives connections)
            raw.add_termination_listener(lambda _: ended.set())
            await raw.add_listener(CHANNEL, self._notified)
            try:
                self._wake.set()
                await ended.wait()
            finally:
                # Never back to the pool: it listens.
                await connection.invalidate()

    def _notified(self, *_notification: object) -> None:
        self._wake.set()
