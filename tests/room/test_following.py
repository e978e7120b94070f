"""A question that follows on an answer, in a real database: where the rules allow it, and nowhere else."""

from datetime import timedelta

import msgspec
import pytest
from tests.questions.models import AnsweringModel

from viva.evaluation import Evaluation, for_staff
from viva.evaluation.views import for_candidate
from viva.platform.budget import Budgets
from viva.platform.budgeted import BudgetedModel
from viva.platform.spending import Limit
from viva.questions import FollowUps, built_in_bank
from viva.questions.selection import plan_from_bank
from viva.room import FollowingUp, Interviewing, director
from viva.sessions import NewSession, Sessions

SESSIONS = Sessions()
FOLLOW_UP = "Which of the causes did you check first, and why?"
SAID = "We had an outage, and my colleague Kim Minji and I found the cause in the logs."


class House:
    """One interview of five questions, each of which two may follow on."""

    def __init__(self, database, clock, answer):
        self.database = database
        self.clock = clock
        self.model = AnsweringModel(answer)
        self.following = FollowingUp(database, SESSIONS, FollowUps(self.model, ready_s=60))
        self.interviewing = Interviewing(database, SESSIONS, Evaluation(SESSIONS, clock), clock)

    async def open(self, *, depth=2, ai_evaluation=True):
        plan = plan_from_bank("Backend engineer", "en", built_in_bank())
        questions = tuple(msgspec.structs.replace(q, follow_ups=depth) for q in plan.questions)
        new = NewSession(user_name="Kim Minji", position="Backend engineer", language="en")
        async with self.database.uow() as work:
            session = await SESSIONS.create(
                work,
                new,
                msgspec.structs.replace(plan, questions=questions),
                expires_at=self.clock.now() + timedelta(days=1),
                created_by=None,
            )
            return await SESSIONS.decide_consent(
                work, session.id, recording=True, ai_evaluation=ai_evaluation
            )

    async def questions(self, session):
        async with self.database.uow() as work:
            return await SESSIONS.questions(work, session.id)

    async def answer(self, session, text=SAID):
        asked = {question.id: question for question in await self.questions(session)}
        current = asked[session.current_question_id]
        follow_up = await self.following.on(session, current, self.clock.now(), text)
        return await self.interviewing.type_answer(session.id, current.id, text, follow_up)


@pytest.fixture
def house(database, clock):
    return House(database, clock, {"question": FOLLOW_UP})


async def test_the_follow_up_is_the_next_question_and_the_plan_goes_on_behind_it(house):
    session = await house.open(depth=1)
    before = await house.questions(session)
    session = await house.answer(session)
    after = await house.questions(session)
    assert [q.text for q in after] == [before[0].text, FOLLOW_UP, *(q.text for q in before[1:])]
    assert [q.order for q in after] == [1, 2, 3, 4, 5, 6]
    assert session.current_question_id == after[1].id
    assert (after[1].follows_id, after[1].follow_ups) == (before[0].id, 0)
    house.model.answer = {"question": ""}
    session = await house.answer(session)
    assert session.current_question_id == before[1].id


async def test_no_answer_is_followed_deeper_than_the_position_says(house):
    session = await house.open(depth=2)
    for number in (1, 2, 3):
        house.model.answer = {"question": f"And what happened after that, number {number}?"}
        session = await house.answer(session)
    asked = await house.questions(session)
    assert [q.follow_ups for q in asked[:4]] == [2, 1, 0, 2]
    assert session.current_question_id == asked[3].id


async def test_without_depth_or_consent_nobody_hears_of_the_words(house):
    for rules in ({"depth": 0}, {"ai_evaluation": False}):
        await house.answer(await house.open(**rules))
    assert house.model.asked == []


async def test_S34_without_budget_nothing_follows_and_staff_alone_read_why(house, database, clock):
    within = BudgetedModel(house.model, database, clock, Budgets(session=Limit(10)))
    house.following = FollowingUp(database, SESSIONS, FollowUps(within, ready_s=60))
    session = await house.open()
    before = await house.questions(session)
    session = await house.answer(session)
    assert session.current_question_id == before[1].id
    assert house.model.asked == []
    async with database.uow() as work:
        results = await Evaluation(SESSIONS, clock).results(work, session.id)
    assert [why.code for why in for_staff(results).not_followed] == ["budget_session"]
    assert b"budget" not in msgspec.json.encode(for_candidate(results))


async def test_S35_the_name_does_not_go_out(house):
    await house.answer(await house.open())
    assert "Minji" not in house.model.asked[0].user
    assert "found the cause in the logs" in house.model.asked[0].user


async def test_nothing_follows_when_the_time_is_used_up(house, clock):
    session = await house.open()
    question = (await house.questions(session))[0]
    assert director.may_follow_up(session, question, clock.now())
    used_up = msgspec.structs.replace(session, answer_deadline=clock.now())
    assert not director.may_follow_up(used_up, question, clock.now())
    assert not director.may_follow_up(session, question, session.expires_at)
