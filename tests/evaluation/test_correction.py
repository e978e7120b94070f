# ruff: noqa: E501 (a sentence that is spoken is read in one line)
"""Row 30: a correction mends what recognition got wrong; it is no second answer, and never looks like speech."""

import pytest
from tests.evaluation.interviews import CRITERIA

from viva.evaluation.correction import QUOTE_MIN, WHOLE_MIN, Correction, share_heard
from viva.evaluation.evidence import Transcript
from viva.evaluation.judgement import judge
from viva.evaluation.material import said_in
from viva.platform.ids import uuid7
from viva.sessions import Utterance

HONEST = [
    ("We deployed it on cooper netties with helm charts.", "We deployed it on Kubernetes with Helm charts."),
    ("We used post gress and readies for the queue.", "We used Postgres and Redis for the queue."),
    ("I looked at the graphics in gruff anna first.", "I looked at the graphs in Grafana first."),
    ("I told the team that my chains was the cause.", "I told the team that my change was the cause."),
    ("쿠버 네티스로 배포를 자동화했습니다.", "쿠버네티스로 배포를 자동화했습니다."),
    ("래디스 케시를 붙여서 응답 시간을 절반으로 줄였습니다.", "레디스 캐시를 붙여서 응답 시간을 절반으로 줄였습니다."),
    ("장애 원인을 찾으려고 먼저 로그를 봤고 그라 파나 지표도 확인했습니다.", "장애 원인을 찾으려고 먼저 로그를 봤고 그라파나 지표도 확인했습니다."),
    ("제 변경이 원인이라고 팀에 바로 알려씁니다.", "제 변경이 원인이라고 팀에 바로 알렸습니다."),
]  # fmt: skip
REPLACED = [
    ("Um I do not really know, I have never done that.", "I led the migration of forty services to the new platform and told everybody early."),
    ("I would have to look it up.", "I looked at the logs first and found that the cache was never filled."),
    ("No.", "I took responsibility for the failure and stayed until it was fixed."),
    ("음 잘 모르겠습니다. 해 본 적이 없어요.", "제가 마흔 개 서비스의 이전을 이끌었고 장애의 원인도 직접 찾았습니다."),
    ("다음 질문으로 넘어가 주세요.", "먼저 로그를 보고 캐시가 채워지지 않는다는 것을 찾았습니다."),
]  # fmt: skip
LONG = {
    "en": "At my last place we had a web shop with a small team, and every Monday we looked at the numbers of the week together and wrote down what we wanted to change about the pages.",
    "ko": "이전 회사에서는 작은 팀으로 쇼핑몰을 운영했고 월요일마다 한 주의 숫자를 함께 보면서 화면에서 무엇을 바꾸고 싶은지 적어 두었습니다.",
}
ADDED = {
    "en": "I personally found the outage and led forty engineers.",
    "ko": "제가 직접 장애를 해결하고 개발자 마흔 명을 이끌었습니다.",
}
REASON = {"en": "The quote shows it.", "ko": "인용한 말이 그것을 보여 줍니다."}


def language_of(text: str) -> str:
    return "ko" if max(text) >= "가" else "en"


def corrected(heard: str, text: str, confidence: float | None = 0.9) -> Utterance:
    return Utterance(
        seq=1,
        speaker="candidate",
        question_id=uuid7(),
        text=heard,
        corrected_text=text,
        start_ms=4000,
        end_ms=9000,
        confidence=confidence,
        words=(),
        source="deepgram",
    )


def judged(utterance: Utterance, quote: str):
    """What an obliging model's strongest level on this quote comes to."""
    language = language_of(quote)
    finding = f'{{"key": "ownership", "level": "strong_yes", "reason": "{REASON[language]}", "quotes": ["{quote}"]}}'
    raw = f'{{"criteria": [{finding}], "claims": []}}'
    transcript = Transcript([said_in(utterance)])
    [result] = judge(raw, CRITERIA[1:], transcript, language, whole=True).criteria
    return result


@pytest.mark.parametrize(("heard", "text"), HONEST)
def test_a_mended_recognition_counts_in_both_languages(heard, text):
    result = judged(corrected(heard, text), text.rstrip("."))
    assert (result.level, result.note) == ("strong_yes", None)
    [evidence] = result.evidence
    assert evidence.corrected
    assert evidence.heard == heard
    assert (evidence.start_ms, evidence.end_ms) == (4000, 9000)
    assert evidence.confidence == 0.9, "what was heard, and how surely, still counts"


@pytest.mark.parametrize(("heard", "text"), REPLACED)
def test_an_answer_that_was_replaced_carries_no_level_and_needs_a_person(heard, text):
    result = judged(corrected(heard, text), text.rstrip("."))
    assert (result.level, result.note) == (None, "corrected_beyond_recognition")
    assert result.evidence[0].quote == text.rstrip("."), "a person still reads it, with its second"
    assert result.evidence[0].heard == heard


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_sentence_added_to_a_long_answer_carries_nothing_while_the_rest_does(language):
    said = LONG[language]
    utterance = corrected(said, f"{said} {ADDED[language]}")
    assert judged(utterance, ADDED[language].rstrip(".")).note == "corrected_beyond_recognition"
    assert judged(utterance, said[:40]).level == "strong_yes"


def test_what_was_heard_too_uncertainly_is_not_made_certain_by_correcting_it():
    heard, text = HONEST[0]
    assert judged(corrected(heard, text, confidence=0.3), text.rstrip(".")).note == "unclear_recognition"
    assert Transcript([said_in(corrected(heard, text, confidence=0.3))]).confidence == 0.3


def test_a_correction_that_changes_nothing_is_none():
    said = said_in(corrected("I told the team early.", "I told the team early. "))
    assert said.heard is None


def test_the_two_sets_lie_on_their_sides_of_the_thresholds_with_room_between():
    honest = [share_heard(text, heard) for heard, text in HONEST]
    replaced = [share_heard(text, heard) for heard, text in REPLACED]
    assert min(honest) > WHOLE_MIN + 0.05
    assert max(replaced) < QUOTE_MIN


def test_twenty_thousand_characters_are_weighed_without_pain():
    flood = "deployment " * 1800
    assert not Correction(f"{flood} I led it", "I did the deployment").recognises(
        "I led it all by myself today"
    )
