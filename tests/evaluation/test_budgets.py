"""S34: what scoring may use, per session, position and day; what it used is shown."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.evaluation.interviews import handled, interview
from tests.support.anthropic_server import AnthropicServer, Says, obliging

from viva.evaluation import (
    DRAFT_SCORECARD,
    EVALUATE_ANSWER,
    Evaluation,
    EvidenceFinder,
    NotReviewableYet,
    Reader,
    Scoring,
    for_staff,
)
from viva.evaluation.claude import Claude
from viva.evaluation.errors import EvaluationUnderWay
from viva.evaluation.store import Subject
from viva.platform.budget import Budgets
from viva.platform.database import Database
from viva.platform.job_store import JobsInTransaction
from viva.platform.jobs import RetryLater
from viva.platform.language_model import Reply
from viva.platform.reserving import release, reserve
from viva.platform.settings import Settings, SettingsError, check
from viva.platform.spending import Limit, Prices, SpendingError, Spent, limit_of, prices_of
from viva.sessions import Sessions

PRICES = Prices(3, 15, 3.75, 0.3)
ROOMY, TIGHT = 40_000, 9_000
"""Tokens: a whole interview by three drafts fits; the answers do, and not the whole."""


@pytest.fixture
async def server():
    async with AnthropicServer(lambda request: Says(obliging(request).answer, cached_tokens=400)) as running:
        yield running


@pytest.fixture
async def model(server):
    async with Claude(api_key="k", model="claude-test", base_url=server.url) as model:
        yield model


@pytest.fixture
def scoring_within(database, model, clock):
    def made(**limits):
        budgets = Budgets(prices=PRICES, time_zone="Asia/Seoul", **limits)
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model, PRICES)
        scoring = Scoring(database, Sessions(), reader, clock, budgets=budgets, drafts=3)
        return scoring, Evaluation(Sessions(), clock, budgets)

    return made


async def results_of(database, evaluation, talk):
    async with database.uow() as work:
        return await evaluation.results(work, talk.session_id)


async def test_S34_what_was_used_is_counted_and_shown_with_its_cost(scoring_within, database, clock):
    scoring, evaluation = scoring_within(session=Limit(ROOMY))
    talk = await interview(database, clock)
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    card = for_staff(await results_of(database, evaluation, talk)).scorecard
    one_call = PRICES.cost_microusd(
        Reply(text="", model="", input_tokens=1600, output_tokens=300, cache_read_tokens=400)
    )
    assert (card.usage.calls, card.usage.input_tokens, card.usage.cache_read_tokens) == (3, 4800, 1200)
    assert card.usage.cost_microusd == 3 * one_call
    used = {budget.scope: (budget.tokens, budget.tokens_limit) for budget in card.budgets}
    assert used == {"session": (5700, ROOMY), "position": (5700, None), "day": (5700, None)}


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"session": Limit(TIGHT)}, "budget_session"),
        ({"session": Limit(microusd=1)}, "budget_session"),
        ({"position": Limit(TIGHT)}, "budget_position"),
    ],
)
async def test_S34_a_budget_that_is_used_up_is_a_state_with_a_reason_and_no_call(
    scoring_within, database, clock, server, limits, reason
):
    scoring, evaluation = scoring_within(**limits)
    talk = await interview(database, clock)
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    results = await results_of(database, evaluation, talk)
    assert (results.status, results.scorecard.findings.reason) == ("failed", reason)
    assert results.scorecard.findings.criteria == ()
    assert server.requests == []


async def test_S34_what_calls_under_way_have_set_aside_is_waited_for_and_then_it_fits(
    scoring_within, database, clock, server
):
    budgets = Budgets(session=Limit(ROOMY))
    scoring, evaluation = scoring_within(session=Limit(ROOMY))
    talk = await interview(database, clock)
    async with database.uow() as work:
        session = await Sessions().get(work, talk.session_id)
        most, hold = Spent(ROOMY - 1), timedelta(minutes=1)
        other = await reserve(work.db, budgets, session.account, most, now=clock.now(), hold=hold)
    with pytest.raises(RetryLater):
        await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    results = await results_of(database, evaluation, talk)
    assert (results.status, server.requests) == ("pending", [])
    assert results.budgets[0].under_way == most
    async with database.uow() as work:
        await release(work.db, other)
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    results = await results_of(database, evaluation, talk)
    assert (results.status, results.budgets[0].under_way) == ("ready", Spent())


async def test_S34_a_day_that_is_used_up_waits_for_the_next_and_says_so(
    scoring_within, database, clock, server
):
    scoring, evaluation = scoring_within(day=Limit(ROOMY))
    first, second = [await interview(database, clock) for _ in range(2)]
    async with database.uow() as work:
        await work.db.execute(
            text(
                "insert into model_spending (id, at, session_id, position_key, purpose, model, tokens) "
                "values (gen_random_uuid(), :at, :session, 'x', 'draft_scorecard', 'm', :tokens)"
            ),
            {"at": clock.now(), "session": first.session_id, "tokens": ROOMY},
        )
    for _ in range(3):
        with pytest.raises(RetryLater):
            await handled(scoring, DRAFT_SCORECARD, Subject(second.session_id))
    results = await results_of(database, evaluation, second)
    assert (results.status, results.waiting) == ("pending", "budget_day")
    assert for_staff(results).waiting.message
    assert server.requests == []
    async with database.uow() as work:
        assert await work.db.scalar(text("select count(*) from evaluations")) == 1, "it is said once"
    clock.set(datetime(2026, 11, 22, 15, 0, 1, tzinfo=UTC))  # midnight in Seoul
    await handled(scoring, DRAFT_SCORECARD, Subject(second.session_id))
    assert (await results_of(database, evaluation, second)).status == "ready"


async def test_S34_erasing_an_interview_gives_no_budget_back(scoring_within, database, clock):
    scoring, evaluation = scoring_within()
    talk = await interview(database, clock)
    await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, talk.question_ids[0]))
    async with database.uow() as work:
        await work.db.execute(text("delete from sessions"))
        assert (await evaluation.spent_today(work)).spent.tokens == 1900


async def test_S34_asking_five_hundred_times_for_a_new_evaluation_is_asking_once(
    database_url, published, clock, server
):
    asyncio.get_running_loop().set_debug(False)  # five hundred take three times as long with it
    async with Database(database_url, jobs=JobsInTransaction(), publisher=published) as database:
        evaluation = Evaluation(Sessions(), clock)
        talk = await interview(database, clock)
        async with database.uow() as work:
            reader = Reader(clock, EvidenceFinder(use_encoder=False))
            await evaluation.queue_scorecard(work, talk.session_id)
            with pytest.raises(EvaluationUnderWay):
                await evaluation.evaluate_again(work, talk.session_id)
            await work.db.execute(text("delete from jobs"))
        await handled(Scoring(database, Sessions(), reader, clock), DRAFT_SCORECARD, Subject(talk.session_id))
        refused = 0
        for _ in range(500):
            async with database.uow() as work:
                try:
                    await evaluation.evaluate_again(work, talk.session_id)
                except EvaluationUnderWay as error:
                    refused += error.retry_after_s > 0
        async with database.uow() as work:
            assert await work.db.scalar(text("select count(*) from jobs")) == 1
        assert refused == 499


async def test_an_interview_that_goes_on_is_not_evaluated_anew(database, clock):
    talk = await interview(database, clock)
    async with database.uow() as work:
        await Sessions().set_progress(work, talk.session_id, status="in_progress")
        with pytest.raises(NotReviewableYet):
            await Evaluation(Sessions(), clock).evaluate_again(work, talk.session_id)


def test_prices_are_of_a_million_tokens_and_costs_are_rounded_up():
    reply = Reply(
        text="", model="", input_tokens=1000, output_tokens=100, cache_write_tokens=200, cache_read_tokens=600
    )
    assert PRICES.cost_microusd(reply) == 200 * 3 + 200 * 3.75 + 600 * 0.3 + 100 * 15
    assert prices_of("3,15") == Prices(3, 15, 3, 3)
    assert prices_of(" ") is None


def test_a_limit_is_of_tokens_of_dollars_or_of_both():
    assert limit_of("500000,$2.50") == Limit(500_000, 2_500_000)
    assert limit_of("") == Limit()
    assert Limit(10).leaves(Spent(4), Spent(6))
    assert not Limit(10).leaves(Spent(4), Spent(7))
    assert not Limit(microusd=10).leaves(Spent(0, 11))


@pytest.mark.parametrize("wrong", ["much", "-1", "1,2", "$", "$1,$2", "1.5", "€3"])
def test_a_limit_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(SpendingError):
        limit_of(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scoring_drafts": 0},
        {"scoring_drafts": 10},
        {"llm_prices": "3"},
        {"llm_prices": "3,x"},
        {"llm_prices": "3,nan"},
        {"budget_day": "lots"},
        {"budget_session": "$2"},
    ],
)
def test_settings_of_spending_that_cannot_work_stop_the_start(wrong):
    with pytest.raises(SettingsError):
        check(Settings(**wrong))
