"""S35, C04: what nobody may hire by is hidden in a résumé before it is kept, and the work is not."""

import re

import pytest

from viva.resumes import masked_resume


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("성별: 여성 | 경력 5년", "여성"),
        ("병역사항: 군필(육군 병장) 경력 5년", "군필"),
        ("병역 군필 / 혼인여부 기혼", "기혼"),
        ("육군 병장 만기전역 후 입사", "전역"),
        ("종교: 천주교 취미: 등산", "천주교"),
        ("국적：대한민국, 경력", "대한민국"),
        ("혈액형 : A형 신장: 178cm", "178"),
        ("Gender: Female. Backend engineer", "Female"),
        ("Marital status: single, two years at Acme", "single"),
        ("Kim, male, born in Busan", "male"),
        ("Korean nationality. Built a scheduler.", "Korean"),
        ("RELIGION: Buddhist | SKILLS: Rust", "Buddhist"),
        ("생년월일: 1990.01.02 경력", "1990"),
        ("본적: 전라북도 전주시 경력", "전라북도"),
        ("가족관계: 부모님과 여동생", "부모님"),
        ("Date of birth: 02/01/1990, engineer", "1990"),
        ("Place of birth: Busan", "Busan"),
        ("Family status: divorced", "divorced"),
        ("Married; honorably discharged", "discharged"),
    ],
)
def test_S35_what_nobody_may_hire_by_is_hidden(text, secret):
    hidden = masked_resume(text, name="")
    assert secret not in hidden
    assert re.search(r"\[[a-z]+\]", hidden)


@pytest.mark.parametrize(
    "text",
    [
        "종교 시설 예약 시스템을 개발했습니다. 키 값 저장소를 만들었습니다.",
        "결혼 준비 앱의 결제 서버를 맡았습니다. 장애 대응 시간을 줄였습니다.",
        "Built a key-value store; fixed a race condition; led the weight service.",
        "Used single sign-on and a sex-disaggregated report for the national bank.",
    ],
)
def test_the_work_itself_stays_as_it_was_written(text):
    assert masked_resume(text, name="") == text
