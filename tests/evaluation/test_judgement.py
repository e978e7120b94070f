# ruff: noqa: E501 (a sentence that is spoken or scripted is read in one line)
"""S29, F09: whatever a model answers, only what the candidate said comes out, or nothing does."""

import itertools
import json
from uuid import UUID

import pytest

from viva.evaluation.evidence import Said, Transcript
from viva.evaluation.judgement import Unusable, judge
from viva.evaluation.model import RubricCriterion

Q1, Q2 = UUID(int=1), UUID(int=2)
CRITERIA = (
    RubricCriterion("problem_solving", "Problem solving", "Finds causes"),
    RubricCriterion("ownership", "Ownership", "Takes responsibility"),
)
SPOKEN = [
    ("I looked at the logs and found that the cache was never filled.", True, Q1, 0.9),
    ("So I wrote a test that shows the problem before I changed anything.", True, Q1, 0.9),
    ("What would you do differently next time?", False, Q1, 0.9),
    ("I would tell the team earlier because they were waiting for me.", True, Q2, 0.9),
    ("mumble frumble the whole thing went quite sideways then", True, Q2, 0.2),
]
TALK = Transcript(
    Said(
        seq=i,
        question_id=q,
        text=text,
        by_candidate=mine,
        confidence=sure,
        start_ms=i * 1000,
        end_ms=i * 1000 + 900,
    )
    for i, (text, mine, q, sure) in enumerate(SPOKEN, start=1)
)
GOOD = "found that the cache was never filled"
ALL_SAID = " ".join(text for text, mine, _, _ in SPOKEN if mine)


def finding(key="problem_solving", level="yes", reason="They looked for the cause first.", quotes=(GOOD,)):
    return {"key": key, "level": level, "reason": reason, "quotes": list(quotes)}


def judged(*findings, claims=(), whole=True, language="en"):
    raw = json.dumps({"criteria": list(findings), "claims": list(claims)})
    return judge(raw, CRITERIA, TALK, language, whole=whole)


def test_a_level_stands_with_the_words_that_carry_it_and_their_time():
    result = judged(finding()).criteria[0]
    assert (result.level, result.note) == ("yes", None)
    assert result.evidence[0].quote == GOOD
    assert (result.evidence[0].seq, result.evidence[0].start_ms) == (1, 1000)


def test_a_criterion_that_is_not_answered_is_not_scored():
    assert judged(finding()).criteria[1].level is None


WRONG_QUOTES = {
    "invented": "I always write excellent documentation for everything",
    "paraphrased": "found out that the cache was not filled",
    "stitched with dots": "I looked at the logs ... I wrote a test that shows the problem",
    "stitched": "I looked at the logs So I wrote a test",
    "over two answers": "changed anything. I would tell the team earlier",
    "the interviewer's": "What would you do differently next time?",
    "another language": "로그를 보고 캐시가 비어 있다는 것을 찾았습니다",
    "cut out of a word": "ooked at the logs and foun",
    "one letter": "I",
    "empty": "",
    "spaces": "      ",
    "html": "<b>found that the cache was never filled</b>",
    "with a word left out": "found the cache was never filled",
    "in another order": "the cache was never filled found that",
    "the level": "strong_yes",
    "the schema": "problem_solving",
}
LEVELS_GIVEN = ("strong_yes", "yes", "mixed", "no", "strong_no")


@pytest.mark.parametrize(("level", "quote"), [*itertools.product(LEVELS_GIVEN, WRONG_QUOTES.values())])
def test_F09_no_level_stands_on_words_that_were_not_said(level, quote):
    findings = judged(finding(level=level, quotes=[quote]))
    assert findings.status == "needs_human"
    assert findings.reason == "nothing_founded"
    result = findings.criteria[0]
    assert (result.level, result.reason, result.evidence, result.note) == (None, "", (), "no_evidence")


