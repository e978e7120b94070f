"""A position is made, changed and saved with the keyboard alone; nothing that goes wrong loses the focus."""

import re

import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from tests.browser.people import People, picture
from tests.browser.test_everywhere import violations
from tests.browser.way import sign_in
from tests.support.server import Served

FIRST = "Which decision at work would you take differently today, and why?"
SECOND = "How did you find the cause of the last failure that you worked on?"
LEVELS = ("Says nothing of it", "Names it", "Explains it", "Explains it with results")
STOPS_MAX = 60
WAY = """
node => {
  const here = document.activeElement;
  if (node === here) return null;
  return here.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
}
"""
LEVELS_LABEL = "Levels, lowest first (four or five, one a line)"


class Keys:
    """Somebody without a mouse at the editor."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, target: Locator) -> None:
        """Go there and press Enter; the focus must be on something after that."""
        await self.leave_by(target)
        await self.holds_focus()

    async def leave_by(self, target: Locator) -> None:
        """As `press`, where another page comes: this one may be gone before anybody can look at its focus."""
        await self.reach(target)
        await self.page.keyboard.press("Enter")

    async def reach(self, target: Locator) -> None:
        """By Tab, or Shift and Tab where it lies before."""
        await expect(target).to_be_visible()
        for _ in range(STOPS_MAX):
            way = await target.evaluate(WAY)
            if way is None:
                return
            await self.page.keyboard.press(way)
        raise AssertionError(f"Tab never reaches {target}")

    async def holds_focus(self) -> None:
        assert await self.page.evaluate("document.activeElement !== document.body"), "the focus is lost"

    async def type(self, *lines: str) -> None:
        """Into the field that has the focus, in place of what is in it."""
        await self.page.keyboard.press("ControlOrMeta+a")
        for place, text in enumerate(lines):
            if place:
                await self.page.keyboard.press("Enter")
            await self.page.keyboard.type(text)

    def card(self, kind: str, place: int) -> Locator:
        return self.page.locator(f"[data-list={kind}] > [data-card]").nth(place)

    def add(self, kind: str) -> Locator:
        return self.page.locator(f"[data-add={kind}]")


@pytest_asyncio.fixture(loop_scope="session")
async def keys(typing_house: Served, people: People) -> Keys:
    """At an empty editor."""
    page = await people.arrive(typing_house.url, bypass_csp=True)
    await sign_in(page, "/admin/positions/new?template=empty&language=en")
    return Keys(page)


async def test_a_position_is_written_reordered_and_saved_with_the_keyboard_alone(
    keys: Keys, typing_house: Served
) -> None:
    page = keys.page
    await keys.reach(page.locator("[name=title]"))
    await keys.type("Keyboard engineer")
    for text in (FIRST, SECOND):
        await keys.press(keys.add("question"))
        await expect(
            keys.card("question", 1 if text == SECOND else 0).locator("textarea").first
        ).to_be_focused()
        await keys.type(text)
    await keys.press(keys.card("question", 1).locator("[data-up]"))
    await expect(keys.card("question", 0).locator("[data-field=text]")).to_have_value(SECOND)
    await expect(keys.card("question", 0).locator("[data-down]")).to_be_focused()
    await keys.press(keys.card("question", 0).locator("[data-down]"))
    await expect(keys.card("question", 1).locator("[data-up]")).to_be_focused()
    await keys.press(keys.card("question", 1).locator("[data-up]"))
    await criteria(keys)
    assert await violations(page) == []
    await picture(page, "position-editor-keys")
    await keys.leave_by(page.locator("[data-save]"))
    await page.wait_for_url("**/admin/positions/*?saved=true")
    await expect(page.locator("[role=status][autofocus]")).to_be_focused()
    assert await violations(page) == []
    await kept(page, typing_house)


async def criteria(keys: Keys) -> None:
    """Two: one that is built in, one of one's own; the first is moved, removed and put back."""
    page = keys.page
    menu = page.locator("[data-builtin]")
    await keys.reach(menu)
    await menu.press("ArrowDown")
    await expect(page.locator("[data-list=criterion] > *")).to_have_count(0)
    await keys.press(page.locator("[data-add-builtin]"))
    await expect(keys.card("criterion", 0).locator("[data-field=title]")).to_be_focused()
    await keys.press(keys.card("criterion", 0).locator("[data-remove]"))
    await expect(keys.add("criterion")).to_be_focused()
    await keys.press(keys.add("criterion"))
    await keys.type("Depth")
    for name, text in (("description", ("What was understood",)), ("anchors", LEVELS)):
        await keys.reach(keys.card("criterion", 0).locator(f"[data-field={name}]"))
        await keys.type(*text)
    await keys.reach(menu)
    await menu.press("ArrowDown")
    await keys.press(page.locator("[data-add-builtin]"))
    await keys.press(keys.card("criterion", 1).locator("[data-up]"))
    await keys.press(keys.card("criterion", 0).locator("[data-remove]"))
    await expect(keys.card("criterion", 0).locator("[data-remove]")).to_be_focused()
    await expect(keys.card("criterion", 0).locator("[data-field=title]")).to_have_value("Depth")


