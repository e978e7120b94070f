"""S34: drafts of questions and follow-ups keep within the budgets, and what they use is written down."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.questions.models import AnsweringModel, SilentModel, drafted

from viva.platform.budget import Budgets, barred, refusals
from viva.platform.budgeted import BudgetedModel, BudgetUsedUp
from viva.platform.language_model import (
    Account,
    Ask,
    ModelAnswerUnusable,
    ModelUnavailable,
    Reply,
)
from viva.platform.spending import Limit, Prices, Spent, account_of
from viva.questions import NotDrafted, Planner, PositionDraft, Positions, Wish, built_in_bank, draft_questions

ACCOUNT = account_of("Backend engineer", session_id=uuid4())
ASK = Ask(purpose="follow_up", system="s" * 100, user="u" * 100, schema={}, max_tokens=50, account=ACCOUNT)
MOST, USED = 150, 20
"""Tokens: what `ASK` can use, and what the model in memory says that it did."""
PRICES = Prices(3, 15, 3.75, 0.3)


@pytest.fixture
def within(database, clock):
    def made(model, **limits):
        return BudgetedModel(model, database, clock, Budgets(prices=PRICES, **limits))

    return made


async def written(database):
    async with database.uow() as work:
        rows = await work.db.execute(
            text("select purpose, session_id, tokens, cost_microusd, barred from model_spending order by id")
        )
        return [tuple(row) for row in rows]


async def test_S34_what_an_answered_call_used_is_written_down_with_its_cost(within, database):
    reply = await within(AnsweringModel("{}")).ask(ASK)
    assert reply.text == "{}"
    assert await written(database) == [("follow_up", ACCOUNT.session_id, USED, 10 * 3 + 10 * 15, None)]


@pytest.mark.parametrize("scope", ["session", "position", "day"])
async def test_S34_a_call_whose_most_does_not_fit_is_not_made_and_says_why(within, database, scope):
    model = AnsweringModel("{}")
    tight = within(model, **{scope: Limit(MOST + USED - 1)})
    await tight.ask(ASK)
    for _ in range(3):
        with pytest.raises(BudgetUsedUp) as used_up:
            await tight.ask(ASK)
        assert used_up.value.code == f"budget_{scope}"
    assert len(model.asked) == 1
    assert [row[4] for row in await written(database)] == [None, f"budget_{scope}"], "it is said once"
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


async def test_S34_a_call_that_was_given_up_counts_with_the_most_that_it_can_have_used(within, database):
    loop = asyncio.get_running_loop()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as limit:
            await within(Late(lambda: limit.reschedule(loop.time()))).ask(ASK)
    assert [row[2] for row in await written(database)] == [MOST]


async def test_S34_a_call_that_is_called_off_counts_the_same(within, database):
    begun = asyncio.Event()
    asking = asyncio.create_task(within(Late(begun.set)).ask(ASK))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [row[2] for row in await written(database)] == [MOST]


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
async def test_S34_an_error_counts_if_it_was_an_answer(within, database, error, counted):
    with pytest.raises(type(error)):
        await within(AnsweringModel(error)).ask(ASK)
    assert [row[2] for row in await written(database)] == counted


async def test_S34_without_budget_a_plan_is_of_the_bank_and_says_why(within, database):
    model = AnsweringModel(drafted("en"))
    planner = Planner(database, Positions(), model=within(model, day=Limit(100)))
    plan = await planner.plan("Backend engineer", "en")
    assert (plan.source, plan.fallback_reason) == ("bank", "budget_day")
    assert model.asked == []


async def test_S34_a_plan_is_on_its_positions_account(within, database, clock):
    positions = Positions()
    draft = PositionDraft(title="Backend engineer", language="en", ask_unseen=True)
    async with database.uow() as work:
        position = await positions.create(work, draft, created_by=None)
    planner = Planner(database, positions, model=within(AnsweringModel(drafted("en"))))
    assert (await planner.plan("", "en", position.id)).source == "model"
    assert await written(database) == [("draft_plan", None, USED, 180, None)]
    async with database.uow() as work:
        budgets = Budgets(position=Limit(USED))
        own, other = account_of("", position.id), account_of("Backend engineer")
        assert await barred(work.db, budgets, own, Spent(1), clock.now()) == "budget_position"
        assert await barred(work.db, budgets, other, Spent(1), clock.now()) is None


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
