"""The queue's conformance: what any implementation of the `Jobs` port has to do."""

import asyncio
import contextlib

import pytest
import structlog.testing
from sqlalchemy import text
from tests.conftest import Published
from tests.support.jobs import PATIENCE_S, empty, enqueue, queue_of, rows_of, somebody_listens, until, working

from viva.platform.database import Database
from viva.platform.errors import NotFound, Unavailable
from viva.platform.job_queue import JobQueue, backoff_s
from viva.platform.job_store import JobsInTransaction, claim_due
from viva.platform.jobs import MAX_ATTEMPTS, Job, RetryLater


async def test_a_job_runs_once_with_its_payload(database: Database) -> None:
    done: list[Job] = []

    async def greet(job: Job) -> None:
        done.append(job)

    queue = queue_of(database)
    queue.register("greet", greet)
    await enqueue(database, payload="안녕".encode())
    async with working(queue):
        await until(database, empty)
    assert [(job.name, job.payload.decode(), job.attempt) for job in done] == [("greet", "안녕", 1)]


async def test_a_rollback_takes_the_job_along(database: Database) -> None:
    with pytest.raises(LookupError):  # noqa: PT012 (the block is what fails)
        async with database.uow() as work:
            await work.enqueue("greet", b"1")
            raise LookupError
    assert await rows_of(database) == []


async def test_a_committed_job_wakes_an_idle_worker_without_a_poll(database: Database) -> None:
    done = asyncio.Event()

    async def greet(_job: Job) -> None:
        done.set()

    queue = queue_of(database, poll_s=3600)
    queue.register("greet", greet)
    async with working(queue), asyncio.timeout(PATIENCE_S):
        await somebody_listens(database)
        await enqueue(database)
        await done.wait()


async def test_two_jobs_with_one_key_are_one_job_until_it_begins(database: Database) -> None:
    await enqueue(database, payload=b"1", dedupe_key="k")
    await enqueue(database, payload=b"2", dedupe_key="k")
    await enqueue(database, payload=b"3", dedupe_key="other")
    await enqueue(database, name="part", payload=b"4", dedupe_key="k")
    assert len(await rows_of(database)) == 3

    await claim_due(database, ["greet"], 10, lease_s=60)
    await enqueue(database, payload=b"5", dedupe_key="k")
    assert len(await rows_of(database)) == 4, "one that has begun may have read old data"


async def test_a_job_asked_for_again_does_not_begin_before_the_asker_commits(database: Database) -> None:
    await enqueue(database, dedupe_key="k")
    async with database.uow() as work:
        await work.enqueue("greet", b"1", dedupe_key="k")
        assert await claim_due(database, ["greet"], 10, lease_s=60) == []
    assert len(await claim_due(database, ["greet"], 10, lease_s=60)) == 1


async def test_a_delayed_job_waits_and_an_undelayed_twin_brings_it_forward(database: Database) -> None:
    await enqueue(database, dedupe_key="k", delay_s=3600)
    assert await claim_due(database, ["greet"], 1, lease_s=60) == []
    await enqueue(database, dedupe_key="k")
    assert len(await claim_due(database, ["greet"], 1, lease_s=60)) == 1


async def test_a_failing_job_is_tried_five_times_then_held_with_its_reason_and_can_be_released(
    database: Database,
) -> None:
    attempts: list[int] = []

    async def greet(job: Job) -> None:
        attempts.append(job.attempt)
        raise LookupError("no such person")

    queue = queue_of(database)
    queue.register("greet", greet)
    await enqueue(database)
    async with working(queue):
        await until(database, lambda rows: rows[0].held_at is not None)
    assert attempts == [1, 2, 3, 4, 5]
    (held,) = await queue.held()
    assert (held.name, held.attempts, held.reason) == ("greet", 5, "LookupError: no such person")

    await queue.release(held.id)
    assert await queue.held() == ()
    (claim,) = await claim_due(database, ["greet"], 1, lease_s=60)
    assert claim.job.attempt == 1


@pytest.mark.parametrize("job_id", ["not an id", "0198c0de-0000-7000-8000-000000000000"])
async def test_what_is_not_held_cannot_be_released(database: Database, job_id: str) -> None:
    with pytest.raises(NotFound):
        await queue_of(database).release(job_id)


def test_the_wait_between_attempts_doubles_and_has_an_end() -> None:
    waits = [backoff_s(attempt) for attempt in range(1, 30)]
    assert 1.5 <= waits[0] <= 2.5
    assert waits[3] > waits[0]
    assert max(waits) <= 375


