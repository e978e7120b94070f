"""What impairs an interview is written down at its moment, also while the database has no time for it."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import text
from tests.evaluation.interviews import interview

from viva.evaluation import Evaluation
from viva.platform.database import POOL_SIZE, Database
from viva.platform.job_store import JobsInTransaction
from viva.room.service import Interviewing
from viva.sessions import Sessions


async def test_F12_an_incident_for_which_there_is_no_connection_is_written_down_later_at_its_moment(
    database_url, database, published, clock
):
    talk, sessions = await interview(database, clock), Sessions()
    async with Database(database_url, jobs=JobsInTransaction(), publisher=published) as starved:
        interviewing = Interviewing(starved, sessions, Evaluation(sessions, clock), clock)
        await interviewing.begin_clock(talk.session_id)
        clock.advance(10)
        async with AsyncExitStack() as stack:
            for _ in range(POOL_SIZE):
                work = await stack.enter_async_context(starved.uow())
                await work.db.execute(text("select 1"))
            noting = asyncio.create_task(interviewing.note_when_possible(talk.session_id, "media_failed"))
            await asyncio.wait([noting], timeout=2.5)  # longer than anybody waits for a connection
            assert not noting.done()
            clock.advance(30)
        await noting
    async with database.uow() as work:
        noted = [(found.kind, found.at_ms) for found in await sessions.incidents(work, talk.session_id)]
    assert noted == [("media_failed", 10_000)]
