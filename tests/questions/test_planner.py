"""The planner with and without a model, with and without a kept position."""

import json
from uuid import uuid4

import msgspec
import pytest
from tests.questions.models import AnsweringModel, SilentModel, drafted

from viva.platform.language_model import ModelAnswerUnusable, ModelError, ModelRefused, ModelUnavailable
from viva.questions import (
    Planner,
    PositionClosed,
    PositionDraft,
    PositionNotFound,
    PositionQuestion,
    Positions,
)
from viva.questions.bank import built_in_bank
from viva.questions.selection import plan_from_bank

BANK = built_in_bank()
OWN = PositionQuestion(
    text="결제 시스템을 설계한 경험을 말씀해 주세요.", competency="expertise", key_terms=("멱등성",)
)


@pytest.fixture
def positions():
    return Positions()


def unseen(database, positions, model, **more):
    """A planner where drafts for typed titles may be asked unread."""
    return Planner(database, positions, model=model, ask_unseen=True, **more)


async def test_without_a_model_a_title_is_planned_from_the_bank_and_nothing_has_failed(database, positions):
    plan = await Planner(database, positions).plan("백엔드 개발자", "ko")
    assert plan == plan_from_bank("백엔드 개발자", "ko", BANK)
    assert (plan.source, plan.fallback_reason) == ("bank", None)


async def test_C07_with_a_model_a_typed_title_still_gets_the_banks_questions_that_somebody_has_read(
    database, positions
):
    model = AnsweringModel(drafted("en"))
    plan = await Planner(database, positions, model=model).plan("Backend engineer", "en")
    assert plan == plan_from_bank("Backend engineer", "en", BANK)
    assert model.asked == []


async def test_where_unseen_questions_may_be_asked_the_plan_is_drafted_for_the_title(database, positions):
    model = AnsweringModel(drafted("en"))
    plan = await unseen(database, positions, model).plan("Backend engineer", "en")
    assert (plan.source, plan.fallback_reason) == ("model", None)
    assert len(model.asked) == 1


async def test_the_same_title_gets_the_same_draft_and_costs_one_call(database, positions):
    model = AnsweringModel(drafted("ko"))
    planner = unseen(database, positions, model)
    first = await planner.plan("Backend 개발자", "ko")
    model.answer = drafted("ko", text="전혀 다른 두 번째 질문을 드립니다. 설명해 주세요.")
    second = await planner.plan("  backend  개발자 ", "ko")
    assert first.questions == second.questions
    assert second.position_title == "backend 개발자"
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ModelUnavailable(retry_after_s=30), "model_unavailable"),
        (ModelRefused(), "model_refused"),
        (ModelAnswerUnusable(), "model_answer_unusable"),
        (ModelError(), "model_failed"),
        (TimeoutError(), "model_timeout"),
        ("not json", "model_answer_unusable"),
        (drafted("ko", text="결혼은 하셨는지 말씀해 주세요."), "draft_may_not_be_asked"),
        (drafted("en"), "draft_may_not_be_asked"),
    ],
)
async def test_when_the_model_fails_the_bank_steps_in_and_says_so(database, positions, answer, reason):
    plan = await unseen(database, positions, AnsweringModel(answer)).plan("백엔드 개발자", "ko")
    assert plan == plan_from_bank("백엔드 개발자", "ko", BANK, fallback_reason=reason)


async def test_a_model_that_never_answers_is_not_waited_for(database, positions):
    planner = unseen(database, positions, SilentModel(), timeout_s=0.01)
    plan = await planner.plan("백엔드 개발자", "ko")
    assert (plan.source, plan.fallback_reason) == ("bank", "model_timeout")


async def test_a_failure_is_not_remembered(database, positions):
    model = AnsweringModel(ModelUnavailable())
    planner = unseen(database, positions, model)
    await planner.plan("백엔드 개발자", "ko")
    model.answer = drafted("ko")
    assert (await planner.plan("백엔드 개발자", "ko")).source == "model"


