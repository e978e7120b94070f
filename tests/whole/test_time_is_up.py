"""An answer whose time runs out is ended by the server, also when it cannot be at first."""

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.candidate import eventually
from tests.support.server import serving, settings_for

from viva.platform.database import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSING = (
    "update sessions set answer_limit_s = 1",
    "create sequence tries",
    (
        "create function refuse() returns trigger language plpgsql as"
        " $$ begin perform nextval('tries'); raise exception 'not now'; end $$"
    ),
    (
        "create trigger refusing before update on answers for each row when (new.status = 'finished')"
        " execute function refuse()"
    ),
)
"""An error that is nobody's outage. A sequence goes on counting where all else is rolled back."""


async def _run(database: Database, *statements: str) -> None:
    async with database.uow() as work:
        for statement in statements:
            await work.db.execute(text(statement))


async def test_F21_an_interview_s_clock_outlasts_an_error_that_nobody_thought_of(
    database_url: str, tmp_path: Path
) -> None:
    async with serving(settings_for(database_url, tmp_path)) as served:
        database: Database = await served.part("database")
        candidate = await served.new_candidate()
        first, second = (await candidate.questions())[:2]
        await _run(database, *REFUSING)

        async def tried() -> bool:
            async with database.uow() as work:
                return bool(await work.db.scalar(text("select is_called from tries")))

        async with candidate.channel() as channel:
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)
            await eventually(tried)
            await _run(database, "drop trigger refusing on answers")
            await channel.state(answering=False, question_id=second)
