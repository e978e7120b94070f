"""What tests of the queue share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from sqlalchemy import select, text

from viva.platform.database import Database
from viva.platform.job_queue import JobQueue
from viva.platform.tables import JobRow

PATIENCE_S = 60


def queue_of(database: Database, **options: object) -> JobQueue:
    return JobQueue(database, **{"poll_s": 0.05, "backoff": lambda _attempt: 0.0, **options})


@contextlib.asynccontextmanager
async def working(queue: JobQueue) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def enqueue(database: Database, name: str = "greet", payload: bytes = b"1", **options: object) -> None:
    async with database.uow() as work:
        await work.enqueue(name, payload, **options)


async def rows_of(database: Database) -> list[JobRow]:
    async with database.uow() as work:
        return list((await work.db.scalars(select(JobRow).order_by(JobRow.id))).all())


async def until(database: Database, true: Callable[[list[JobRow]], bool]) -> list[JobRow]:
    """The rows, as soon as `true` of them."""
    async with asyncio.timeout(PATIENCE_S):
        while not true(rows := await rows_of(database)):  # noqa: ASYNC110 (rows have no event)
            await asyncio.sleep(0.02)
    return rows


def empty(rows: list[JobRow]) -> bool:
    return not rows


async def somebody_listens(database: Database) -> None:
    listening = text(
        "select count(*) from pg_stat_activity where query ilike 'listen %' and datname = current_database()"
    )
    while True:
        async with database.uow() as work:
            if (await work.db.execute(listening)).scalar_one():
                return
        await asyncio.sleep(0.01)