@pytest.mark.parametrize("quote", WRONG_QUOTES.values())
def test_F09_a_claim_on_words_that_were_not_said_is_dropped(quote):
    claims = [{"kind": "strength", "text": "They are careful.", "quotes": [quote]}]
    assert judged(finding(), claims=claims).claims == ()


def test_nothing_is_claimed_of_a_single_answer():
    claims = [{"kind": "strength", "text": "They are careful.", "quotes": [GOOD]}]
    assert len(judged(finding(), claims=claims).claims) == 1
    assert judged(finding(), claims=claims, whole=False).claims == ()


@pytest.mark.parametrize("quote", WRONG_QUOTES.values())
def test_F09_wrong_quotes_beside_a_right_one_are_not_shown(quote):
    result = judged(finding(quotes=[quote, GOOD])).criteria[0]
    assert [evidence.quote for evidence in result.evidence] == [GOOD]
    assert result.quotes_dropped == 1


UNUSABLE = {
    "not json": "Sure! The candidate is great.",
    "fenced": "```json\n{}\n```",
    "truncated": '{"criteria": [{"key": "problem_solving", "level": "ye',
    "empty": "",
    "null": "null",
    "array": "[]",
    "number": "10",
    "html": "<html><body>strong_yes</body></html>",
    "level 11": json.dumps({"criteria": [finding(level=11)], "claims": []}),
    "level ten": json.dumps({"criteria": [finding(level="10")], "claims": []}),
    "level 70": json.dumps({"criteria": [finding(level=70.0)], "claims": []}),
    "level null": json.dumps({"criteria": [finding(level=None)], "claims": []}),
    "level true": json.dumps({"criteria": [finding(level=True)], "claims": []}),
    "level in capitals": json.dumps({"criteria": [finding(level="YES")], "claims": []}),
    "extra score": json.dumps({"criteria": [finding() | {"score": 10}], "claims": []}),
    "extra decision": json.dumps({"criteria": [finding()], "claims": [], "decision": "hire"}),
    "no reason": json.dumps({"criteria": [{"key": "ownership", "level": "yes", "quotes": [GOOD]}], "claims": []}),
    "no quotes": json.dumps({"criteria": [{"key": "ownership", "level": "yes", "reason": "x"}], "claims": []}),
    "quotes as text": json.dumps({"criteria": [finding() | {"quotes": GOOD}], "claims": []}),
    "nine quotes": json.dumps({"criteria": [finding(quotes=[GOOD] * 9)], "claims": []}),
    "a novel": json.dumps({"criteria": [finding(reason="words " * 400)], "claims": []}),
    "unknown criterion": json.dumps({"criteria": [finding(key="loyalty")], "claims": []}),
    "answered twice": json.dumps({"criteria": [finding(), finding(level="no")], "claims": []}),
    "no claims": json.dumps({"criteria": [finding()]}),
    "repeated key": '{"criteria": [], "claims": [], "claims": []}',
    "french": json.dumps({"criteria": [finding(reason="응답자는 원인을 먼저 찾았고 테스트를 작성했으며 잘했습니다 정말로")], "claims": []}),
    "deep": "[" * 5000,
    "nan": '{"criteria": NaN, "claims": []}',
    "other claim": json.dumps({"criteria": [], "claims": [{"kind": "verdict", "text": "hire", "quotes": [GOOD]}]}),
}  # fmt: skip


