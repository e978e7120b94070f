"""Finding 2 of the report on the predecessor: requests without a token, and nobody told of a 401."""

from playwright.async_api import expect
from tests.browser.people import People
from tests.browser.way import TYPED, Candidate, sign_in
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Served

ASKED = "Please sign in"


async def test_finding_2_a_closed_page_says_so_and_leads_back_to_the_same_place(
    typing_house: Served, people: People
) -> None:
    made = await typing_house.new_session()
    page = await people.arrive(typing_house.url)
    await sign_in(page, f"/admin/sessions/{made['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(made["user_name"])


async def test_finding_2_a_login_that_ended_is_told_in_words_and_nothing_is_a_dead_end(
    typing_house: Served, people: People
) -> None:
    people.expect("status of 401")
    made = await typing_house.new_session(user_name="Lee Ended")
    page = await people.arrive(typing_house.url)
    await sign_in(page, "/admin/sessions?q=Lee")
    await page.context.clear_cookies()
    await page.get_by_role("link", name="Lee Ended").click()
    await page.wait_for_url("**/login*")
    await expect(page.get_by_text(ASKED)).to_be_visible()
    await page.locator("#email").fill(ADMIN_EMAIL)
    await page.locator("#password").fill("not the password")
    await page.locator("main form button").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.locator("#email")).to_have_value(ADMIN_EMAIL)
    await page.locator("#password").fill(ADMIN_PASSWORD)
    await page.locator("main form button").click()
    await page.wait_for_url(f"**/admin/sessions/{made['id']}")


async def test_finding_2_a_form_sent_after_the_login_ended_leads_back_to_its_page(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    await sign_in(page, "/admin/sessions/new")
    await page.locator("#user_name").fill("Park Late")
    await page.locator("#position").fill("Designer")
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Make the link").click()
    await page.wait_for_url("**/login*")
    await page.locator("#email").fill(ADMIN_EMAIL)
    await page.locator("#password").fill(ADMIN_PASSWORD)
    await page.locator("main form button").click()
    await page.wait_for_url("**/admin/sessions/new")
    await expect(page.get_by_role("heading", name="New interview")).to_be_visible()


async def test_finding_2_a_review_sent_after_the_login_ended_leads_back_to_the_interview(
    typing_house: Served, people: People
) -> None:
    made = await typing_house.new_session(user_name="Seo Reviewed")
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.come_by(made["join_url"])
    await candidate.write()
    await candidate.type_the_rest()
    admin = await people.arrive(typing_house.url)
    await sign_in(admin, f"/admin/sessions/{made['id']}")
    await admin.context.clear_cookies()
    await admin.get_by_role("button", name="Save my scores").click()
    await admin.wait_for_url("**/login*")
    await admin.locator("#email").fill(ADMIN_EMAIL)
    await admin.locator("#password").fill(ADMIN_PASSWORD)
    await admin.locator("main form button").click()
    await admin.wait_for_url(f"**/admin/sessions/{made['id']}")
    await expect(admin.get_by_role("heading", level=1)).to_have_text("Seo Reviewed")


async def test_finding_2_a_candidate_who_is_no_longer_known_is_told_and_keeps_the_answer(
    typing_house: Served, people: People
) -> None:
    people.expect("status of 401")
    made = await typing_house.new_session()
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.come_by(made["join_url"])
    await candidate.write()
    await expect(page.get_by_label(candidate.words.text)).to_be_visible()
    kept = await page.context.cookies()
    await page.context.clear_cookies()
    await candidate.send(TYPED)
    await expect(page.get_by_role("dialog", name="This page cannot go on.")).to_be_visible()
    await page.context.add_cookies(kept)  # type: ignore[arg-type]
    await page.goto(f"/interview/{made['id']}/room?way=typed")
    await expect(page.get_by_label(candidate.words.text)).to_have_value(TYPED)


async def test_S50_signing_out_leaves_nothing_behind(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url)
    await sign_in(page)
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/login")
    assert [cookie for cookie in await page.context.cookies() if "viva" in cookie["name"]] == []
    await page.go_back()
    await page.wait_for_url("**/login*")
