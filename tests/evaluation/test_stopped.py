"""F21: an evaluation that failed for good is told as stopped; a reviewer starts it again where it stood."""

import pytest
from tests.evaluation.interviews import interview
from tests.support.anthropic_server import AnthropicServer, Says
from tests.support.jobs import empty, queue_of, rows_of, until, working

from viva.evaluation import (
    DRAFT_SCORECARD,
    EVALUATE_ANSWER,
    Evaluation,
    EvidenceFinder,
    Reader,
    Scoring,
    for_staff,
)
from viva.evaluation.claude import Claude
from viva.evaluation.errors import EvaluationUnderWay
from viva.platform.database import Database
from viva.platform.job_store import JobsInTransaction
from viva.platform.jobs import MAX_ATTEMPTS
from viva.sessions import Sessions


@pytest.fixture
async def database(database_url, published):
    jobs = JobsInTransaction()
    async with Database(database_url, jobs=jobs, publisher=published, pooled=False) as database:
        yield database


@pytest.fixture
async def server():
    async with AnthropicServer() as running:
        yield running


@pytest.fixture
async def scoring(database, clock, server):
    async with Claude(api_key="k", model="claude-test", base_url=server.url) as model:
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        yield Scoring(database, Sessions(), reader, clock)


@pytest.fixture
def evaluation(clock):
    return Evaluation(Sessions(), clock)


async def stopped(database, evaluation, talk):
    """Its jobs fail until they are held; the queue that held them."""
    queue = queue_of(database)

    async def fail(_job):
        raise LookupError("a fault of ours")

    queue.register(DRAFT_SCORECARD, fail)
    queue.register(EVALUATE_ANSWER, fail)
    async with database.uow() as work:
        await evaluation.queue_answer(work, talk.session_id, talk.question_ids[0])
        await evaluation.queue_scorecard(work, talk.session_id)
    async with working(queue):
        await until(database, lambda rows: all(row.held_at for row in rows))
    return queue


async def results_of(database, evaluation, talk):
    async with database.uow() as work:
        return await evaluation.results(work, talk.session_id)


async def test_F21_what_failed_for_good_is_told_as_stopped_and_names_its_interview(
    database, clock, evaluation
):
    talk = await interview(database, clock)
    async with database.uow() as work:
        await evaluation.queue_scorecard(work, talk.session_id)
    assert (await results_of(database, evaluation, talk)).waiting is None, "a job that waits has not stopped"
    queue = await stopped(database, evaluation, talk)
    results = await results_of(database, evaluation, talk)
    assert (results.status, results.waiting) == ("pending", "stopped")
    assert for_staff(results).waiting.code == "stopped"
    held = await queue.held()
    assert {job.name for job in held} == {DRAFT_SCORECARD, EVALUATE_ANSWER}
    assert {job.session_id for job in held} == {talk.session_id}
    assert {job.attempts for job in held} == {MAX_ATTEMPTS}


async def test_F21_a_reviewer_starts_it_again_and_it_is_paid_once(
    database, clock, evaluation, scoring, server
):
    talk = await interview(database, clock)
    await stopped(database, evaluation, talk)
    async with database.uow() as work:
        await evaluation.evaluate_again(work, talk.session_id)
        assert (await evaluation.results(work, talk.session_id)).waiting is None
    async with database.uow() as work:
        with pytest.raises(EvaluationUnderWay):
            await evaluation.evaluate_again(work, talk.session_id)
    assert len(await rows_of(database)) == 2, "the same jobs, and nothing is left in the list of stopped ones"
    queue = queue_of(database)
    scoring.register(queue)
    async with working(queue):
        await until(database, empty)
    results = await results_of(database, evaluation, talk)
    assert results.status == "ready"
    assert results.answers[0].findings.status == "ready"
    assert len(server.requests) == 2


async def test_where_no_job_is_left_at_all_a_reviewer_can_start_one(database, clock, evaluation):
    talk = await interview(database, clock)
    assert (await results_of(database, evaluation, talk)).waiting == "stopped"
    async with database.uow() as work:
        await evaluation.evaluate_again(work, talk.session_id)
    [job] = await rows_of(database)
    assert job.name == DRAFT_SCORECARD


@pytest.mark.parametrize("half", ["\ud83d", "\x00"])
async def test_F09_half_a_character_in_a_vendors_answer_stops_nothing(
    database, clock, evaluation, scoring, server, half
):
    """Found in review: the row could not be written, so the call was paid five times and then held."""
    talk = await interview(database, clock)
    server.script += [Says(f"Great {half} candidate"), Says(f"70 points {half}")]
    async with database.uow() as work:
        await evaluation.queue_scorecard(work, talk.session_id)
    queue = queue_of(database)
    scoring.register(queue)
    async with working(queue):
        await until(database, empty)
    results = await results_of(database, evaluation, talk)
    assert (results.status, results.scorecard.findings.reason) == ("needs_human", "unusable_answer")
    assert len(server.requests) == 2
