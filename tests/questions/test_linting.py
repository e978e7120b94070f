"""C02, C19: what may not be asked or judged is found, and what interviews rightly say is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.platform.i18n import gettext, use_locale
from viva.questions import Criterion, lint, lint_criterion
from viva.questions.forbidden import REASONS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("결혼은 하셨나요?", "marriage"),
        ("남자 친구가 있으신가요?", "marriage"),
        ("부모님은 어떤 일을 하시나요?", "family"),
        ("자녀 계획이 있으신가요?", "family"),
        ("출산 후에도 계속 일하실 생각인가요?", "pregnancy"),
        ("나이가 어떻게 되세요?", "age"),
        ("올해 몇 살이신가요?", "age"),
        ("고향이 어디신가요?", "origin"),
        ("어느 지역 출신이신가요?", "origin"),
        ("종교가 있으신가요?", "religion"),
        ("주말에 교회에 다니시나요?", "religion"),
        ("사시는 집은 전세인가요, 자가인가요?", "wealth"),
        ("재산은 얼마나 되시나요?", "wealth"),
        ("키와 몸무게를 말씀해 주세요.", "looks"),
        ("외모가 단정하다", "looks"),
        ("밝은 표정으로 답한다", "gaze"),
        ("시선 처리가 안정적이다", "gaze"),
        ("목소리가 또렷하다", "voice"),
        ("사투리를 쓰지 않는다", "voice"),
        ("긴장하지 않고 답변한다", "emotion"),
        ("열정적으로 이야기한다", "emotion"),
        ("자신감 있게 말한다", "manner"),
        ("지병이 있으신가요?", "health"),
        ("장애 등급이 있으신가요?", "health"),
        ("군대는 다녀오셨나요?", "military"),
        ("지지하는 정당이 있으신가요?", "politics"),
        ("여자라서 힘들지 않을까요?", "gender"),
    ],
)
def test_C19_what_may_not_be_asked_in_korean_is_found(text, code):
    assert code in {finding.code for finding in lint(text, "ko")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Are you married?", "marriage"),
        ("Do you have any children?", "family"),
        ("Are you planning to have a baby soon?", "pregnancy"),
        ("How old are you?", "age"),
        ("Which church do you attend?", "religion"),
        ("Where are you originally from, what is your nationality?", "origin"),
        ("Do you own a house?", "wealth"),
        ("Keeps good eye contact", "gaze"),
        ("Smiles while answering", "gaze"),
        ("Speaks without a strong accent", "voice"),
        ("Does not seem nervous", "emotion"),
        ("Answers with enthusiasm", "emotion"),
        ("Comes across as confident", "manner"),
        ("Neat appearance", "looks"),
        ("Do you have a disability?", "health"),
        ("Have you done your military service?", "military"),
        ("What is your sexual orientation?", "gender"),
        ("What are your political views?", "politics"),
        ("ＡＲＥ　ＹＯＵ　ＭＡＲＲＩＥＤ？", "marriage"),
        ("Are you mar\u200bried?", "marriage"),
    ],
)
def test_C02_what_may_not_be_asked_or_judged_in_english_is_found(text, code):
    assert code in {finding.code for finding in lint(text, "en")}


@pytest.mark.parametrize(
    "text",
    [
        "서비스 장애에 대응한 경험을 말씀해 주세요.",
        "고객의 목소리를 제품에 반영한 경험을 말씀해 주세요.",
        "두 방식의 차이를 설명해 주세요.",
        "전세계 사용자를 대상으로 서비스를 운영한 경험을 말씀해 주세요.",
        "근본적인 원인을 어떻게 찾으셨나요?",
        "그동안 이루신 성과를 말씀해 주세요.",
        "지역별 매출을 비교한 경험을 말씀해 주세요.",
        "다국적 팀과 일한 경험을 말씀해 주세요.",
        "시스템 장애 여부를 어떻게 확인하시나요?",
    ],
)
def test_what_a_korean_interviewer_rightly_asks_is_left_alone(text):
    assert lint(text, "ko") == []


@pytest.mark.parametrize(
    "text",
    [
        "How wide was the confidence interval?",
        "How do you avoid a race condition?",
        "Which accent colours does the design system have?",
        "How do you bring the voice of the customer into planning?",
        "How would you estimate the average age of a cache entry?",
        "How does a parent process wait for its child processes?",
        "What is the company's security posture?",
    ],
)
def test_what_an_english_interviewer_rightly_asks_is_left_alone(text):
    assert lint(text, "en") == []


def test_english_words_inside_korean_are_found_too():
    assert [finding.code for finding in lint("면접관과 eye contact를 잘한다", "ko")] == ["gaze"]


def test_findings_stand_in_the_order_of_the_text_with_the_words_and_a_reason():
    findings = lint("나이와 종교를 말씀해 주세요.", "ko")
    assert [finding.code for finding in findings] == ["age", "religion"]
    assert findings[1].words == "종교"
    assert findings[1].reason == REASONS["religion"]


def test_a_question_in_the_wrong_language_is_a_finding():
    assert [f.code for f in lint("Tell us about your work.", "ko")] == ["language"]
    assert [f.code for f in lint("하신 일을 말씀해 주세요.", "en")] == ["language"]
    assert lint("React와 TypeScript의 장점을 설명해 주세요.", "ko") == []


def test_C02_a_criterion_on_manner_is_refused_whatever_it_is_called():
    criterion = Criterion(
        key="presence",
        title="Presence",
        description="How the candidate comes across.",
        weight=1,
        anchors=("Avoids eye contact", "Seems nervous", "Calm", "Smiles and is confident"),
    )
    assert {finding.code for finding in lint_criterion(criterion, "en")} >= {"gaze", "emotion", "manner"}


@pytest.mark.parametrize("reason", REASONS.values())
def test_every_reason_is_there_in_korean(reason):
    with use_locale("ko"):
        assert gettext(reason) != reason


@given(text=st.text(max_size=200), language=st.sampled_from(["ko", "en"]))
def test_any_text_can_be_linted(text, language):
    assert all(finding.reason and finding.code for finding in lint(text, language))


@pytest.mark.parametrize(
    "text", ["결혼와가나과다라" * 70, "결혼" + "와가" * 290, "do you have " + "any no " * 80]
)
def test_S29_a_text_made_of_what_the_patterns_repeat_is_read_to_its_end(text):
    assert all(finding.reason for finding in lint(text[:600], "ko"))
