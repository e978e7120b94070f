"""C07: one switch stops every call of the language model; what it left out can be evaluated again."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.evaluation.interviews import handled, interview
from tests.support.anthropic_server import OVERLOADED, AnthropicServer

from viva.auth.tables import UserRow
from viva.evaluation import (
    DRAFT_SCORECARD,
    EVALUATE_ANSWER,
    Calibration,
    Evaluation,
    EvidenceFinder,
    Reader,
    Scoring,
    Wording,
)
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.platform.ai_switch import AiOffBySetting, AiStopped, AiSwitch, ModelStopped, SwitchedModel
from viva.platform.budget import NO_LIMITS
from viva.platform.jobs import RetryLater
from viva.platform.language_model import Ask
from viva.sessions import Sessions

ASK = Ask(purpose="follow_up", system="s", user="u", schema={"type": "object", "properties": {}})


@pytest.fixture
async def server():
    async with AnthropicServer() as running:
        yield running


@pytest.fixture
def switch():
    return AiSwitch()


@pytest.fixture
async def model(database, server, switch):
    async with Claude(api_key="k", model="claude-test", base_url=server.url) as claude:
        yield SwitchedModel(claude, database, switch)


@pytest.fixture
def reader(clock, model):
    return Reader(clock, EvidenceFinder(use_encoder=False), model)


@pytest.fixture
def scoring(database, reader, clock, switch):
    return Scoring(database, Sessions(), reader, clock, drafts=3, switch=switch)


@pytest.fixture
async def turn(database, clock, switch):
    async with database.uow() as work:
        row = UserRow(email="chief@example.test", password_hash="x", role="admin")
        work.db.add(row)
        await work.db.flush()

    async def act(*, stopped):
        async with database.uow() as work:
            await switch.turn(work, clock, stopped=stopped, by=row.id)

    return act


async def state(database, switch):
    async with database.uow() as work:
        return await switch.state(work)


async def card(database, clock, talk):
    async with database.uow() as work:
        return await Evaluation(Sessions(), clock).results(work, talk.session_id)


async def test_C07_a_stopped_call_does_not_leave_and_one_after_the_start_does(model, server, turn):
    await turn(stopped=True)
    with pytest.raises(ModelStopped):
        await model.ask(ASK)
    assert server.requests == []
    await turn(stopped=False)
    await model.ask(ASK)
    assert len(server.requests) == 1


async def test_C07_the_switch_is_noted_with_who_and_when_and_cannot_be_rewritten(
    database, clock, switch, turn
):
    assert not (await state(database, switch)).stopped
    await turn(stopped=True)
    await turn(stopped=True)
    found = await state(database, AiSwitch())
    assert (found.stopped, found.at) == (True, clock.now()), "another process reads the same"
    assert found.by is not None
    async with database.uow() as work:
        assert await work.db.scalar(text("select count(*) from ai_switchings")) == 1
    for statement in ("update ai_switchings set stopped = false", "delete from ai_switchings"):
        with pytest.raises(DBAPIError, match="only"):
            async with database.uow() as work:
                await work.db.execute(text(statement))


async def test_C07_a_scorecard_settles_with_its_reason_and_is_drafted_once_calls_are_made_again(
    database, clock, scoring, server, turn, switch, written_jobs
):
    talk = await interview(database, clock)
    await turn(stopped=True)
    await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, talk.question_ids[0]))
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    results = await card(database, clock, talk)
    assert (results.status, results.scorecard.findings.reason) == ("needs_human", "ai_stopped")
    assert results.answers[0].findings.reason == "ai_stopped"
    assert results.ai_stopped
    assert server.requests == []
    evaluation = Evaluation(Sessions(), clock, switch=switch)
    with pytest.raises(AiStopped):
        async with database.uow() as work:
            await evaluation.evaluate_again(work, talk.session_id)
    await turn(stopped=False)
    async with database.uow() as work:
        await evaluation.evaluate_again(work, talk.session_id)
    assert [name for name, _ in written_jobs] == [EVALUATE_ANSWER, DRAFT_SCORECARD]
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id, None, 1))
    assert (await card(database, clock, talk)).status == "ready"


async def test_C07_what_waited_for_the_vendor_waits_no_longer(database, clock, scoring, server, turn):
    talk = await interview(database, clock)
    server.script += [OVERLOADED] * 3
    with pytest.raises(RetryLater):
        await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    await turn(stopped=True)
    asked = len(server.requests)
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    assert (await card(database, clock, talk)).scorecard.findings.reason == "ai_stopped"
    assert len(server.requests) == asked


async def test_C07_a_stop_between_the_look_and_the_call_settles_alike(database, clock, reader, server, turn):
    """Scoring here looks at another switch than the model, as if the button was pressed in between."""
    scoring = Scoring(database, Sessions(), reader, clock, drafts=3, switch=_Running())
    talk = await interview(database, clock)
    await turn(stopped=True)
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    results = await card(database, clock, talk)
    assert (results.status, results.scorecard.findings.reason) == ("needs_human", "ai_stopped")
    assert server.requests == []


class _Running(AiSwitch):
    async def is_stopped(self, work):
        return False


async def test_C07_calibration_is_refused_and_a_series_under_way_ends(
    database, clock, reader, server, turn, switch
):
    talk = await interview(database, clock)
    calibration = Calibration(database, Sessions(), reader, clock, NO_LIMITS, switch)
    async with database.uow() as work:
        series = await calibration.start(work, [talk.session_id], [Wording()], runs=2, drafts=1)
    await turn(stopped=True)
    await calibration.work_off(series)
    async with database.uow() as work:
        assert (await calibration.outcome(work, series)).series.stopped_reason == "ai_stopped"
        with pytest.raises(AiStopped):
            await calibration.start(work, [talk.session_id], [Wording()], runs=2, drafts=1)
    assert server.requests == []


async def test_C07_the_setting_stands_above_the_button(database, clock, turn):
    forced = AiSwitch(forced_off=True)
    found = await state(database, forced)
    assert (found.stopped, found.forced) == (True, True)
    async with database.uow() as work:
        with pytest.raises(AiOffBySetting):
            await forced.turn(work, clock, stopped=False, by=None)
