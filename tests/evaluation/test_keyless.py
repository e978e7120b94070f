# ruff: noqa: E501 (a sentence that is spoken or scripted is read in one line)
"""The evidence finder with the real encoder: it quotes and ranks, and never judges."""

from uuid import UUID

import pytest

from viva.evaluation.evidence import Said, Transcript
from viva.evaluation.keyless import KEYWORDS_ONLY, WITH_ENCODER, EvidenceFinder, sentences
from viva.evaluation.model import RubricCriterion
from viva.evaluation.ranking import bm25, fused, terms

Q = UUID(int=1)
ENGLISH = [
    "We had an outage last winter because the database ran out of connections.",
    "I argued with my colleague about the design, and in the end we wrote both down and let the numbers decide.",
    "Every week I read one paper and I took an online course about statistics.",
    "The lunch at that office was really good.",
]
KOREAN = [
    "작년 겨울에 데이터베이스 연결이 부족해서 장애가 났고 원인을 로그에서 찾았습니다.",
    "동료와 설계를 두고 의견이 달랐는데 서로의 안을 적어 보고 수치로 결정했습니다.",
    "매주 논문을 한 편씩 읽고 통계 온라인 강의를 들으며 공부했습니다.",
    "그 회사 점심은 정말 맛있었습니다.",
]
CRITERIA_EN = (
    RubricCriterion("problem_solving", "Problem solving", "Finds the cause of a failure or an outage"),
    RubricCriterion("conflict", "Handling conflict", "Resolves a disagreement with a colleague"),
    RubricCriterion("learning", "Learning", "Keeps learning and studies new things"),
)
CRITERIA_KO = (
    RubricCriterion("problem_solving", "문제 해결", "장애나 실패의 원인을 찾아 해결한다"),
    RubricCriterion("conflict", "갈등 조정", "동료와의 의견 차이를 조율한다"),
    RubricCriterion("learning", "학습", "꾸준히 공부하고 새로운 것을 배운다"),
)


def transcript(texts):
    return Transcript(
        Said(seq=i, question_id=Q, text=text, start_ms=i * 1000, end_ms=i * 1000 + 900)
        for i, text in enumerate(texts, start=1)
    )


@pytest.fixture(scope="module")
def finder():
    return EvidenceFinder()


@pytest.mark.parametrize(
    ("criteria", "texts"), [(CRITERIA_EN, ENGLISH), (CRITERIA_KO, KOREAN)], ids=["English", "Korean"]
)
async def test_the_words_that_belong_to_a_criterion_come_first_with_their_second(finder, criteria, texts):
    findings = await finder.find(criteria, transcript(texts))
    assert finder.name == WITH_ENCODER
    for place, result in enumerate(findings.criteria):
        best = result.evidence[0]
        assert best.quote == texts[place]
        assert (best.seq, best.start_ms, best.end_ms) == (place + 1, place * 1000 + 1000, place * 1000 + 1900)


async def test_it_gives_no_level_no_reason_and_no_number(finder):
    findings = await finder.find(CRITERIA_EN, transcript(ENGLISH))
    assert findings.method == "evidence"
    assert findings.claims == ()
    assert {(r.level, r.reason, r.note) for r in findings.criteria} == {(None, "", "not_judged")}


async def test_korean_words_are_found_for_english_criteria(finder):
    findings = await finder.find(CRITERIA_EN[2:], transcript(KOREAN))
    assert findings.criteria[0].evidence[0].quote == KOREAN[2]


async def test_without_the_encoder_keywords_rank_alone_and_it_says_so():
    finder = EvidenceFinder(use_encoder=False)
    findings = await finder.find(CRITERIA_KO, transcript(KOREAN))
    assert finder.name == KEYWORDS_ONLY
    assert findings.criteria[0].evidence[0].quote == KOREAN[0]


async def test_silence_gives_no_quotes(finder):
    findings = await finder.find(CRITERIA_EN, transcript([]))
    assert all(result.evidence == () for result in findings.criteria)


def test_speech_without_full_stops_is_cut_at_its_pauses():
    said = ["and then " * 30 + str(number) for number in range(4)]
    assert len(sentences(transcript(said))) == 4


def test_a_sentence_may_run_over_two_utterances():
    found = sentences(transcript(["I wrote the tests", "before the code. Then I rested well."]))
    assert [sentence.quote for sentence in found] == [
        "I wrote the tests before the code.",
        "Then I rested well.",
    ]


def test_keywords_are_words_in_english_and_pairs_of_syllables_in_korean():
    assert terms("The slow query, 장애를 봤다") == ["slow", "query", "장애", "애를", "봤다"]


def test_english_words_count_without_their_endings():
    assert terms("testing tests tested") == ["test", "test", "test"]


def test_only_shared_words_count():
    assert bm25("slow query", ["a slow query", "a fast car"])[1] == 0
    assert bm25("x", []) == []


def test_rankings_of_different_kinds_are_fused_by_their_own_spread():
    assert fused((1, [0.9, 0.1, 0.5]), (1, [300.0, 100.0, 200.0])) == pytest.approx(
        [2.4494897, -2.4494897, 0]
    )
    assert fused((1, [0.3, 0.1]), (5, [7.0, 7.0])) == pytest.approx([1, -1])
    assert fused((1, []), (1, [])) == []


async def test_small_talk_is_no_evidence(finder):
    talk = ["Okay, thank you.", "Nice weather today.", "Could you say that again please?"]
    findings = await finder.find(CRITERIA_EN[:1], transcript(talk))
    assert findings.criteria[0].evidence == ()
    assert findings.criteria[0].note == "nothing_found"