async def kept(page: Page, house: Served) -> None:
    position_id = page.url.split("/")[-1].partition("?")[0]
    answer = await house.http.get(f"/api/positions/{position_id}", headers=await house.admin_bearer())
    position = answer.json()
    assert [question["text"] for question in position["questions"]] == [SECOND, FIRST]
    assert [(each["title"], tuple(each["anchors"])) for each in position["criteria"]] == [("Depth", LEVELS)]
    assert {question["competency"] for question in position["questions"]} == {position["criteria"][0]["key"]}


async def test_what_is_wrong_is_summed_up_where_the_focus_goes_and_each_line_leads_to_its_place(
    keys: Keys, people: People
) -> None:
    people.expect("status of 422")
    page = keys.page
    problems = page.locator("[data-problem]")
    await keys.press(keys.add("question"))
    await keys.press(keys.add("criterion"))
    await keys.press(page.locator("[data-save]"))
    await expect(problems).to_be_focused()
    await expect(problems.locator("li")).to_have_text(
        [
            "Title: please fill this in",
            "Question 1, Question, word for word: please fill this in",
            "Criterion 1, Name of the criterion: please fill this in",
            "Criterion 1, What is judged: please fill this in",
            f"Criterion 1, {LEVELS_LABEL}: please describe four or five levels, one a line",
        ]
    )
    assert await violations(page) == []
    await picture(page, "position-editor-problems")
    await keys.press(problems.locator("button").nth(4))
    await expect(keys.card("criterion", 0).locator("[data-field=anchors]")).to_be_focused()
    await keys.type(*LEVELS)
    for name, text in (("title", "Depth"), ("description", "What was understood")):
        field = keys.card("criterion", 0).locator(f"[data-field={name}]")
        await field.focus()
        await keys.type(text)
    await keys.card("question", 0).locator("[data-field=text]").focus()
    await keys.type("Are you married, and do you have children?")
    await page.locator("[name=title]").focus()
    await keys.type("Accountant")
    await page.keyboard.press("Enter")
    await expect(problems).to_be_focused()
    await expect(problems.locator("li").first).to_contain_text("Question 1: “")
    await keys.press(problems.locator("button").first)
    await expect(keys.card("question", 0).locator("[data-field=text]")).to_be_focused()


async def test_without_criteria_of_its_own_a_position_s_competencies_follow_its_language(keys: Keys) -> None:
    page = keys.page
    await keys.press(keys.add("question"))
    offered = keys.card("question", 0).locator("[data-field=competency] option")
    english = await offered.all_inner_texts()
    await page.locator("[data-editor] [name=language][value=ko]").check(force=True)
    await expect(offered.first).not_to_have_text(english[0])
    assert all(any("가" <= letter <= "힣" for letter in text) for text in await offered.all_inner_texts())
    await page.locator("[data-editor] [name=language][value=en]").check(force=True)
    await expect(offered.first).to_have_text(english[0])
    assert await offered.all_inner_texts() == english


async def test_criteria_of_a_template_follow_the_language_unless_they_were_changed(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url, language="ko-KR", phone=True)
    await sign_in(page, "/admin/positions/new?template=backend&language=en")
    titles = page.locator("[data-card=criterion] [data-field=title]")
    await expect(page.locator("[data-builtin] option").nth(1)).to_be_attached()
    own = "Depth of one's own"
    await titles.nth(0).fill(own)
    await page.locator("[data-editor] [name=language][value=ko]").check(force=True)
    await expect(titles.nth(1)).to_have_value(re.compile("[가-힣]"))
    await expect(titles.nth(0)).to_have_value(own)
    await picture(page, "position-editor-phone-ko")
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_C19_what_a_job_is_about_is_kept_with_a_reason_that_stands_there_for_the_next_reader(
    keys: Keys, people: People
) -> None:
    people.expect("status of 422")
    page = keys.page
    problems = page.locator("[data-problem]")
    await keys.reach(page.locator("[name=title]"))
    await keys.type("Nurse")
    await keys.press(keys.add("question"))
    await keys.type("How do you care for patients with chronic conditions?")
    reason = keys.card("question", 0).locator("[data-field=kept_because]")
    await expect(reason).to_be_visible()
    await keys.press(page.locator("[data-save]"))
    await expect(problems).to_be_focused()
    await expect(problems.locator("li").first).to_contain_text("chronic")
    await keys.press(problems.locator("button").first)
    await expect(reason).to_be_focused()
    await keys.type("Nurses on this ward do it every day.")
    assert await violations(page) == []
    await picture(page, "position-editor-reason")
    await keys.leave_by(page.locator("[data-save]"))
    await page.wait_for_url("**/admin/positions/*?saved=true")
    await expect(reason).to_have_value("Nurses on this ward do it every day.")
    await keys.card("question", 0).locator("[data-field=text]").focus()
    await keys.type("Do you have any chronic illness yourself?")
    await expect(keys.card("question", 0).locator("[data-severity=refused]").first).to_be_visible()
    await keys.press(page.locator("[data-save]"))
    await expect(problems.locator("li").first).to_contain_text("may not be asked about")