@pytest.mark.parametrize("title", ["", "   ", "\u200b"])
async def test_a_title_that_says_nothing_is_not_worth_a_call(database, positions, title):
    model = AnsweringModel(drafted("ko"))
    assert (await unseen(database, positions, model).plan(title, "ko")).source == "bank"
    assert model.asked == []


async def test_a_position_that_may_ask_unseen_is_drafted_from_its_description_once_for_each_version(
    database, positions
):
    model = AnsweringModel(drafted("en"))
    planner = Planner(database, positions, model=model)
    draft = PositionDraft(title="Engineer", language="en", description="Runs the kiln.", ask_unseen=True)
    async with database.uow() as work:
        kiln = await positions.create(work, draft, created_by=None)
        other = msgspec.structs.replace(draft, description="Writes the compiler.")
        compiler = await positions.create(work, other, created_by=None)
    for position in (kiln, compiler, kiln):
        plan = await planner.plan("", "en", position.id)
        assert (plan.source, plan.position_id) == ("model", position.id)
    async with database.uow() as work:
        changed = msgspec.structs.replace(draft, description="Runs two kilns.")
        await positions.update(work, kiln.id, changed, created_by=None)
    assert (await planner.plan("", "en", kiln.id)).position_version == 2
    sent = [json.loads(ask.user) for ask in model.asked]
    assert [each["description"] for each in sent] == [
        "Runs the kiln.",
        "Writes the compiler.",
        "Runs two kilns.",
    ]


async def test_why_something_is_kept_goes_into_no_plan(database, positions):
    criterion = msgspec.structs.replace(
        BANK.rubric("en")["quality"],
        description="Explains how a patient's medical history is checked.",
        kept_because="Nurses do this daily.",
    )
    asked = PositionQuestion(
        text="How do you care for patients with chronic conditions?",
        competency="quality",
        kept_because="Nurses do this daily.",
    )
    draft = PositionDraft(title="Nurse", language="en", questions=(asked,), criteria=(criterion,))
    async with database.uow() as work:
        position = await positions.create(work, draft, created_by=None)
    assert position.criteria[0].kept_because == "Nurses do this daily."
    plan = await Planner(database, positions).plan("", "en", position.id)
    assert b"Nurses do" not in msgspec.json.encode(plan)


async def test_a_kept_position_asks_its_own_questions_word_for_word_and_no_model(database, positions):
    model = AnsweringModel(drafted("ko"))
    draft = PositionDraft(
        title="결제 백엔드", language="ko", questions=(OWN,), answer_limit_s=240, preparation_s=30
    )
    async with database.uow() as work:
        position = await positions.create(work, draft, created_by=None)
    plan = await Planner(database, positions, model=model).plan("무엇이든", "en", position.id)
    assert [question.text for question in plan.questions] == [OWN.text]
    assert (plan.source, plan.language, plan.position_title) == ("position", "ko", "결제 백엔드")
    assert (plan.answer_limit_s, plan.preparation_s) == (240, 30)
    assert (plan.position_id, plan.position_version) == (position.id, 1)
    assert [(criterion.key, criterion.weight) for criterion in plan.criteria] == [("expertise", 1.0)]
    assert plan.key_terms == ("멱등성",)
    assert model.asked == []


async def test_a_kept_position_without_questions_asks_the_banks_in_the_candidates_language(
    database, positions
):
    async with database.uow() as work:
        position = await positions.create(work, PositionDraft(title="영업", language="ko"), created_by=None)
    plan = await Planner(database, positions).plan("", "en", position.id)
    assert plan.questions == plan_from_bank("영업", "en", BANK).questions
    assert (plan.source, plan.language) == ("bank", "en")


async def test_a_position_that_is_not_there_or_closed_is_not_planned(database, positions):
    planner = Planner(database, positions)
    with pytest.raises(PositionNotFound):
        await planner.plan("x", "ko", uuid4())
    async with database.uow() as work:
        closed = PositionDraft(title="영업", language="ko", active=False)
        position = await positions.create(work, closed, created_by=None)
    with pytest.raises(PositionClosed):
        await planner.plan("x", "ko", position.id)
