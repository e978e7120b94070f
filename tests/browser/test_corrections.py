"""Feature 18: the candidate sees the transcript and may correct it; what was heard stays beside it."""

import re

from playwright.async_api import Page, expect
from tests.browser.people import People, picture
from tests.browser.way import KOREAN, Candidate, session_of, sign_in
from tests.support.server import Served

SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")
MEANT = "저는 결제 서비스를 맡았습니다"


async def _spoken(house: Served, people: People) -> tuple[Page, Candidate]:
    page = await people.arrive(house.url, language="ko-KR")
    candidate = Candidate(page, KOREAN)
    await candidate.come_by((await house.new_session(language="ko"))["join_url"])
    await candidate.agree()
    await candidate.check_devices(camera=False)
    await candidate.speak(SPOKEN)
    return page, candidate


async def test_a_caption_is_corrected_by_keyboard_alone_and_survives_a_reload(
    vendor_house: Served, people: People
) -> None:
    page, candidate = await _spoken(vendor_house, people)
    line = page.locator("[data-caption-list] li").first
    heard = await line.inner_text()
    edit = line.get_by_role("button", name="이 문장 고치기")
    await edit.focus()
    await page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="말씀하시려던 내용")
    await expect(field).to_be_focused()
    await expect(field).to_have_value(heard)
    await field.fill("잘못 적은 말")
    await page.keyboard.press("Escape")
    await expect(field).to_be_hidden()
    await expect(edit).to_be_focused()
    await expect(line).to_have_text(heard)
    await page.keyboard.press("Enter")
    await field.fill(MEANT)
    await page.keyboard.press("Enter")
    await expect(edit).to_be_focused()
    await expect(line).to_contain_text(f"인식된 말 {heard}")
    await expect(line).to_contain_text(f"고친 말 {MEANT}")
    await candidate.finish()
    await picture(page, "room-corrected")
    await page.reload()
    await expect(line).to_contain_text(f"인식된 말 {heard}")
    await expect(line).to_contain_text(f"고친 말 {MEANT}")
    admin = await people.arrive(vendor_house.url, language="ko-KR")
    await sign_in(admin, f"/admin/sessions/{session_of(page)}")
    await expect(admin.get_by_text(MEANT)).to_be_visible()
    await expect(admin.get_by_text(heard, exact=True).first).to_be_visible()
