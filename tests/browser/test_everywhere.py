"""What holds on every page: WCAG by axe-core, in both languages, light and dark; a phone is wide enough."""

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


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on this page."""
    if not await page.evaluate("'axe' in window"):
        await page.add_script_tag(path=AXE)
    found: list[str] = await page.evaluate(RUN)
    return found


async def is_too_wide_for_a_phone(page: Page) -> bool:
    """Whether it would have to be pushed sideways there; left as it was."""
    await page.set_viewport_size(PHONE)
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.set_viewport_size(DESKTOP)
    return wide


# The colours are the same in both languages, so each scheme is looked at in one of them.
@pytest.mark.parametrize(("words", "dark"), [(KOREAN, True), (ENGLISH, False)], ids=["ko-dark", "en-light"])
async def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_a_phone(
    words: Words, dark: bool, typing_house: Served, people: People
) -> None:
    people.expect("status of 40[14]")
    language, found = ("ko" if words is KOREAN else "en"), {}
    for pages in (candidates_pages, admins_pages):
        page = await people.arrive(typing_house.url, language=language, dark=dark, bypass_csp=True)
        async for name in pages(page, typing_house, words):
            found[name] = await violations(page)
            await picture(page, f"{name}-{language}")
            if await is_too_wide_for_a_phone(page):
                found[name].append("wider than a phone")
    assert [f"{name}: {wrong}" for name, each in found.items() for wrong in each] == []
