"""What holds on every page: WCAG by axe-core, in both languages, light and dark; a phone is wide enough."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page
from tests.browser.gallery import admins_pages, candidates_pages
from tests.browser.people import DESKTOP, PHONE, People, picture
from tests.browser.way import ENGLISH, KOREAN, Words
from tests.support.server import Served

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RUN = """
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const places = (rule) => rule.nodes.map((node) => node.html).slice(0, 3).join(" | ");
  return found.violations.map((rule) => `${rule.id}: ${places(rule)}`);
}
"""


IS_WIDE = "document.documentElement.scrollWidth > innerWidth"


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on this page."""
    if not await page.evaluate("'axe' in window"):
        await page.add_script_tag(path=AXE)
    found: list[str] = await page.evaluate(RUN)
    return found


# The colours are the same in both languages, so each scheme is looked at in one of them.
@pytest.mark.parametrize(("words", "dark"), [(KOREAN, True), (ENGLISH, False)], ids=["ko-dark", "en-light"])
async def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_a_phone(
    words: Words, dark: bool, typing_house: Served, people: People
) -> None:
    people.expect("status of 40[14]")
    language, wrong = ("ko" if words is KOREAN else "en"), []
    for pages in (candidates_pages, admins_pages):
        page = await people.arrive(typing_house.url, language=language, dark=dark, bypass_csp=True)
        async for name in pages(page, typing_house, words):
            wrong += [f"{name}: {violation}" for violation in await violations(page)]
            await picture(page, f"{name}-{language}")
            async with phone_sized(page):
                await picture(page, f"{name}-{language}-phone")
                wrong += [f"{name}: too wide"] * await page.evaluate(IS_WIDE)
    assert wrong == []


@asynccontextmanager
async def phone_sized(page: Page) -> AsyncIterator[None]:
    """The same page on a narrow screen, as long as the block lasts."""
    await page.set_viewport_size(PHONE)
    yield
    await page.set_viewport_size(DESKTOP)
