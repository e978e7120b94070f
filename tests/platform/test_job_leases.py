"""Who may work on a job: what happens when a worker is stopped, killed, or too slow."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, text, update
from tests.support.jobs import PATIENCE_S, empty, enqueue, queue_of, rows_of, until, working

from viva.platform.database import Database
from viva.platform.job_store import claim_due
from viva.platform.jobs import MAX_ATTEMPTS, Job
from viva.platform.tables import JobRow


async def test_F14_a_worker_that_is_stopped_gives_its_job_back_at_once(database: Database) -> None:
    begun = asyncio.Event()

    async def never_ends(_job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    queue = queue_of(database)
    queue.register("greet", never_ends)
    await enqueue(database)
    async with asyncio.timeout(PATIENCE_S), working(queue):
        await begun.wait()
    (row,) = await rows_of(database)
    assert (row.claim, row.lease_until, row.attempt) == (None, None, 0)
    assert len(await claim_due(database, ["greet"], 1, lease_s=60)) == 1


async def test_F21_a_job_whose_worker_was_killed_is_taken_up_and_the_attempt_counted(
    database: Database, database_url: str
) -> None:
    done: list[int] = []

    async def greet(job: Job) -> None:
        done.append(job.attempt)

    await enqueue(database)
    with subprocess.Popen(  # noqa: ASYNC220 (it returns at once)
        [sys.executable, Path(__file__).with_name("endless_worker.py"), database_url]
    ) as worker:
        await until(database, lambda rows: rows[0].claim is not None)
        os.kill(worker.pid, signal.SIGKILL)
    queue = queue_of(database)
    queue.register("greet", greet)
    async with working(queue):
        await until(database, empty)
    assert done == [2]


async def test_F21_a_job_that_kills_its_worker_each_time_is_held(database: Database) -> None:
    await enqueue(database)
    for _ in range(MAX_ATTEMPTS):
        assert len(await claim_due(database, ["greet"], 1, lease_s=60)) == 1
        await _let_the_lease_run_out(database)
    assert await claim_due(database, ["greet"], 1, lease_s=60) == []
    (held,) = await queue_of(database).held()
    assert held.attempts == MAX_ATTEMPTS
    assert "ended in the middle" in held.reason


async def _let_the_lease_run_out(database: Database) -> None:
    async with database.uow() as work:
        await work.db.execute(update(JobRow).values(lease_until=func.now() - text("interval '1 second'")))


async def test_a_worker_that_lost_its_lease_can_no_longer_touch_the_job(database: Database) -> None:
    await enqueue(database)
    (stale,) = await claim_due(database, ["greet"], 1, lease_s=60)
    await _let_the_lease_run_out(database)
    (fresh,) = await claim_due(database, ["greet"], 1, lease_s=60)

    assert not await stale.extend(60)
    await stale.done()
    await stale.fail("late", retry_s=0)
    await stale.give_back()
    (row,) = await rows_of(database)
    assert (row.attempt, row.reason) == (2, None)
    assert await fresh.extend(60)


async def test_an_attempt_ends_when_another_worker_has_the_job(database: Database) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def never_ends(_job: Job) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    queue = queue_of(database, lease_s=0.3)
    queue.register("greet", never_ends)
    await enqueue(database)
    async with asyncio.timeout(PATIENCE_S), working(queue):
        await begun.wait()
        async with database.uow() as work:
            await work.db.execute(
                update(JobRow).values(
                    claim=func.gen_random_uuid(), lease_until=func.now() + text("interval '1 hour'")
                )
            )
        await ended.wait()
    (row,) = await rows_of(database)
    assert row.claim is not None


async def test_a_long_job_keeps_its_lease(database: Database) -> None:
    runs: list[int] = []
    may_end = asyncio.Event()

    async def slow(job: Job) -> None:
        runs.append(job.attempt)
        await may_end.wait()

    queue = queue_of(database, lease_s=3)
    queue.register("greet", slow)
    await enqueue(database)
    async with working(queue):
        (first,) = await until(database, lambda rows: rows[0].lease_until is not None)
        assert first.lease_until is not None
        await until(database, lambda rows: rows[0].lease_until > first.lease_until)
        may_end.set()
        await until(database, empty)
    assert runs == [1]
