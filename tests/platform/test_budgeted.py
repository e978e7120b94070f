"""S34: drafts of questions and follow-ups keep within the budgets, and what they use is written down."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.questions.models import AnsweringModel, SilentModel, drafted

import viva.auth  # noqa: F401 (its tables, which those of positions refer to)
from viva.platform.budget import Budgets, day, refusals, standings
from viva.platform.budgeted import BudgetedModel, BudgetUsedUp
from viva.platform.language_model import (
    Account,
    Ask,
    ModelAnswerUnusable,
    ModelUnavailable,
    Reply,
)
from viva.platform.reserving import DoesNotFit, Reserved, release, reserve
from viva.platform.spending import Limit, Prices, Spent, account_of
from viva.questions import NotDrafted, Planner, PositionDraft, Positions, Wish, built_in_bank, draft_questions

ACCOUNT = account_of("Backend engineer", session_id=uuid4())
ASK = Ask(purpose="follow_up", system="s" * 100, user="u" * 100, schema={}, max_tokens=50, account=ACCOUNT)
MOST, USED = 150, 20
"""Tokens: what `ASK` can use, and what the model in memory says that it did."""
PRICES = Prices(3, 15, 3.75, 0.3)


@pytest.fixture
async def opened():
    """Closes every model that a test has made."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def made():
    return []


@pytest.fixture
def within(database, clock, opened, made):
    def make(model, **limits):
        budgeted = BudgetedModel(model, database, clock, Budgets(prices=PRICES, **limits))
        opened.push_async_exit(budgeted)
        made.append(budgeted)
        return budgeted

    return make


@pytest.fixture
def written(database, made):
    """What is written down once everything is settled."""

    async def read():
        for model in made:
            await model.settled()
        async with database.uow() as work:
            rows = await work.db.execute(
                text(
                    "select purpose, session_id, tokens, cost_microusd, barred "
                    "from model_spending order by id"
                )
            )
            return [tuple(row) for row in rows]

    return read


async def under_way(database, clock):
    async with database.uow() as work:
        return (await day(work.db, Budgets(), clock.now())).under_way.tokens


async def test_S34_what_an_answered_call_used_is_written_down_with_its_cost(within, database, written):
    reply = await within(AnsweringModel("{}")).ask(ASK)
    assert reply.text == "{}"
    assert await written() == [("follow_up", ACCOUNT.session_id, USED, 10 * 3 + 10 * 15, None)]


@pytest.mark.parametrize("scope", ["session", "position", "day"])
async def test_S34_a_call_whose_most_does_not_fit_is_not_made_and_says_why(within, database, scope, written):
    model = AnsweringModel("{}")
    tight = within(model, **{scope: Limit(MOST + USED - 1)})
    await tight.ask(ASK)
    await tight.settled()
    for _ in range(3):
        with pytest.raises(BudgetUsedUp) as used_up:
            await tight.ask(ASK)
        assert used_up.value.code == f"budget_{scope}"
    assert len(model.asked) == 1
    assert [row[4] for row in await written()] == [None, f"budget_{scope}"], "it is said once"
    async with database.uow() as work:
        assert await refusals(work.db, ACCOUNT.session_id, "follow_up") == (f"budget_{scope}",)
        assert await refusals(work.db, ACCOUNT.session_id, "draft_scorecard") == ()


async def test_S34_a_limit_in_dollars_holds_too(within):
    with pytest.raises(BudgetUsedUp):
        await within(AnsweringModel("{}"), day=Limit(microusd=1)).ask(ASK)


async def test_S34_other_sessions_and_positions_have_their_own_budgets(within):
    model = within(AnsweringModel("{}"), session=Limit(MOST), position=Limit(MOST))
    await model.ask(ASK)
    other = Ask(
        purpose="follow_up", system="", user="", schema={}, max_tokens=MOST, account=Account(uuid4(), "other")
    )
    await model.ask(other)


class Late(SilentModel):
    """Never answers, and says when it was asked."""

    def __init__(self, asked):
        self.asked = asked

    async def ask(self, ask):
        self.asked()
        return await super().ask(ask)


async def test_S34_a_call_that_was_given_up_counts_with_the_most_that_it_can_have_used(
    within, database, written
):
    loop = asyncio.get_running_loop()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as limit:
            await within(Late(lambda: limit.reschedule(loop.time()))).ask(ASK)
    assert [row[2] for row in await written()] == [MOST]


