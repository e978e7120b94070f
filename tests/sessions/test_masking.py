"""S35: what identifies a person never leaves, and quotes over masks are still the person's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.sessions import Identity, mask

KIM = Identity(name="김민수", email="minsu.kim@example.com")
JANE = Identity(name="Jane Okafor", email="jane.okafor@example.org")

KOREAN = [
    ("저는 김민수라고 합니다", ["김민수"]),
    ("민수가 담당했습니다", ["민수"]),
    ("이름은 김 민수입니다", ["민수"]),
    ("메일은 minsu.kim@example.com 입니다", ["minsu.kim", "example.com"]),
    ("메일은 minsu 골뱅이 example 점 com 이에요", ["minsu", "example"]),
    ("번호는 010-1234-5678 입니다", ["1234", "5678"]),
    ("공일공 일이삼사 오육칠팔로 연락 주세요", ["일이삼사", "오육칠팔"]),
    ("저는 서른네 살이고", ["서른네"]),
    ("만 34세입니다", ["34"]),
    ("1990년생이라", ["1990"]),
    ("서울시 강남구 테헤란로 123 에 살아요", ["강남구", "테헤란로"]),
    ("래미안 아파트 101동 1203호", ["래미안", "1203"]),
    ("전주 출신이고 고향은 전주입니다", ["전주"]),
    ("한빛대학교에서 컴퓨터를 전공했고 서울대에서 석사를", ["한빛", "서울대"]),
    ("대원국제고를 졸업하고", ["대원국제고"]),
]
ENGLISH = [
    ("My name is Jane and people call me Jay", ["Jane", "Jay"]),
    ("so jane okafor did it and Okafor's team", ["jane", "okafor", "Okafor"]),
    ("write to jane.okafor@example.org please", ["jane.okafor", "example.org"]),
    ("it is jane dot okafor at example dot org", ["okafor", "example"]),
    ("call +1 (415) 555-0132 any time", ["555", "0132"]),
    ("five five five zero one three two one", ["five", "three"]),
    ("I am thirty four years old", ["thirty four"]),
    ("I'm 34 and I was born in 1990", ["34", "1990"]),
    ("I live at 221 Baker Street, London", ["221", "Baker"]),
    ("the office at 14 Elm Park Road, Springfield, IL 62704", ["Elm", "62704"]),
    ("I'm originally from Lagos, Nigeria", ["Lagos", "Nigeria"]),
    ("I studied at the University of Ibadan", ["Ibadan"]),
    ("Northgate High School and then MIT", ["Northgate", "MIT"]),
    ("i went to northgate college after that", ["northgate"]),
]


@pytest.mark.parametrize(("text", "secrets"), KOREAN)
def test_S35_korean_identifying_words_are_masked(text, secrets):
    masked = mask(text, KIM).text
    assert not [secret for secret in secrets if secret in masked], masked


@pytest.mark.parametrize(("text", "secrets"), ENGLISH)
def test_S35_english_identifying_words_are_masked(text, secrets):
    masked = mask(text, JANE).text
    assert not [secret for secret in secrets if secret in masked], masked


@pytest.mark.parametrize(
    "text",
    [
        "I cut the p99 latency from 900 to 120 milliseconds in 3 weeks.",
        "We moved 40 services to Kubernetes and 21 people had to learn it.",
        "There are two different ways: one service in one place, or three at the edge.",
        "I will mark the ticket and may ask the team.",
        "21세기 2세대 아키텍처를 실제로 3번 바꿨고 제공대상을 늘렸습니다.",
        "팀원들과 교대로 배포했고 공고를 냈으며 고객 참여대상을 정했습니다.",
        "성능 대책을 세워서 응답 시간을 200밀리초로 줄였습니다.",
    ],
)
def test_what_a_person_did_is_left_as_it_was_said(text):
    assert mask(text, Identity(name="Will May", email="")).text == text


def test_a_common_word_that_is_a_name_is_masked_where_it_has_a_capital():
    assert (
        mask("I will say that Will did it", Identity(name="Will Stone")).text
        == "I will say that [name] did it"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("김하나", "이 하나의 큐로 합쳤습니다"),
        ("Hana Moon", "하나의 큐로 합쳤습니다"),
        ("박재현", "오류가 재현이 됐습니다"),
        ("정은", "작업을 조정은 했습니다"),
        ("김서온", "I will fix it soon"),
        ("탁온유", "It depends on you"),
    ],
)
def test_a_korean_name_that_is_a_word_of_either_language_leaves_that_word(name, said):
    assert mask(said, Identity(name=name)).text == said


@given(st.text(max_size=60), st.integers(0, 80), st.integers(0, 80))
def test_any_stretch_of_the_masked_text_leads_back_to_the_original(extra, first, second):
    original = f"hello {extra} minsu.kim@example.com said 김민수 and 010-1234-5678 end"
    masked = mask(original, KIM)
    start, end = sorted((min(first, len(masked.text)), min(second, len(masked.text))))
    left, right = masked.original_span(start, end)
    assert 0 <= left <= len(original)
    assert start == end or left < right <= len(original)
    assert masked.original_span(0, len(masked.text)) == (0, len(original))
