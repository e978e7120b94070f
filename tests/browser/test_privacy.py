"""S13, S50, C07 as a browser sees them: no foreign markup, nothing left behind, no draft before its time."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.people import People
from tests.browser.way import Candidate, score, sign_in
from tests.support.anthropic_server import AnthropicServer
from tests.support.databases import new_database
from tests.support.server import Served, serving, settings_for

PAYLOADS = [
    '<script>alert(1)</script><img src=x onerror=alert(1)>"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1) <a href=javascript:alert(1)>x</a>{{7*7}}<iframe srcdoc=x>",
    "</textarea></title></script><script>alert(1)</script><style>*{color:red}</style><base href=//x>",
]
FOREIGN = """
() => [...document.querySelectorAll(
  "img[src='x'], svg[onload], [onfocus], [onerror], iframe, base, style, a[href^='javascript']")]
  .map((node) => node.outerHTML)
"""
STORED = """
async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, await caches.keys(), await indexedDB.databases(),
])
"""


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_S13_markup_in_names_positions_and_answers_is_text_on_every_page(
    payload: str, typing_house: Served, people: People
) -> None:
    people.expect("status of 422")
    made = await typing_house.new_session(user_name=payload, position=payload)
    page, foreign = await people.arrive(typing_house.url), list[str]()
    candidate = Candidate(page)
    await page.goto(made["join_url"])
    await expect(page.get_by_text(payload).first).to_be_visible()
    foreign += await page.evaluate(FOREIGN)
    await candidate.come_by(made["join_url"])
    await expect(page.get_by_text(payload).first).to_be_visible()
    await candidate.write()
    await candidate.type(payload)
    await expect(page.get_by_text(payload)).to_be_visible()
    foreign += await page.evaluate(FOREIGN)
    await answer_elsewhere(typing_house, made, payload, slice(1, None))
    await page.wait_for_url("**/done")
    await expect(page.get_by_text(payload).first).to_be_visible()
    foreign += await page.evaluate(FOREIGN)
    await sign_in(page)
    for address in ("/admin/sessions?q=" + quote(payload), f"/admin/sessions/{made['id']}"):
        await page.goto(address)
        await expect(page.get_by_text(payload).first).to_be_visible()
        foreign += await page.evaluate(FOREIGN)
    await page.goto("/")
    await page.locator("#user_name").fill(payload)
    await page.locator("form[data-start]").evaluate("form => form.submit()")
    await expect(page.locator("#user_name")).to_have_value(payload)
    foreign += await page.evaluate(FOREIGN)
    assert foreign == []


async def answer_elsewhere(house: Served, made: dict[str, Any], text: str, which: slice) -> None:
    """Answer these questions over the API; the open page follows."""
    bearer = {"Authorization": f"Bearer {made['candidate_token']}"}
    listed = await house.http.get(f"/api/sessions/{made['id']}/questions", headers=bearer)
    for question in listed.json()["items"][which]:
        answer = {"question_id": question["id"], "text": text}
        done = await house.http.post(f"/api/sessions/{made['id']}/answers", json=answer, headers=bearer)
        done.raise_for_status()


async def test_S50_after_the_interview_the_browser_keeps_nothing_of_it(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.start("Choi Forgotten", "Archivist")
    await candidate.agree()
    await candidate.check_devices(camera=False)
    await candidate.type("I keep what must be kept and forget everything else.")
    await candidate.type_the_rest()
    stored = await page.evaluate(STORED)
    for personal in ("Choi", "Archivist", "forget", "vcand_", "deployments"):
        assert personal not in stored


async def test_S50_the_draft_is_gone_also_when_the_page_goes_before_the_receipt_of_the_last_answer_comes(
    typing_house: Served, people: People
) -> None:
    made = await typing_house.new_session()
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.come_by(made["join_url"])
    await candidate.write()
    await answer_elsewhere(typing_house, made, "Said elsewhere.", slice(-1))
    _, count = await candidate.place()
    await expect(page.locator("[data-progress]")).to_have_js_property("value", count - 1)
    await page.route("**/answers", lambda route: route.fetch())  # it arrives, its receipt does not
    await candidate.send("I keep what must be kept and forget everything else.")
    await page.wait_for_url("**/done")
    assert "forget" not in await page.evaluate(STORED)


async def test_S50_what_is_being_typed_stays_in_its_tab(typing_house: Served, people: People) -> None:
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.start("Choi Drafting", "Archivist")
    await candidate.write()
    await page.get_by_label(candidate.words.text).fill("An unfinished thought")
    await page.reload()
    await expect(page.get_by_label(candidate.words.text)).to_have_value("An unfinished thought")
    assert "unfinished" not in await page.evaluate("JSON.stringify({...localStorage})")


@pytest_asyncio.fixture(loop_scope="session")
async def model_house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A system with a language model."""
    folder = tmp_path_factory.mktemp("model")
    async with (
        AnthropicServer() as model,
        new_database(postgres_url, "viva_browser_model", template=template_database) as url,
        serving(
            settings_for(url, folder, anthropic_api_key="test-key", anthropic_base_url=model.url)
        ) as served,
    ):
        yield served


async def test_C07_the_draft_stays_hidden_until_the_reviewer_has_scored(
    model_house: Served, people: People
) -> None:
    page = await people.arrive(model_house.url)
    candidate = Candidate(page)
    await candidate.start("Jung Drafted")
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await candidate.write()
    await candidate.type_the_rest()
    session_id = page.url.split("/")[-2]
    admin = await people.arrive(model_house.url)
    await sign_in(admin, f"/admin/sessions/{session_id}")
    hidden = admin.get_by_text("It stays hidden until you have scored")
    async with admin.expect_response(lambda answer: "/admin/sessions/" in answer.url):
        await admin.reload()
    while not await hidden.is_visible():
        await admin.reload()
    await expect(admin.locator("button.quote")).to_have_count(0)
    await expect(admin.locator(".reason")).to_have_count(0)
    await score(admin, "yes")
    await admin.get_by_role("button", name="Save my scores").click()
    await expect(hidden).to_be_hidden()
    await expect(admin.locator("button.quote").first).to_be_visible()