@pytest.mark.parametrize("raw", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_F09_an_answer_that_does_not_fit_is_unusable_as_a_whole(raw):
    with pytest.raises(Unusable):
        judge(raw, CRITERIA, TALK, "en", whole=True)


def test_words_that_were_hardly_recognised_carry_no_level():
    result = judged(finding(quotes=["the whole thing went quite sideways then"])).criteria[0]
    assert (result.level, result.note) == (None, "unclear_recognition")


def test_a_reason_that_quotes_what_was_not_said_takes_its_level_along():
    result = judged(finding(reason='They said "I always document everything I do".')).criteria[0]
    assert (result.level, result.reason, result.note) == (None, "", "unfounded_reason")


INVENTED = {
    "en": [
        "They said 'I built the compiler alone in a week'.",
        "They said ‘I built the compiler alone’ and more.",
        "They said ‘I didn’t need any help at all’.",
        "They said 'I didn't need any help' to the team.",
        "They called it “breathtaking”.",
        "They call it `an excellent piece of work` themselves.",
        'They said "I built the compiler alone',
        "They said “found that the cache was never emptied”.",
    ],
    "ko": [
        '지원자는 "컴파일러를 혼자만들었습니다"라고 했다.',
        "지원자는 '컴파일러를 혼자 만들었습니다'라고 말했다.",
        "지원자는 ‘컴파일러를 혼자 만들었습니다’라고 말했다.",
        "지원자는 「혼자만들었습니다」라고 했다.",
        "지원자는 〈혼자 다 했습니다〉라고 했다.",
    ],
}


@pytest.mark.parametrize(("language", "reason"), [(key, one) for key in INVENTED for one in INVENTED[key]])
def test_S29_a_reason_may_invent_no_quotation_in_whatever_marks(language, reason):
    result = judged(finding(reason=reason), language=language).criteria[0]
    assert (result.level, result.note) == (None, "unfounded_reason")


@pytest.mark.parametrize(
    "reason",
    [
        "They said “the cache was never filled”.",
        "They said 'the cache was never filled'.",
        "They said ‘the cache was never filled,’ which shows the cause.",
        "They said 'the cache was never filled', that's the team's cause and the managers' too.",
        'They answered "yes I do" and found the cause.',
        "It shows 'problem solving', since “Finds causes” is what they did.",
    ],
)
def test_a_reason_that_quotes_what_was_said_or_the_rubric_stands(reason):
    assert judged(finding(reason=reason)).criteria[0].level == "yes"


def test_a_korean_term_in_single_marks_is_stressed_and_not_quoted():
    reason = "지원자는 '근본 원인 분석'을 중시하며 ‘재발 방지 대책’도 세웠다."
    assert judged(finding(reason=reason), language="ko").criteria[0].level == "yes"


def test_a_claim_may_invent_no_quotation_either():
    claims = [{"kind": "strength", "text": one, "quotes": [GOOD]} for one in INVENTED["en"]]
    assert judged(finding(), claims=claims).claims == ()


def test_S29_a_reason_comes_out_as_plain_text():
    reason = "<img src=x onerror=alert(1)> See https://evil.example/x and ![a](http://evil.example/p.png) now"
    shown = judged(finding(reason=reason)).criteria[0].reason
    assert not any(sign in shown for sign in ("<", ">", "://", "](", "evil.example"))


MUTATIONS = [
    lambda text: text[: len(text) // 2],
    lambda text: text.replace("yes", "11"),
    lambda text: text.replace("quotes", "quote"),
    lambda text: text.replace(GOOD, GOOD[::-1]),
    lambda text: text.replace(GOOD, GOOD + " completely"),
    lambda text: text.replace("{", "[", 1),
    lambda text: text + text,
    lambda text: text.replace("problem_solving", "charisma"),
    lambda text: text.replace('"level"', '"score"'),
    lambda text: text.replace("found", "fоund"),  # a Cyrillic letter
]


@pytest.mark.parametrize(("mutation", "level"), [*itertools.product(MUTATIONS, LEVELS_GIVEN)])
def test_S29_a_mutated_answer_never_shows_a_level_without_words_that_were_said(mutation, level):
    raw = mutation(json.dumps({"criteria": [finding(level=level)], "claims": []}))
    try:
        findings = judge(raw, CRITERIA, TALK, "en", whole=True)
    except Unusable:
        return
    for result in findings.criteria:
        assert result.level is None or result.evidence
        assert all(evidence.quote in ALL_SAID for evidence in result.evidence)
