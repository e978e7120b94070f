import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from tests.conftest import NOT_DURABLE, Published
from tests.support.databases import administer

from viva.platform.database import POOL_SIZE, Database, Work, constraint_of
from viva.platform.errors import Unavailable
from viva.platform.job_store import JobsInTransaction
from viva.platform.postgres import EmbeddedPostgres
from viva.platform.tables import JobRow


class Witness(list[Any]):
    """Looks, at the moment of publishing, how many jobs another connection would see: it was committed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.looks: list[asyncio.Task[int]] = []

    def publish(self, event: Any) -> None:
        self.append(event)
        self.looks.append(asyncio.ensure_future(self._look()))

    async def _look(self) -> int:
        engine = create_async_engine(self._url)
        async with engine.connect() as connection:
            count = (await connection.execute(select(func.count()).select_from(JobRow))).scalar_one()
        await engine.dispose()
        return count


@pytest.fixture
async def pooled(database_url: str, published: Published) -> AsyncIterator[Database]:
    async with Database(database_url, jobs=JobsInTransaction(), publisher=published) as database:
        yield database


async def test_events_are_published_in_order_and_only_after_the_commit(database_url: str) -> None:
    witness = Witness(database_url)
    async with Database(database_url, jobs=JobsInTransaction(), publisher=witness, pooled=False) as database:
        async with database.uow() as work:
            work.emit("first")
            work.emit("second")
            await work.enqueue("greet", b"1")
            assert witness == []
        assert witness == ["first", "second"]
        assert await asyncio.gather(*witness.looks) == [1, 1]


async def test_a_rollback_forgets_rows_jobs_and_events(database: Database, published: Published) -> None:
    with pytest.raises(LookupError):  # noqa: PT012 (the block is what fails)
        async with database.uow() as work:
            work.emit("never")
            await work.enqueue("greet", b"1")
            raise LookupError
    async with database.uow() as work:
        assert (await work.db.execute(select(func.count()).select_from(JobRow))).scalar_one() == 0
    assert published == []


async def test_a_commit_that_fails_publishes_nothing(database: Database, published: Published) -> None:
    async with database.uow() as work:
        await work.db.execute(
            text("create table late (n int, constraint uq_late unique (n) deferrable initially deferred)")
        )
    with pytest.raises(IntegrityError) as refused:  # noqa: PT012 (the end of the block is what fails)
        async with database.uow() as work:
            await work.db.execute(text("insert into late values (1), (1)"))
            work.emit("never")
    assert constraint_of(refused.value) == "uq_late"
    assert published == []


async def test_of_several_connections_the_last_one_used_is_used_again(pooled: Database) -> None:
    """Each keeps what was prepared on it, in megabytes; those of a busy moment need not learn it all."""

    async def process(work: Work) -> int:
        found: int = (await work.db.execute(text("select pg_backend_pid()"))).scalar_one()
        return found

    async with AsyncExitStack() as stack:
        busy = {await process(await stack.enter_async_context(pooled.uow())) for _ in range(3)}
    assert len(busy) == 3
    assert len({await pooled.run(process) for _ in range(6)}) == 1


async def test_F12_a_starved_pool_answers_that_it_is_unavailable_and_recovers(pooled: Database) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(POOL_SIZE):
            work = await stack.enter_async_context(pooled.uow())
            await work.db.execute(text("select 1"))
        with pytest.raises(Unavailable):
            await pooled.ping()
    await pooled.ping()


async def test_F12_a_statement_that_takes_too_long_is_ended(pooled: Database) -> None:
    with pytest.raises(Unavailable):  # noqa: PT012 (the statement is what fails)
        async with pooled.uow() as work:
            await work.db.execute(text("set local statement_timeout = 50"))
            await work.db.execute(text("select pg_sleep(60)"))
    await pooled.ping()


async def _two_rows(database: Database) -> None:
    async with database.uow() as work:
        await work.db.execute(
            text("create table crossing as select n, 0 as times from generate_series(1, 2) n")
        )


def _both(
    met: asyncio.Barrier, first: int, second: int, tries: list[int]
) -> Callable[[Work], Awaitable[None]]:
    """Takes one row, waits until the other one is taken by the other side too, then wants that."""

    async def act(work: Work) -> None:
        tries.append(first)
        await work.db.execute(text("set local deadlock_timeout = '5ms'"))
        await work.db.execute(text(f"update crossing set times = times + 1 where n = {first}"))  # noqa: S608
        if tries.count(first) + tries.count(second) <= 2:
            await met.wait()
        await work.db.execute(text(f"update crossing set times = times + 1 where n = {second}"))  # noqa: S608
        work.emit(first)

    return act


async def test_F13_two_crossed_updates_a_hundred_times_are_no_error_to_anybody(
    pooled: Database, published: Published
) -> None:
    await _two_rows(pooled)
    began = 0
    for _ in range(100):
        met, tries = asyncio.Barrier(2), list[int]()
        await asyncio.gather(pooled.run(_both(met, 1, 2, tries)), pooled.run(_both(met, 2, 1, tries)))
        began += len(tries)
    async with pooled.uow() as work:
        assert (await work.db.execute(text("select times from crossing"))).scalars().all() == [200, 200]
    assert began >= 300, "each time one of the two was chosen to be done again"
    assert sorted(published) == [1] * 100 + [2] * 100, "what was undone was told to nobody"


async def test_F13_a_serialization_failure_is_done_again_as_a_whole(pooled: Database) -> None:
    await _two_rows(pooled)

    async def count(work: Work) -> None:
        await work.db.execute(text("set transaction isolation level serializable"))
        times = (await work.db.execute(text("select sum(times) from crossing"))).scalar_one()
        await work.db.execute(text("update crossing set times = :times where n = 1"), {"times": times + 1})

    await asyncio.gather(*(pooled.run(count) for _ in range(4)))
    async with pooled.uow() as work:
        assert (await work.db.execute(text("select sum(times) from crossing"))).scalar_one() == 4


async def test_F13_what_is_wrong_with_the_work_itself_is_not_tried_again(pooled: Database) -> None:
    tries = []

    async def wrong(work: Work) -> None:
        tries.append(1)
        await work.db.execute(text("select 1 from nowhere"))

    with pytest.raises(ProgrammingError):
        await pooled.run(wrong)
    assert tries == [1]


async def test_a_connection_that_the_server_ended_is_unavailable_once_and_then_replaced(
    pooled: Database, database_url: str, postgres_url: str
) -> None:
    with pytest.raises(Unavailable):  # noqa: PT012 (the second statement is what fails)
        async with pooled.uow() as work:
            pid = (await work.db.execute(text("select pg_backend_pid()"))).scalar_one()
            await administer(postgres_url, f"select pg_terminate_backend({pid}, 5000)")
            await work.db.execute(text("select 1"))
    await pooled.ping()


async def test_F10_the_pool_heals_after_the_server_crashed_and_nothing_committed_is_lost(
    tmp_path: Path,
) -> None:
    settings = {name: value for name, value in NOT_DURABLE.items() if name == "full_page_writes"}
    crashed = EmbeddedPostgres(tmp_path, settings=settings)
    url = await crashed.__aenter__()
    async with Database(url, jobs=JobsInTransaction(), publisher=Published()) as database:
        async with database.uow() as work:
            await work.db.execute(text("create table kept as select 1 as n"))
        await asyncio.gather(*(database.ping() for _ in range(POOL_SIZE)))
        assert crashed.pid is not None
        os.kill(crashed.pid, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
        await crashed.stop()
        with pytest.raises(Unavailable):
            await database.ping()
        async with EmbeddedPostgres(tmp_path, settings=settings):
            await asyncio.gather(*(database.ping() for _ in range(POOL_SIZE)))
            async with database.uow() as work:
                assert (await work.db.execute(text("select n from kept"))).scalars().all() == [1]
            await database.engine.dispose()


async def test_a_database_that_was_never_there_is_unavailable(tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://viva@/viva?host={tmp_path}"
    async with Database(url, jobs=JobsInTransaction(), publisher=Published()) as database:
        with pytest.raises(Unavailable):
            await database.ping()
