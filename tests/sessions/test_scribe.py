"""Finals are durable before anybody hears of them, numbered without a gap, and never stored twice."""

import asyncio
from uuid import UUID

from asyncpg import PostgresError  # type: ignore[import-untyped]  # it ships no types
from tests.conftest import Published
from tests.sessions.test_record import made, said
from tests.support.candidate import eventually

from viva.audio import Word
from viva.events import UtteranceHeard
from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.platform.job_store import JobsInTransaction
from viva.sessions import NewUtterance, Scribe, SessionNotFound, Sessions, Utterance


async def stored(database: Database, session_id: UUID) -> list[Utterance]:
    async with database.uow() as work:
        return list(await Sessions().utterances(work, session_id))


async def test_what_is_returned_is_what_is_stored_and_the_bus_has_been_told(
    database: Database, published: Published
) -> None:
    session = await made(database)
    async with database.uow() as work:
        question = (await Sessions().questions(work, session.id))[0]
    new = NewUtterance(
        question_id=question.id,
        text="나는 “quoted” it\\n\nall 🙂",
        start_ms=5,
        end_ms=70,
        source="deepgram",
        confidence=0.1 + 0.2,
        words=(Word("나는", 5, 20, 0.98), Word("it", 30, 70, 1 / 3)),
    )
    published.clear()
    utterance = await Scribe(database).write(session.id, new)
    assert published == [UtteranceHeard(session_id=session.id, seq=1)]
    assert await stored(database, session.id) == [utterance]


async def test_F02_many_at_once_are_numbered_without_a_gap_or_a_double(database: Database) -> None:
    sessions, scribe = [await made(database) for _ in range(3)], Scribe(database)
    await asyncio.gather(
        *(scribe.write(session.id, said(str(number))) for number in range(12) for session in sessions)
    )
    for session in sessions:
        heard = await stored(database, session.id)
        assert [utterance.seq for utterance in heard] == list(range(1, 13))
        assert [utterance.text for utterance in heard] == [str(number) for number in range(12)]


async def test_one_that_cannot_be_stored_takes_no_other_along(database: Database) -> None:
    fine, scribe = [await made(database) for _ in range(3)], Scribe(database)
    strange = NewUtterance(question_id=UUID(int=1), text="?", start_ms=0, end_ms=1, source="local")
    unwanted = await made(database)
    results = await asyncio.gather(
        scribe.write(unwanted.id, strange),
        scribe.write(UUID(int=2), said("to nobody")),
        *(scribe.write(session.id, said("kept")) for session in fine),
        return_exceptions=True,
    )
    assert isinstance(results[0], PostgresError)
    assert isinstance(results[1], SessionNotFound)
    assert [result.seq for result in results[2:] if isinstance(result, Utterance)] == [1, 1, 1]
    assert [len(await stored(database, session.id)) for session in (*fine, unwanted)] == [1, 1, 1, 0]


async def test_F10_who_was_not_answered_asks_again_and_nothing_is_stored_twice(database: Database) -> None:
    session, sessions = await made(database), Sessions()
    first = await Scribe(database).write(session.id, said("once"))
    async with database.uow() as work:
        again = await sessions.add_utterance_once(work, session.id, said("once"))
        other = await sessions.add_utterance_once(work, session.id, said("twice"))
    assert again == first
    assert other.seq == 2
    assert len(await stored(database, session.id)) == 2


async def test_F10_after_its_connections_were_cut_the_next_final_goes_down(
    database_url: str, database: Database, published: Published
) -> None:
    async with Database(database_url, jobs=JobsInTransaction(), publisher=published) as pooled:
        session, scribe = await made(database), Scribe(pooled)
        await scribe.write(session.id, said("before"))
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
        await database.run_alone(f"{cut} and datname = current_database()")

        async def told() -> bool:
            try:
                return bool(await scribe.write(session.id, said("after")))
            except Unavailable:
                return False

        await eventually(told)
    assert [utterance.text for utterance in await stored(database, session.id)] == ["before", "after"]
