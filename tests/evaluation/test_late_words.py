"""Words that come while their answer is read: the reading stands, and another one follows."""

import asyncio
from typing import Any

import msgspec
import pytest
from tests.evaluation.interviews import interview

from viva.evaluation import EVALUATE_ANSWER, Evaluation, EvidenceFinder, Reader, Scoring
from viva.evaluation.reading import Reading
from viva.evaluation.store import Subject
from viva.platform.jobs import Job
from viva.room.service import Interviewing
from viva.sessions import NewUtterance, Sessions

LATE = "And I wrote a test that fails without the fix."


class HeldReader(Reader):
    """Reads as ever, once it may."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock, EvidenceFinder(use_encoder=False))
        self.has_it, self.may_read = asyncio.Event(), asyncio.Event()

    async def read(self, *given: Any) -> Reading:
        self.has_it.set()
        await self.may_read.wait()
        return await super().read(*given)


@pytest.fixture
def reader(clock):
    return HeldReader(clock)


@pytest.fixture
def scoring(database, clock, reader):
    return Scoring(database, Sessions(), reader, clock)


@pytest.fixture
async def talk(database, clock):
    talk = await interview(database, clock)
    async with database.uow() as work:
        await Sessions().set_answer(work, talk.question_ids[0], status="finished")
    return talk


def job(talk, round_: int) -> Job:
    subject = Subject(talk.session_id, talk.question_ids[0], round_)
    return Job("1", EVALUATE_ANSWER, msgspec.json.encode(subject), 1)


async def say(database, clock, talk) -> None:
    """As a live interview stores a last word: first the word, then that there is one."""
    sessions = Sessions()
    new = NewUtterance(
        question_id=talk.question_ids[0], text=LATE, start_ms=9_000, end_ms=9_900, source="deepgram"
    )
    async with database.uow() as work:
        await sessions.add_utterance(work, talk.session_id, new)
    interviewing = Interviewing(database, sessions, Evaluation(sessions, clock), clock)
    await interviewing.evaluate_anew(talk.session_id, talk.question_ids[0])


def rounds(written_jobs) -> list[int]:
    return [
        msgspec.json.decode(payload, type=Subject).round
        for name, payload in written_jobs
        if name == EVALUATE_ANSWER
    ]


async def test_words_that_come_while_their_answer_is_read_are_read_in_another_round(
    database, clock, scoring, reader, talk, written_jobs
):
    reading = asyncio.create_task(scoring.handle(job(talk, 0)))
    await reader.has_it.wait()
    await say(database, clock, talk)
    reader.may_read.set()
    await reading
    assert rounds(written_jobs) == [0, 1], "the one that is under way is not enough"
    await scoring.handle(job(talk, 1))
    assert rounds(written_jobs) == [0, 1], "and after the second one nothing is left"


async def test_words_that_come_after_their_answer_was_read_have_it_read_again(
    database, clock, scoring, reader, talk, written_jobs
):
    reader.may_read.set()
    await scoring.handle(job(talk, 0))
    assert rounds(written_jobs) == []
    await say(database, clock, talk)
    assert rounds(written_jobs) == [1]
