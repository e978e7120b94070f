"""The whole way by keys alone, and on a phone by fingers alone."""

from playwright.async_api import Locator, Page, expect
from tests.browser.people import People
from tests.browser.way import KOREAN, Candidate
from tests.support.server import Served

STOPS_MAX = 40


async def reach(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    await expect(target).to_be_visible()
    for _ in range(STOPS_MAX):
        if await target.evaluate("node => node === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {target}")


async def test_the_whole_way_can_be_gone_with_the_keyboard_alone(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    keys, candidate = page.keyboard, Candidate(page)
    words = candidate.words
    await page.goto("/")
    await reach(page, page.locator("#user_name"))
    await keys.type("Han Keys")
    await keys.press("Tab")
    await keys.type("Accountant")
    await keys.press("Enter")
    await page.wait_for_url("**/consent")
    for box in await page.get_by_role("checkbox").all():
        await reach(page, box)
        await keys.press("Space")
    await reach(page, candidate.button(words.agree))
    await keys.press("Enter")
    await page.wait_for_url("**/devices")
    await reach(page, candidate.button(words.microphone))
    await keys.press("Enter")
    await expect(page.get_by_text(words.heard)).to_be_visible()
    await reach(page, page.get_by_role("link", name=words.on))
    await keys.press("Enter")
    await page.wait_for_url("**/room")
    await reach(page, candidate.button(words.answer))
    await keys.press("Enter")
    await reach(page, candidate.button(words.done))
    await keys.press("Enter")
    await expect(candidate.question()).to_be_focused()
    last = (await candidate.place())[1]
    for number in range(2, last + 1):
        await reach(page, candidate.button(words.instead))
        await keys.press("Enter")
        await expect(page.get_by_label(words.text)).to_be_focused()
        await keys.type(f"No. {number}.")
        await reach(page, candidate.button(words.send))
        await keys.press("Enter")
        if number < last:
            await expect(candidate.question()).to_be_focused()
    await page.wait_for_url("**/done")


async def test_the_whole_way_can_be_gone_on_a_phone_by_touch(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url, language="ko-KR", phone=True)
    candidate = Candidate(page, KOREAN, touch=True)
    await candidate.start("김민지", "디자이너")
    await candidate.agree()
    await candidate.check_devices(camera=True)
    await candidate.press(candidate.button(KOREAN.answer))
    await expect(candidate.button(KOREAN.done)).to_be_in_viewport()
    await candidate.finish()
    await candidate.type_the_rest()


async def test_the_whole_way_can_be_gone_in_writing_without_any_media(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    await page.add_init_script("navigator.mediaDevices.getUserMedia = () => { throw new Error('asked'); };")
    candidate = Candidate(page)
    await candidate.start()
    await candidate.write()
    await candidate.type_the_rest()


async def test_the_language_is_switched_on_the_page_and_stays(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url)
    await page.goto("/")
    await page.get_by_role("button", name="한국어").click()
    await expect(page.locator("html")).to_have_attribute("lang", "ko")
    candidate = Candidate(page, KOREAN)
    await candidate.start("김민지", "디자이너")
    await expect(page.get_by_role("heading", name="AI와 대화하게 됩니다.")).to_be_visible()
