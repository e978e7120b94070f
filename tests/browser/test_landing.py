"""Finding 1 of the report on the predecessor: the start button on the landing page does nothing."""

import pytest
from playwright.async_api import Page, Route, expect
from tests.browser.people import People
from tests.browser.way import ENGLISH, KOREAN, Candidate, session_of
from tests.support.server import Served

MISSING = "이름과 지원 직무를 입력해주세요."


async def fill(page: Page, name: str, position: str = "Data analyst") -> None:
    await page.goto("/")
    await page.locator("#user_name").fill(name)
    await page.locator("#position").fill(position)


async def sessions_of(house: Served, name: str) -> int:
    listed = await house.http.get("/api/sessions?limit=100", headers=await house.admin_bearer())
    return sum(item["user_name"] == name for item in listed.json()["items"])


@pytest.mark.parametrize("way", ["mouse", "keyboard", "touch"])
async def test_finding_1_the_start_button_works_by(way: str, typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url, phone=way == "touch")
    await fill(page, f"Start by {way}")
    button = page.get_by_role("button", name=ENGLISH.start)
    if way == "mouse":
        await button.click()
    elif way == "touch":
        await button.tap()
    else:
        await button.focus()
        await page.keyboard.press("Enter")
    await page.wait_for_url("**/interview/*/consent")


async def test_finding_1_the_start_button_works_without_javascript(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url, java_script_enabled=False)
    await fill(page, "Without scripts")
    await page.get_by_role("button", name=ENGLISH.start).click()
    await page.wait_for_url("**/interview/*/consent")


async def test_finding_1_the_start_button_works_when_another_script_fails(
    typing_house: Served, people: People
) -> None:
    people.expect("elsewhere")
    page = await people.arrive(typing_house.url)
    await page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { throw new Error('elsewhere'); });"
    )
    await fill(page, "Error elsewhere")
    await page.get_by_role("button", name=ENGLISH.start).click()
    await page.wait_for_url("**/interview/*/consent")


async def test_finding_1_the_start_button_works_when_its_own_script_cannot_be_loaded(
    typing_house: Served, people: People
) -> None:
    people.expect("ERR_FAILED")
    page = await people.arrive(typing_house.url)
    await page.route("**/once.js*", lambda route: route.abort())
    await fill(page, "Script not loaded")
    await page.get_by_role("button", name=ENGLISH.start).click()
    await page.wait_for_url("**/interview/*/consent")


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
async def test_finding_1_empty_fields_are_named_and_nothing_typed_is_lost(
    scripts: bool, typing_house: Served, people: People
) -> None:
    people.expect("status of 422")
    page = await people.arrive(typing_house.url, language="ko-KR", java_script_enabled=scripts)
    await page.goto("/")
    await page.locator("#user_name").fill("김민지")
    await page.get_by_role("button", name=KOREAN.start).click()
    await expect(page.get_by_role("alert").filter(has_text=MISSING).first).to_be_visible()
    await expect(page.locator("#position")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#user_name")).not_to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#user_name")).to_have_value("김민지")


async def test_finding_1_spaces_are_no_name(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url, language="ko-KR")
    await fill(page, "   ", "  ")
    await page.get_by_role("button", name=KOREAN.start).click()
    await expect(page.get_by_role("alert").filter(has_text=MISSING)).to_be_visible()
    await expect(page.locator("#user_name")).to_be_focused()


async def away(route: Route) -> None:
    await (route.abort() if route.request.method == "POST" else route.fallback())


async def broken(route: Route) -> None:
    await (route.fulfill(status=502, body="") if route.request.method == "POST" else route.fallback())


@pytest.mark.parametrize("failure", [away, broken])
async def test_finding_1_a_failing_server_is_told_and_the_form_keeps_its_values(
    failure: object, typing_house: Served, people: People
) -> None:
    people.expect("ERR_FAILED|status of 502")
    page = await people.arrive(typing_house.url)
    await page.route(typing_house.url + "/", failure)  # type: ignore[arg-type]
    await fill(page, "Patient Person")
    button = page.get_by_role("button", name=ENGLISH.start)
    await button.click()
    await expect(page.get_by_role("alert").filter(has_text="still here")).to_be_visible()
    await expect(page.locator("#user_name")).to_have_value("Patient Person")
    await page.unroute(typing_house.url + "/")
    await button.click()
    await page.wait_for_url("**/interview/*/consent")


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
async def test_finding_1_a_double_click_makes_one_session(
    scripts: bool, typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url, java_script_enabled=scripts)
    name = f"Double {scripts}"
    await fill(page, name)
    await page.get_by_role("button", name=ENGLISH.start).dblclick()
    await page.wait_for_url("**/interview/*/consent")
    assert await sessions_of(typing_house, name) == 1


async def test_the_button_says_that_it_is_working(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url)
    held: list[Route] = []
    await page.route(
        typing_house.url + "/",
        lambda route: held.append(route) if route.request.method == "POST" else route.fallback(),
    )
    await fill(page, "Waiting Person")
    button = page.get_by_role("button", name=ENGLISH.start)
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await button.click()
    assert len(held) == 1
    await held[0].continue_()
    await page.wait_for_url("**/interview/*/consent")


async def test_C03_the_first_screen_says_that_an_ai_asks(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url, phone=True)
    await page.goto("/")
    said = page.get_by_text("An AI asks, a person decides")
    await expect(said).to_be_in_viewport()
    candidate = Candidate(page, touch=True)
    await candidate.start("Told First")
    await expect(page.get_by_role("heading", name="You will be talking with an AI.")).to_be_in_viewport()
    assert session_of(page)
