"""Must show 3: from the landing page to the scorecard, in a real browser that speaks."""

import re

from playwright.async_api import Page, expect
from tests.browser.people import People, picture
from tests.browser.way import ENGLISH, KOREAN, Candidate, drafted, session_of, sign_in
from tests.support.server import Served

SPOKEN = re.compile(r"payment|database|queries|customers|index|cache", re.IGNORECASE)
ANSWERED = re.compile(r"백엔드 개발자|데이터베이스|쿼리")


async def test_an_interview_in_english_with_camera_is_heard_by_the_local_engine_and_reviewed(
    local_house: Served, people: People
) -> None:
    page = await people.arrive(local_house.url)
    candidate = Candidate(page, ENGLISH)
    await candidate.start()
    await candidate.agree()
    await candidate.check_devices(camera=True)
    await expect(page.locator("[data-self-box] video")).to_be_visible()
    await candidate.speak(SPOKEN)
    await picture(page, "room-speaking")
    await candidate.finish()
    await candidate.type_the_rest()
    await drafted(local_house, session_of(page))
    await reviewed(await people.arrive(local_house.url), session_of(page), SPOKEN, picture_too=True)


async def test_an_interview_in_korean_with_sound_only_is_heard_by_the_vendor_and_reviewed(
    vendor_house: Served, people: People
) -> None:
    page = await people.arrive(vendor_house.url, language="ko-KR")
    candidate = Candidate(page, KOREAN)
    await candidate.start("김민지", "백엔드 개발자")
    await candidate.agree()
    await candidate.check_devices(camera=False)
    await expect(page.locator("[data-self-box] video")).to_be_hidden()
    for _ in range(2):
        await candidate.speak(ANSWERED)
        await candidate.finish()
    await candidate.type_the_rest()
    await drafted(vendor_house, session_of(page))
    admin = await people.arrive(vendor_house.url, language="ko-KR")
    await reviewed(admin, session_of(page), ANSWERED, picture_too=False)


async def reviewed(page: Page, session_id: str, words: re.Pattern[str], *, picture_too: bool) -> None:
    """An admin reads the words, hears the recording, jumps in it by the transcript, and sees quotes."""
    await sign_in(page, f"/admin/sessions/{session_id}")
    await expect(page.locator("[data-said]").filter(has_text=words).first).to_be_visible()
    media = page.locator("[data-player] video")
    assert await media.evaluate("media => media.hasAttribute('data-sound-only')") is not picture_too
    await page.locator("[data-player] [data-toggle]").click()
    await expect_time_beyond(page, 0)
    await page.locator("[data-toggle]").click()
    await expect(page.locator("[data-player]")).not_to_have_attribute("data-playing", "")
    await sees_quotes(page)


async def sees_quotes(page: Page) -> None:
    quote = page.locator("button.quote").first
    await expect(quote).to_be_visible()
    spoken = page.locator("button.stamp[data-seek]").last
    at_s = int(await spoken.get_attribute("data-seek") or 0) / 1000
    await spoken.click()
    await expect_time_beyond(page, at_s)


async def expect_time_beyond(page: Page, seconds: float) -> None:
    """The recording plays on from there, on the interview's clock, if only to its end."""
    await page.wait_for_function(
        "at => { const media = document.querySelector('[data-media]');"
        " const parts = [...document.querySelectorAll('[data-parts] > li')];"
        " const part = parts.find((each) => media.src.endsWith(each.dataset.url));"
        " const now = Number(part.dataset.start) / 1000 + media.currentTime;"
        " return !media.error && (now > at + 0.3 || (media.ended && now >= at)); }",
        arg=seconds,
    )
