"""Row 33 as a reviewer sees it: nobody's name until they have scored, in both languages and on a phone."""

import pytest
from playwright.async_api import expect
from tests.browser.people import People, picture
from tests.browser.way import sign_in
from tests.support.server import Served

SAID = {
    "en": (
        "My name is Okonkwo Adaeze and I am thirty four years old. "
        "I rewrote the parser and halved the time that it takes."
    ),
    "ko": (
        "저는 김민수라고 합니다. 서른네 살이고 서울대학교를 졸업했습니다. "
        "파서를 다시 써서 걸리는 시간을 반으로 줄였습니다."
    ),
}
NAMES = {"en": "Okonkwo Adaeze", "ko": "김민수"}


async def completed(house: Served, language: str) -> str:
    position = {"title": "Parser engineer", "language": language, "blind_review": True}
    headers = await house.admin_bearer()
    kept = await house.http.post("/api/positions", json=position, headers=headers)
    candidate = await house.new_candidate(
        user_name=NAMES[language],
        position="Parser engineer",
        position_id=kept.json()["id"],
        language=language,
    )
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id, SAID[language])).raise_for_status()
    return candidate.session_id


@pytest.mark.parametrize(("language", "phone"), [("en", False), ("ko", True)])
async def test_the_name_is_hidden_until_a_reviewer_decides_to_see_it(
    typing_house: Served, people: People, language: str, phone: bool
) -> None:
    name, session_id = NAMES[language], await completed(typing_house, language)
    page = await people.arrive(
        typing_house.url, language="ko-KR" if language == "ko" else "en-US", phone=phone
    )
    await sign_in(page, f"/admin/sessions/{session_id}")
    digits = session_id.replace("-", "")[-8:].upper()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(f"{digits[:4]}-{digits[4:]}")
    await expect(page.locator("body")).not_to_contain_text(name)
    await expect(page.locator(".blind")).to_be_visible()
    await expect(page.locator(".transcript")).to_contain_text("[이름]" if language == "ko" else "[name]")
    await picture(page, f"admin-blind-{language}")
    await page.locator(".blind button").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await expect(page.locator(".blind")).to_have_count(0)
    await picture(page, f"admin-blind-known-{language}")