async def test_a_job_that_failed_waits_before_it_is_tried_again(database: Database) -> None:
    async def greet(_job: Job) -> None:
        raise LookupError

    queue = queue_of(database, backoff=lambda _attempt: 3600)
    queue.register("greet", greet)
    await enqueue(database)
    async with working(queue):
        (row,) = await until(database, lambda rows: rows[0].claim is None and rows[0].reason is not None)
    assert (row.due_at - row.created_at).total_seconds() >= 3600


async def test_waiting_out_an_outage_costs_no_attempt(database: Database) -> None:
    attempts: list[int] = []

    async def greet(job: Job) -> None:
        attempts.append(job.attempt)
        if len(attempts) <= 2 * MAX_ATTEMPTS:
            raise RetryLater(0.0, "the model is overloaded")

    queue = queue_of(database)
    queue.register("greet", greet)
    await enqueue(database)
    async with working(queue):
        await until(database, empty)
    assert set(attempts) == {1}
    assert len(attempts) == 2 * MAX_ATTEMPTS + 1


async def test_two_workers_do_every_job_exactly_once(database: Database) -> None:
    done: list[bytes] = []

    async def greet(job: Job) -> None:
        done.append(job.payload)

    async with database.uow() as work:
        for number in range(200):
            await work.enqueue("greet", str(number).encode())
    queues = [queue_of(database), queue_of(database)]
    for queue in queues:
        queue.register("greet", greet)
    async with working(queues[0]), working(queues[1]):
        await until(database, empty)
    assert sorted(done) == sorted(str(number).encode() for number in range(200))


async def test_a_job_without_a_handler_here_is_left_for_a_worker_that_has_one(database: Database) -> None:
    done = asyncio.Event()

    async def greet(_job: Job) -> None:
        done.set()

    queue = queue_of(database)
    queue.register("greet", greet)
    await enqueue(database, name="part")
    await enqueue(database)
    async with asyncio.timeout(PATIENCE_S), working(queue):
        await done.wait()
        await until(database, lambda rows: len(rows) == 1)
    (row,) = await rows_of(database)
    assert (row.name, row.attempt) == ("part", 0)


async def test_F10_the_worker_outlasts_a_lost_connection(database: Database) -> None:
    done: list[int] = []
    queue = queue_of(database)

    async def greet(job: Job) -> None:
        done.append(job.attempt)

    queue.register("greet", greet)
    async with working(queue):
        async with asyncio.timeout(PATIENCE_S):
            await somebody_listens(database)
        async with database.uow() as work:
            await work.db.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            )
        await enqueue(database)
        await until(database, empty)
    assert done == [1]


async def test_F21_the_worker_outlasts_an_error_that_nobody_thought_of(database: Database) -> None:
    """Here a table that is not there for a moment."""
    done: list[int] = []
    queue = queue_of(database)

    async def greet(job: Job) -> None:
        done.append(job.attempt)

    queue.register("greet", greet)
    await enqueue(database)
    with structlog.testing.capture_logs() as said:
        async with database.uow() as work:
            await work.db.execute(text("alter table jobs rename to jobs_away"))
        async with working(queue), asyncio.timeout(PATIENCE_S):
            while not any(line["event"] == "jobs_not_claimed" for line in said):  # noqa: ASYNC110 (no event)
                await asyncio.sleep(0.01)
            async with database.uow() as work:
                await work.db.execute(text("alter table jobs_away rename to jobs"))
            await until(database, empty)
    assert done == [1]


async def test_F10_the_worker_listens_again_after_it_got_no_connection_to_listen_on(
    database_url: str, published: Published
) -> None:
    done = asyncio.Event()

    async def greet(_job: Job) -> None:
        done.set()

    async with (
        Database(database_url, jobs=JobsInTransaction(), publisher=published) as database,
        contextlib.AsyncExitStack() as held,
    ):
        queue = queue_of(database, poll_s=3600)
        queue.register("greet", greet)
        await _hold_all(held, database)
        with structlog.testing.capture_logs() as said:
            async with working(queue), asyncio.timeout(PATIENCE_S):
                while not any(line["event"] == "jobs_not_listened_for" for line in said):  # noqa: ASYNC110 (no event)
                    await asyncio.sleep(0.01)
                await held.aclose()
                await somebody_listens(database)
                await enqueue(database)
                await done.wait()


async def _hold_all(held: contextlib.AsyncExitStack, database: Database) -> None:
    while True:
        try:
            await held.enter_async_context(database.uow())
        except Unavailable:
            return


def test_a_kind_of_job_has_one_handler() -> None:
    async def greet(_job: Job) -> None: ...

    queue = JobQueue(
        Database("postgresql+asyncpg:///unused", jobs=JobsInTransaction(), publisher=Published())
    )
    queue.register("greet", greet)
    with pytest.raises(ValueError, match="greet"):
        queue.register("greet", greet)
