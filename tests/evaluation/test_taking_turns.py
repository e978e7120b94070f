"""One evaluation of an interview at a time, and none that waits for its turn holds a worker."""

import asyncio

import pytest
from tests.evaluation.interviews import SPOKEN, handled, interview
from tests.support.anthropic_server import AnthropicServer, Stalls

from viva.evaluation import EVALUATE_ANSWER, Evaluation, EvidenceFinder, Reader, Scoring
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.platform.jobs import RetryLater
from viva.room.service import ROUNDS_MAX, Interviewing
from viva.sessions import Sessions


@pytest.fixture
async def server():
    async with AnthropicServer() as running:
        yield running


@pytest.fixture
async def scoring(database, clock, server):
    async with Claude(api_key="k", model="claude-test", base_url=server.url) as model:
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        yield Scoring(database, Sessions(), reader, clock)


async def test_S34_an_answer_whose_turn_it_is_not_is_put_off_and_holds_no_worker(
    database, clock, scoring, server
):
    talk, other = await interview(database, clock), await interview(database, clock)
    first, second = (Subject(talk.session_id, question_id) for question_id in talk.question_ids)
    server.script.append(Stalls())
    under_way = asyncio.create_task(handled(scoring, EVALUATE_ANSWER, first))
    async with asyncio.timeout(60):
        await server.arrived.wait()
        with pytest.raises(RetryLater, match="under way"):
            await handled(scoring, EVALUATE_ANSWER, second)
        await handled(scoring, EVALUATE_ANSWER, Subject(other.session_id, other.question_ids[0]))
    under_way.cancel()
    await asyncio.gather(under_way, return_exceptions=True)
    await handled(scoring, EVALUATE_ANSWER, second)
    assert len(server.requests) == 3


async def test_an_answer_is_evaluated_again_only_as_often_as_the_asker_may(
    database, clock, scoring, server, written_jobs
):
    talk = await interview(database, clock)
    evaluation = Evaluation(Sessions(), clock)
    question_id = talk.question_ids[0]
    for number in range(6):
        async with database.uow() as work:
            await evaluation.queue_answer(work, talk.session_id, question_id, again=True, at_most=4)
        await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, question_id, min(number, 3)))
    assert len(written_jobs) == 4
    assert len(server.requests) == 4


async def test_S34_only_other_words_are_evaluated_again_and_not_without_end(
    database, clock, scoring, written_jobs
):
    talk = await interview(database, clock)
    question_id = talk.question_ids[0]
    async with database.uow() as work:
        await Sessions().set_progress(work, talk.session_id, status="in_progress")
    room = Interviewing(database, Sessions(), Evaluation(Sessions(), clock), clock)
    for _ in range(3):
        await room.correct(talk.session_id, 1, SPOKEN[0])
    assert written_jobs == [], "the same words again cost nothing"
    for number in range(10):
        await room.correct(talk.session_id, 1, f"{SPOKEN[0]} {number}")
        subject = Subject(talk.session_id, question_id, min(number, ROUNDS_MAX - 1))
        await handled(scoring, EVALUATE_ANSWER, subject)
    assert len(written_jobs) == ROUNDS_MAX
