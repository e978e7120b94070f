"""Drafts for a position: what goes out, what may come back, and that nothing is kept by itself."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.questions.models import AnsweringModel

from viva.platform.language_model import ModelAnswerUnusable, ModelUnavailable
from viva.questions import Drafted, NotDrafted, Wish, built_in_bank, draft_questions
from viva.questions.drafter import question_ask, read_question

RUBRIC = tuple(built_in_bank().rubric("ko").values())
WISH = Wish(position="백엔드 개발자", language="ko", criteria=RUBRIC, resume="배차 시스템을 개발했습니다.")
GOOD = {
    "text": "배차 시스템에서 직접 내린 설계 결정과 그 이유를 말씀해 주세요.",
    "competency": "judgement",
    "meant_to_show": ["결정의 이유를 밝힌다"],
    "key_terms": ["배차"],
}


async def drafts(model, wish=WISH, count=2):
    return [found async for found in draft_questions(model, wish, count)]


async def test_a_draft_says_what_it_is_meant_to_show_and_where_it_comes_from():
    model = AnsweringModel(GOOD)
    found = await drafts(model)
    assert [type(each) for each in found] == [Drafted, Drafted]
    question = found[0].question
    assert (question.competency, question.origin) == ("judgement", "drafted")
    assert question.what_good_shows == ("결정의 이유를 밝힌다",)


async def test_the_next_draft_knows_those_before_it():
    model = AnsweringModel(GOOD)
    await drafts(model)
    assert "already" not in json.loads(model.asked[0].user)
    assert json.loads(model.asked[1].user)["already"] == [GOOD["text"]]


async def test_C19_a_draft_that_may_not_be_asked_is_told_and_not_shown():
    found = await drafts(
        AnsweringModel(GOOD | {"text": "결혼은 하셨나요? 자녀 계획도 말씀해 주세요."}), count=1
    )
    assert [each.code for each in found] == ["draft_may_not_be_asked"]


async def test_C19_a_draft_that_needs_a_reason_comes_only_where_a_person_gives_it():
    answer = GOOD | {"text": "만성 질환이 있는 환자를 어떻게 돌보시나요?"}
    alone = await drafts(AnsweringModel(answer), count=1)
    assert [each.code for each in alone] == ["draft_may_not_be_asked"]
    wish = msgspec.structs.replace(WISH, person_gives_reasons=True)
    read = await drafts(AnsweringModel(answer), wish=wish, count=1)
    assert [type(each) for each in read] == [Drafted]
    refused = GOOD | {"text": "지병이 있으신가요? 말씀해 주세요."}
    assert [type(each) for each in await drafts(AnsweringModel(refused), wish=wish, count=1)] == [NotDrafted]


async def test_a_model_that_fails_ends_the_drafts_with_the_reason():
    found = await drafts(AnsweringModel(ModelUnavailable()), count=5)
    assert [(each.code, each.end) for each in found] == [("model_unavailable", True)]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        GOOD | {"competency": "looks"},
        GOOD | {"text": "<b>" + GOOD["text"]},
        GOOD | {"more": 1},
    ],
)
async def test_S29_an_answer_that_is_not_what_was_asked_for_is_no_draft(answer):
    found = await drafts(AnsweringModel(answer), count=1)
    assert isinstance(found[0], NotDrafted)


@given(resume=st.text(max_size=400), description=st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_S28_description_and_resume_go_out_as_data_only(resume, description):
    ask = question_ask(
        Wish(position="p", language="en", criteria=RUBRIC, resume=resume, description=description), []
    )
    sent = json.loads(ask.user)
    assert set(sent) <= {"position", "description", "resume"}
    assert question_ask(Wish(position="p", language="en", criteria=RUBRIC), []).system == ask.system


def test_S35_contacts_do_not_go_out():
    resume = "Reach me at kim@example.test or 010-1234-5678. Built a scheduler."
    ask = question_ask(Wish(position="p", language="en", criteria=RUBRIC, resume=resume), [])
    assert "kim@example.test" not in ask.user
    assert "1234" not in ask.user
    assert "Built a scheduler." in ask.user


def test_unusable_answers_raise():
    with pytest.raises(ModelAnswerUnusable):
        read_question("no json", WISH)
