"""Every page there is, one after another, for whoever wants to look at all of them."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from playwright.async_api import Page, expect
from tests.browser.way import KOREAN, Candidate, Words, score, sign_in
from tests.support.server import Served


async def candidates_pages(page: Page, house: Served, words: Words) -> AsyncIterator[str]:
    """From the landing page to the thanks, with the ways that go wrong. Yields the name of each."""
    language = "ko" if words is KOREAN else "en"
    candidate = Candidate(page, words)
    await page.goto("/")
    yield "landing"
    await candidate.press(candidate.button(words.start))
    await expect(page.locator("[data-problem] .notice")).to_be_visible()
    yield "landing-empty"
    await page.goto("/i/vcand_of_nobody")
    yield "closed"
    name, position = ("김민지", "백엔드 개발자") if language == "ko" else ("Kim Minji", "Backend engineer")
    made = await house.new_session(user_name=name, position=position, language=language)
    await page.goto(made["join_url"])
    yield "invitation"
    await candidate.come_by(made["join_url"])
    yield "consent"
    await candidate.agree()
    yield "devices"
    await candidate.press(candidate.button(words.with_camera))
    await expect(page.get_by_text(words.heard)).to_be_visible()
    yield "devices-heard"
    async for shown in _room(page, candidate):
        yield shown


async def _room(page: Page, candidate: Candidate) -> AsyncIterator[str]:
    words = candidate.words
    await page.locator("[data-continue]").click()
    await expect(candidate.button(words.answer)).to_be_visible()
    yield "room-ready"
    await candidate.press(candidate.button(words.answer))
    await expect(candidate.button(words.done)).to_be_visible()
    yield "room-listening"
    await candidate.press(candidate.button(words.instead))
    await expect(page.get_by_label(words.text)).to_be_visible()
    yield "room-typing"
    await candidate.type_the_rest()
    yield "done"


async def admins_pages(page: Page, _house: Served, words: Words) -> AsyncIterator[str]:
    """The sign-in and the dashboard, with an interview that `candidates_pages` has finished."""
    await page.goto("/login")
    yield "login"
    await sign_in(page)
    yield "admin-sessions"
    await page.goto("/admin/sessions?q=nobody+of+this+name")
    yield "admin-sessions-none"
    await page.goto("/admin/sessions?status=completed")
    await page.locator(".row-link").first.click()
    await expect(page.locator("[data-transcript]")).to_be_visible()
    yield "admin-session"
    here = urlsplit(page.url).path
    await score(page, "yes")
    await page.locator(".review-form button").click()
    await page.wait_for_url(f"**{here}")
    yield "admin-session-reviewed"
    await page.goto("/admin/sessions/new")
    yield "admin-new"
    await page.locator("#user_name").fill("이서준" if words is KOREAN else "Lee Seojun")
    await page.locator("#position").fill("Product designer")
    await page.locator("main form button").click()
    await expect(page.locator("#link")).to_be_visible()
    yield "admin-made"
    await page.goto("/admin/calibration")
    yield "admin-calibration"
    await page.goto("/admin/limits")
    yield "admin-limits"
    await page.goto("/admin/positions/new")
    yield "admin-position-templates"
    await page.locator("[value=backend]").click()
    await expect(page.locator("[data-card=question]").first).to_be_visible()
    yield "admin-position"
    await page.goto("/admin/bank")
    yield "admin-bank"
    await page.goto("/admin/system")
    yield "admin-system"
    await page.goto("/admin/nothing-is-here")
    yield "error"