async def test_S34_a_call_that_is_called_off_counts_the_same(within, database, written):
    begun = asyncio.Event()
    asking = asyncio.create_task(within(Late(begun.set)).ask(ASK))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [row[2] for row in await written()] == [MOST]


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (ModelUnavailable(), []),
        (
            ModelAnswerUnusable(reply=Reply(text="", model="m", input_tokens=7, output_tokens=1)),
            [8],
        ),
    ],
)
async def test_S34_an_error_counts_if_it_was_an_answer(within, database, error, counted, written):
    with pytest.raises(type(error)):
        await within(AnsweringModel(error)).ask(ASK)
    assert [row[2] for row in await written()] == counted


class Slow(SilentModel):
    """Answers when it is told to."""

    def __init__(self):
        self.asked = 0
        self.go_on = asyncio.Event()

    async def ask(self, ask):
        self.asked += 1
        await self.go_on.wait()
        return Reply(text="{}", model=self.name, input_tokens=10, output_tokens=10)


@pytest.mark.parametrize("scope", ["session", "position", "day"])
async def test_S34_calls_at_once_see_each_other_and_only_those_that_fit_are_made(
    within, database, clock, scope, written
):
    slow = Slow()
    models = [within(slow, **{scope: Limit(2 * MOST)}) for _ in range(2)]  # as two processes would
    asking = [asyncio.create_task(models[number % 2].ask(ASK)) for number in range(6)]
    for _, each in zip(range(4), asyncio.as_completed(asking, timeout=60), strict=False):
        with pytest.raises(BudgetUsedUp):
            await each
    slow.go_on.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(each, Reply) for each in answers) == slow.asked == 2
    assert sum(row[2] for row in await written()) == 2 * USED
    assert await under_way(database, clock) == 0


async def test_S34_what_is_set_aside_is_shown_and_given_back(within, database, clock):
    begun = asyncio.Event()
    model = within(Late(begun.set))
    asking = asyncio.create_task(model.ask(ASK))
    await begun.wait()
    assert await under_way(database, clock) == MOST
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await model.settled()
    assert await under_way(database, clock) == 0


async def test_S34_what_a_process_that_died_had_set_aside_is_free_again(within, database, clock):
    async with database.uow() as work:
        hold = timedelta(seconds=30)
        dead = await reserve(work.db, Budgets(), ACCOUNT, Spent(MOST), now=clock.now(), hold=hold)
    assert isinstance(dead, Reserved)
    model = within(AnsweringModel("{}"), session=Limit(MOST))
    with pytest.raises(BudgetUsedUp):
        await model.ask(ASK)
    clock.advance(30)
    assert await under_way(database, clock) == 0
    await model.ask(ASK)


async def test_S34_it_is_known_whether_only_calls_under_way_are_in_the_way(database, clock):
    budgets = Budgets(session=Limit(MOST))

    async def tried(work, tokens):
        hold = timedelta(seconds=30)
        return await reserve(work.db, budgets, ACCOUNT, Spent(tokens), now=clock.now(), hold=hold)

    async with database.uow() as work:
        assert await tried(work, MOST + 1) == DoesNotFit("budget_session", passing=False)
        first = await tried(work, MOST)
        assert await tried(work, 1) == DoesNotFit("budget_session", passing=True)
        await release(work.db, first)
        assert isinstance(await tried(work, MOST), Reserved)


async def test_S34_without_budget_a_plan_is_of_the_bank_and_says_why(within, database):
    model = AnsweringModel(drafted("en"))
    planner = Planner(database, Positions(), model=within(model, day=Limit(100)), ask_unseen=True)
    plan = await planner.plan("Backend engineer", "en")
    assert (plan.source, plan.fallback_reason) == ("bank", "budget_day")
    assert model.asked == []


async def test_S34_a_plan_is_on_its_positions_account(within, database, clock, written):
    positions = Positions()
    draft = PositionDraft(title="Backend engineer", language="en", ask_unseen=True)
    async with database.uow() as work:
        position = await positions.create(work, draft, created_by=None)
    planner = Planner(database, positions, model=within(AnsweringModel(drafted("en"))))
    assert (await planner.plan("", "en", position.id)).source == "model"
    assert await written() == [("draft_plan", None, USED, 180, None)]
    async with database.uow() as work:
        own, other = account_of("", position.id), account_of("Backend engineer")
        spent = [(await standings(work.db, Budgets(), each, clock.now()))[0].spent for each in (own, other)]
        assert spent == [Spent(USED, 180), Spent()]


async def test_S34_without_budget_no_draft_comes_to_the_editor_and_it_says_why(within):
    wish = Wish(
        position="Backend engineer",
        language="en",
        criteria=tuple(built_in_bank().rubric("en").values()),
        account=account_of("Backend engineer"),
    )
    model = within(AnsweringModel("{}"), position=Limit(10))
    found = [each async for each in draft_questions(model, wish, 5)]
    assert [type(each) for each in found] == [NotDrafted]
    assert (found[0].code, found[0].end) == ("budget_position", True)
