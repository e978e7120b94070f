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
async (rules) => {
  const found = await axe.run(document, {
    resultTypes: ["violations"],
    ...(rules ? { runOnly: { type: "rule", values: rules } } : {}),
  });
  const places = (rule) => rule.nodes.map((node) => node.html).slice(0, 3).join(" | ");
  return found.violations.map((rule) => `${rule.id}: ${places(rule)}`);
}
"""


async def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds wrong on this page."""
    if not await page.evaluate("'axe' in window"):
        await page.add_script_tag(path=AXE)
    found: list[str] = await page.evaluate(RUN, rules)
    return found


SETTLED = """
async () => {
  await new Promise(requestAnimationFrame);
  const changing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  await Promise.allSettled(changing.map((animation) => animation.finished));
}
"""


async def in_the_dark(page: Page, name: str) -> list[str]:
    """What is wrong with the dark colours; the page is light again afterwards."""
    await page.emulate_media(color_scheme="dark")
    await page.evaluate(SETTLED)
    found = await violations(page, ["color-contrast"])
    await picture(page, name)
    await page.emulate_media(color_scheme="light")
    await page.evaluate(SETTLED)
    return found


@pytest.mark.parametrize("words", [KOREAN, ENGLISH], ids=["ko", "en"])
async def test_axe_finds_nothing_on_any_page(words: Words, typing_house: Served, people: People) -> None:
    people.expect("status of 40[14]")
    language, found = ("ko" if words is KOREAN else "en"), {}
    for pages in (candidates_pages, admins_pages):
        page = await people.arrive(typing_house.url, language=language, bypass_csp=True)
        async for name in pages(page, typing_house, words):
            found[name] = await violations(page)
            await picture(page, f"{name}-{language}")
            if words is KOREAN:  # the colours are the same in both
                found[f"{name}, dark"] = await in_the_dark(page, f"{name}-dark")
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
