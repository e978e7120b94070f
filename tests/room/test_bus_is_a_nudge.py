"""F20: the bus only nudges. What it loses, or whoever listens to it breaks, nobody misses afterwards."""

import asyncio
import contextlib
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from tests.support.clock import FakeClock
from tests.support.jobs import PATIENCE_S

from viva.audio import SpeechResult
from viva.evaluation import Evaluation
from viva.events import AnyEvent, InterviewAdvanced, UtteranceHeard
from viva.platform.bus import Bus, JsonEvents
from viva.platform.database import Database
from viva.platform.job_store import JobsInTransaction
from viva.platform.tasks import Tasks
from viva.questions import Planner, Positions
from viva.room.service import Interviewing
from viva.sessions import NewSession, Session, Sessions


class DeadBus:
    """A publisher whose every listener is broken: it raises for each event."""

    def publish(self, event: object) -> None:
        raise RuntimeError(f"nobody hears of {type(event).__name__}")


async def _spoken_to_the_end(database: Database, clock: FakeClock) -> Session:
    """An interview of which every step is committed, whatever publishing it does."""
    sessions = Sessions()
    new = NewSession(user_name="Kim Minji", position="Designer", language="en")
    plan = await Planner(database, Positions(), model=None).plan(new.position, new.language, None)
    expires_at = datetime.now(UTC) + timedelta(days=1)
    interviewing = Interviewing(database, sessions, Evaluation(sessions, clock), clock)

    async def tried(act: Awaitable[object]) -> None:
        with contextlib.suppress(RuntimeError):
            await act

    made: list[UUID] = []

    async def create() -> None:
        async with database.uow() as work:
            made.append((await sessions.create(work, new, plan, expires_at=expires_at, created_by=None)).id)

    await tried(create())
    await tried(_consented(database, sessions, made[0]))
    async with database.uow() as work:
        questions = await sessions.questions(work, made[0])
    for number, question in enumerate(questions):
        clock.advance(seconds=1)
        await tried(interviewing.start_answer(made[0], question.id))
        said = SpeechResult(text=f"answer {number}", is_final=True, start_ms=0, end_ms=10, confidence=0.9)
        await tried(interviewing.hear(made[0], said, "deepgram", question.id))
        await tried(interviewing.finish_answer(made[0], question.id))
    async with database.uow() as work:
        return await sessions.get(work, made[0])


async def _consented(database: Database, sessions: Sessions, session_id: UUID) -> None:
    async with database.uow() as work:
        await sessions.decide_consent(work, session_id, recording=True, ai_evaluation=True)


async def test_F20_everything_is_stored_and_queued_once_though_every_event_was_lost(
    database_url: str, clock: FakeClock
) -> None:
    async with Database(
        database_url, jobs=JobsInTransaction(), publisher=DeadBus(), pooled=False
    ) as database:
        session = await _spoken_to_the_end(database, clock)
        async with database.uow() as work:
            said = await Sessions().utterances(work, session.id)
            answers = await Sessions().answers(work, session.id)
            queued = (await work.db.execute(text("select name, count(*) from jobs group by name"))).all()
    assert session.status == "completed"
    assert [utterance.text for utterance in said] == [f"answer {n}" for n in range(len(answers))]
    assert dict(tuple(row) for row in queued)["evaluate_answer"] == len(answers), "duties are rows"
    assert all(answer.status == "finished" for answer in answers)


async def test_F20_a_listener_that_throws_or_sleeps_holds_up_neither_the_others_nor_the_publisher() -> None:
    session_id = UUID(int=1)
    heard: asyncio.Queue[object] = asyncio.Queue()
    async with Bus(JsonEvents(AnyEvent)) as bus, Tasks("test") as tasks:
        ready = [asyncio.Event() for _ in range(3)]

        async def throws() -> None:
            async with bus.listen() as events:
                ready[0].set()
                async for _ in events:
                    raise RuntimeError("a broken listener")

        async def sleeps() -> None:
            async with bus.listen() as events:
                ready[1].set()
                async for _ in events:
                    await asyncio.Event().wait()

        async def listens() -> None:
            async with bus.listen() as events:
                ready[2].set()
                async for event in events:
                    heard.put_nowait(event)

        for name, work in (("throws", throws()), ("sleeps", sleeps()), ("listens", listens())):
            tasks.start(name, work)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(each.wait() for each in ready))
            bus.publish(InterviewAdvanced(session_id=session_id))
            for seq in range(1, 1_001):
                bus.publish(UtteranceHeard(session_id=session_id, seq=seq))
                if seq % 50 == 0:
                    assert isinstance(await heard.get(), InterviewAdvanced | UtteranceHeard)
            last = None
            while last != UtteranceHeard(session_id=session_id, seq=1_000):
                last = await heard.get()
