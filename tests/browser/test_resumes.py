"""A recruiter with a résumé in a real browser: attach, wait, edit, accept; the candidate is asked it."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.browser.people import People, picture
from tests.browser.test_everywhere import violations
from tests.browser.way import sign_in
from tests.questions.resumes import docx
from tests.support.anthropic_server import AnthropicServer, Says, schema_of
from tests.support.databases import new_database
from tests.support.server import Served, serving, settings_for

from viva.questions import draft_from_template

DRAFT = {
    "en": "Which decision did you take when you rebuilt the scheduler, and why?",
    "ko": "배차 시스템을 다시 만들 때 직접 내린 설계 결정과 그 이유를 말씀해 주세요.",
}
EDITED = {
    "en": "Which decision about the scheduler was yours alone, and what came of it?",
    "ko": "배차 시스템에서 혼자 내린 결정은 무엇이었고, 결과는 어땠는지 말씀해 주세요.",
}
FORBIDDEN = {
    "en": "Are you married, and do you plan children?",
    "ko": "결혼은 하셨나요? 자녀 계획도 말씀해 주세요.",
}
ACCEPT = {"en": "Accept", "ko": "수락"}


def answers(request: dict[str, object]) -> Says:
    """Drafts the one question, in the language that is asked for."""
    language = "ko" if "Write in Korean" in str(request["system"]) else "en"
    competency = schema_of(request)["properties"]["competency"]["enum"][0]
    points = ["결정의 이유를 밝힌다"] if language == "ko" else ["Gives the reason"]
    draft = {"text": DRAFT[language], "competency": competency, "meant_to_show": points, "key_terms": []}
    return Says(draft, delay_s=0.3)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def drafting_house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A system with a model that drafts on loopback."""
    folder = tmp_path_factory.mktemp("drafting")
    async with (
        AnthropicServer(answers) as vendor,
        new_database(postgres_url, "viva_browser_resumes", template=template_database) as url,
        serving(settings_for(url, folder, anthropic_api_key="k", anthropic_base_url=vendor.url)) as served,
    ):
        yield served


async def kept_position(house: Served, language: str) -> str:
    draft = draft_from_template("backend", "ko" if language == "ko" else "en")
    async with (await house.part("database")).uow() as work:
        wanted = msgspec.structs.replace(draft, resume_questions=1)
        kept = await (await house.part("positions")).create(work, wanted, created_by=None)
    return str(kept.id)


async def invite(page: Page, house: Served, language: str) -> None:
    await sign_in(page, f"/admin/sessions/new?position_id={await kept_position(house, language)}")
    await page.locator("#user_name").fill("김민지" if language == "ko" else "Kim Minji")
    text = "배차 시스템을 다시 만들었습니다" if language == "ko" else "Rebuilt the dispatch scheduler"
    await page.locator("#resume").set_input_files(
        {"name": "cv.docx", "mimeType": "application/octet-stream", "buffer": docx(text)}
    )
    await page.locator("main form button").click()
    await expect(page.locator("#link")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_resume_is_attached_its_draft_edited_and_accepted_and_the_candidate_is_asked_it(
    language: str, drafting_house: Served, people: People
) -> None:
    people.expect("status of 422")
    staff = await people.arrive(
        drafting_house.url, language=language, phone=language == "ko", bypass_csp=True
    )
    await invite(staff, drafting_house, language)
    link = await staff.locator("#link").input_value()
    await staff.locator("main a[href*='#resume']").click()
    question = staff.locator(".resume-drafts textarea[name=text]")
    await expect(question).to_have_value(DRAFT[language])  # it comes by itself, as soon as it is there
    assert await violations(staff) == []
    await question.fill(FORBIDDEN[language])
    await staff.get_by_role("button", name=ACCEPT[language]).press("Enter")
    await expect(staff.locator(".resume-drafts [role=alert]")).to_be_visible()
    await expect(question).to_be_focused()
    await expect(question).to_have_value(FORBIDDEN[language])
    assert await violations(staff) == []
    await question.fill(EDITED[language])
    await staff.get_by_role("button", name=ACCEPT[language]).press("Enter")
    await expect(staff.locator(".resume-asked")).to_have_text(EDITED[language])
    assert await violations(staff) == []
    assert not await staff.evaluate("document.documentElement.scrollWidth > innerWidth")
    await picture(staff, f"resume-accepted-{language}")
    candidate = await people.arrive(drafting_house.url, language=language)
    await candidate.goto(link)
    await expect(candidate.get_by_text("6", exact=True)).to_be_visible()  # five planned ones, and this
