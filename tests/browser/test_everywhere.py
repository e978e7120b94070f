"""What holds on every page: WCAG by axe-core, in both languages, light and dark; a phone is wide enough."""

from pathlib import Path

import pytest
from playwright.async_api import Page
from tests.browser.gallery import admins_pages, candidates_pages
from tests.browser.people import People, picture
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


# The colours are the same in both languages, so each scheme is looked at in one of them.
@pytest.mark.parametrize(("words", "dark"), [(KOREAN, True), (ENGLISH, False)], ids=["ko-dark", "en-light"])
async def test_axe_finds_nothing_on_any_page(
    words: Words, dark: bool, typing_house: Served, people: People
) -> None:
    people.expect("status of 40[14]")
    language, found = ("ko" if words is KOREAN else "en"), {}
    for pages in (candidates_pages, admins_pages):
        page = await people.arrive(typing_house.url, language=language, dark=dark, bypass_csp=True)
        async for name in pages(page, typing_house, words):
            found[name] = await violations(page)
            await picture(page, f"{name}-{language}")
    assert [f"{name}: {wrong}" for name, each in found.items() for wrong in each] == []


async def test_no_page_is_wider_than_a_phone(typing_house: Served, people: People) -> None:
    people.expect("status of 40[14]")
    wide = []
    for pages in (candidates_pages, admins_pages):
        page = await people.arrive(typing_house.url, language="ko-KR", phone=True)
        async for name in pages(page, typing_house, KOREAN):
            await picture(page, f"{name}-phone")
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(name)
    assert wide == []
