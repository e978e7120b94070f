"""From a free-text title to a sensible plan out of the bank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.questions.bank import built_in_bank
from viva.questions.model import KEY_TERMS_MAX, TITLE_MAX
from viva.questions.selection import plan_from_bank
from viva.questions.titles import area_of, cleaned_title, difficulty_of

BANK = built_in_bank()
AREA_BY_ID = {question.id: question.area for question in BANK.questions}


@pytest.mark.parametrize(
    ("title", "area"),
    [
        ("백엔드 개발자", "backend"),
        ("Senior Backend Engineer", "backend"),
        ("back-end developer (Java/Spring)", "backend"),
        ("서버개발자", "backend"),
        ("Software Engineer", "backend"),
        ("DevOps 엔지니어", "backend"),
        ("프론트엔드 엔지니어", "frontend"),
        ("프런트엔드개발자", "frontend"),
        ("Front-End Developer", "frontend"),
        ("React 개발자", "frontend"),
        ("데이터 분석가", "data"),
        ("Data analyst", "data"),
        ("데이터 엔지니어", "data"),
        ("Machine Learning Engineer", "data"),
        ("AI 연구원", "data"),
        ("PM", "product"),
        ("프로덕트 오너(PO)", "product"),
        ("Data Product Manager", "product"),
        ("서비스 기획자", "product"),
        ("프로덕트 디자이너", "design"),
        ("Product Designer", "design"),
        ("UX/UI 디자이너", "design"),
        ("영업", "sales"),
        ("해외영업 담당", "sales"),
        ("Account Executive", "sales"),
        ("Sales Engineer", "sales"),
        ("CS 매니저", "customer_support"),
        ("CS매니저", "customer_support"),
        ("고객 지원 담당자", "customer_support"),
        ("Customer Success Manager", "customer_support"),
        ("운영 매니저", "operations"),
        ("물류 담당", "operations"),
        ("Operations Manager", "operations"),
        ("마케터", None),
        ("HR 담당자", None),
        ("기계 엔지니어", None),
        ("Civil engineer", None),
        ("asdf qwer", None),
        ("ㅁㄴㅇㄹ", None),
        ("🙂🚀", None),
        ("", None),
    ],
)
def test_a_title_names_its_field_in_either_language(title, area):
    assert area_of(title) == area


@pytest.mark.parametrize(
    ("title", "difficulty"),
    [
        ("Senior Backend Engineer", 3),
        ("시니어 백엔드", 3),
        ("디자인 팀장", 3),
        ("신입 개발자", 1),
        ("Marketing Intern", 1),
        ("백엔드 개발자", 2),
        ("International Sales", 2),
    ],
)
def test_a_title_says_how_experienced_its_holder_is(title, difficulty):
    assert difficulty_of(title) == difficulty


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    ("title", "area"), [("백엔드 개발자", "backend"), ("Sales", "sales"), ("CS 매니저", "customer_support")]
)
def test_a_plan_opens_asks_about_the_field_and_closes(title, area, language):
    plan = plan_from_bank(title, language, BANK)
    areas = [AREA_BY_ID[question.id] for question in plan.questions]
    assert areas[0] == "experience"
    assert areas[1:3] == [area, area]
    assert areas[3] not in {area, "experience", "motivation"}
    assert areas[4] == "motivation"


def test_the_same_position_gets_the_same_questions_however_it_is_spelled():
    first, second = (plan_from_bank(title, "ko", BANK) for title in ("백엔드 개발자", "  백엔드   개발자 "))
    assert first == second
    assert first.questions == plan_from_bank("Backend Engineer", "ko", BANK).questions


def test_a_senior_title_is_asked_harder_questions_than_a_beginners():
    level = {question.id: question.difficulty for question in BANK.questions}
    beginner, senior = (plan_from_bank(t, "en", BANK) for t in ("Junior backend", "Senior backend"))
    assert sum(level[q.id] for q in senior.questions) > sum(level[q.id] for q in beginner.questions)


@given(title=st.text(max_size=400), language=st.sampled_from(["ko", "en"]))
def test_any_title_at_all_gives_a_valid_plan(title, language):
    plan = plan_from_bank(title, language, BANK)
    assert [question.order for question in plan.questions] == [1, 2, 3, 4, 5]
    assert len({question.id for question in plan.questions}) == 5
    assert {criterion.key for criterion in plan.criteria} == {q.competency for q in plan.questions}
    assert sum(criterion.weight for criterion in plan.criteria) == pytest.approx(1, abs=0.001)
    assert len(plan.position_title) <= TITLE_MAX
    assert "\0" not in plan.position_title
    plan.position_title.encode()
    assert 0 < len(plan.key_terms) <= KEY_TERMS_MAX
    assert plan == plan_from_bank(title, language, BANK)


def test_a_very_long_title_is_cut_and_control_characters_go():
    assert len(cleaned_title("개발자 " * 5000)) <= TITLE_MAX
    assert cleaned_title("a\x00b\u202ec\ud800\nd") == "abc d"
