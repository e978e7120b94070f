"""What a reviewer sees of a scorecard, and an admin of its repeatability, in both languages."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.browser.people import People, picture
from tests.browser.way import drafted, score, sign_in
from tests.support.anthropic_server import AnthropicServer, Says, said_in, schema_of
from tests.support.databases import new_database
from tests.support.server import Served, serving, settings_for

ANSWER = (
    "I looked at the logs first and found that the cache was never filled after the deployment. "
    "Then I told the team early that my change was the cause, and I stayed until it was fixed."
)
KOREAN_ANSWER = (
    "먼저 로그를 보고 배포 뒤에 캐시가 채워지지 않는다는 것을 찾았습니다. "
    "그다음 제 변경이 원인이라고 팀에 바로 알리고 고쳐질 때까지 남아 있었습니다."
)
WORDS = {
    "en": (
        "They looked for the cause before they changed anything.",
        "They hold themselves responsible.",
        ANSWER,
    ),
    "ko": ("무엇을 바꾸기 전에 먼저 원인을 찾았습니다.", "자신의 변경에 책임을 졌습니다.", KOREAN_ANSWER),
}


class Judge:
    """Agrees with itself about most criteria, wavers about the second and contradicts itself in the third."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, request: dict[str, object]) -> Says:
        self.calls += 1
        said = said_in(request)
        language = "ko" if any("가" <= letter <= "힣" for letter in "".join(said)) else "en"
        cause, responsible, _ = WORDS[language]
        first, second = ((said or [""])[0].partition(". ")[n] for n in (0, 2))
        schema = schema_of(request)["properties"]
        if "claims" not in schema:
            return Says("no")  # not ours: a plan of questions is asked for
        keys = schema["criteria"]["items"]["properties"]["key"]["enum"]
        findings = [
            {"key": key, "level": self._level(place), "reason": cause, "quotes": [first]}
            for place, key in enumerate(keys)
        ]
        claims = [
            {"kind": "strength", "text": responsible, "quotes": [second.rstrip(".")]},
            {"kind": "concern", "text": cause, "quotes": [first]},
        ]
        return Says({"criteria": findings, "claims": claims}, cached_tokens=900)

    def _level(self, place: int) -> str:
        odd = self.calls % 3 == 0
        if place == 1:
            return "mixed" if odd else "yes"
        if place == 2:
            return "strong_no" if odd else "yes"
        return "yes"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def judging_house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A system with a model that answers on loopback, with prices and a budget."""
    async with (
        AnthropicServer(Judge()) as vendor,
        new_database(postgres_url, "viva_browser_judging", template=template_database) as url,
    ):
        settings = settings_for(
            url,
            tmp_path_factory.mktemp("judging"),
            anthropic_api_key="k",
            anthropic_base_url=vendor.url,
            llm_prices="3,15,3.75,0.3",
            budget_session="500000,$2.50",
        )
        async with serving(settings) as served:
            yield served


async def interviewed(house: Served, language: str) -> str:
    """The id of an interview whose scorecard is there."""
    name, position = ("김민지", "백엔드 개발자") if language == "ko" else ("Kim Minji", "Backend engineer")
    candidate = await house.new_candidate(user_name=name, position=position, language=language)
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id, WORDS[language][2])).raise_for_status()
    await drafted(house, candidate.session_id)
    return candidate.session_id


async def reviewed(page: Page, session_id: str) -> None:
    """Score first; the draft shows afterwards (C07)."""
    await sign_in(page, f"/admin/sessions/{session_id}")
    await expect(page.locator(".agreement")).to_have_count(0)
    await expect(page.locator(".review-form input:checked")).to_have_count(0)
    await score(page, "mixed")
    await page.locator(".review-form button").click()
    await expect(page.locator(".agreement").first).to_be_visible()
    await page.locator("details.more summary").last.click()


async def test_a_reviewer_sees_how_far_the_drafts_agree_why_and_what_they_cost(
    judging_house: Served, people: People
) -> None:
    page = await people.arrive(judging_house.url)
    await reviewed(page, await interviewed(judging_house, "en"))
    agreement = page.locator(".agreement")
    await expect(agreement.nth(0)).to_contain_text("All 3 drafts agree")
    await expect(agreement.nth(1)).to_contain_text("2 of 3 drafts agree")
    await expect(agreement.nth(2)).to_contain_text("3 drafts without agreement")
    await expect(page.get_by_text("the independent drafts contradict each other")).to_be_visible()
    await expect(page.locator(".claim")).to_have_count(2)
    await expect(page.locator(".budgets")).to_contain_text("$2.50")
    await expect(page.locator(".differs").first).to_have_text("You differ from the draft")
    await expect(page.locator(".compared .weight").first).to_contain_text("Weight")
    await expect(page.get_by_text("before seeing the AI's draft")).to_be_visible()
    made = page.locator("details.more").last
    await expect(made.locator("dt", has_text="Rubric")).to_be_visible()
    await picture(page, "admin-scorecard-en")
    await page.get_by_role("button", name="Evaluate again").click()
    await page.wait_for_url("**/admin/sessions/*")


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_C07_a_criterion_left_out_is_named_and_a_change_after_the_draft_asks_for_its_reason(
    judging_house: Served, people: People, language: str
) -> None:
    people.expect("422")
    session_id = await interviewed(judging_house, language)
    locale = {"en": "en-US", "ko": "ko-KR"}[language]
    page = await people.arrive(judging_house.url, language=locale, phone=True)
    await sign_in(page, f"/admin/sessions/{session_id}")
    await picture(page, f"admin-review-form-{language}-phone")
    left_out = await page.locator(".levels legend > span").nth(2).inner_text()
    await score(page, "mixed", but=left_out)
    await page.locator(".review-form button").click()
    problem = page.locator("[data-problem]")
    await expect(problem).to_be_focused()
    await expect(problem).to_contain_text(left_out)
    await expect(page.locator(".levels.is-missing")).to_have_count(1)
    await expect(page.locator(".agreement")).to_have_count(0)
    await picture(page, f"admin-review-left-out-{language}-phone")
    await page.locator('.levels.is-missing input[value="not_scored"]').check(force=True)
    await page.locator(".review-form button").click()
    await expect(page.locator(".agreement").first).to_be_visible()
    await page.locator("details.more", has=page.locator(".review-form")).locator("summary").click()
    await page.locator('.levels input[value="strong_yes"]').first.check(force=True)
    await page.locator(".review-form button").click()
    await expect(page.locator("[data-problem]")).to_be_focused()
    await page.locator("#override_reason").fill("I heard it again.")
    await picture(page, f"admin-review-reason-{language}-phone")
    await page.locator(".review-form button").click()
    await expect(page.locator("dl.facts").get_by_text("I heard it again.")).to_be_visible()
    await picture(page, f"admin-compared-{language}-phone")


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_corrected_words_are_shown_as_corrected_with_what_was_heard_and_never_as_typed(
    judging_house: Served, people: People, language: str
) -> None:
    heard = WORDS[language][2].replace("cache", "cash").replace("캐시", "케시")
    candidate = await judging_house.new_candidate(language=language)
    database, sessions = await judging_house.part("database"), await judging_house.part("sessions")
    session_id = UUID(candidate.session_id)
    for number, question_id in enumerate(await candidate.questions()):
        (await candidate.type_answer(question_id, heard)).raise_for_status()
        async with database.uow() as work:
            await sessions.correct(work, session_id, number + 1, WORDS[language][2])
    await drafted(judging_house, candidate.session_id)
    locale = {"en": "en-US", "ko": "ko-KR"}[language]
    page = await people.arrive(judging_house.url, language=locale, phone=True)
    await reviewed(page, candidate.session_id)
    words = {"en": ("corrected by the candidate", "Typed"), "ko": ("지원자가 고친 말", "글로 작성")}
    quote = page.locator(".compared .quote").first
    await expect(quote).to_contain_text(words[language][0])
    await expect(quote.locator(".heard")).to_contain_text("cash" if language == "en" else "케시")
    await expect(quote.get_by_role("img", name=words[language][1])).to_have_count(0)
    await picture(page, f"admin-corrected-{language}-phone")


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_C07_an_admin_stops_the_ai_with_one_button_and_sees_how_often_people_differ(
    judging_house: Served, people: People, language: str
) -> None:
    locale = {"en": "en-US", "ko": "ko-KR"}[language]
    page = await people.arrive(judging_house.url, language=locale, phone=language == "ko")
    await sign_in(page, "/admin/system")
    await page.locator('form[action="/admin/system/ai/stop"] button').click()
    start = page.locator('form[action="/admin/system/ai/start"] button')
    await expect(start).to_be_visible()
    await expect(page.locator("#ai-title + .status-bad")).to_be_visible()
    await picture(page, f"admin-system-stopped-{language}")
    stopped = await interviewed(judging_house, language)
    await page.goto(f"/admin/sessions/{stopped}")
    words = {"en": "Calls of the language model were stopped.", "ko": "언어 모델 호출이 중지되어"}
    await expect(page.get_by_text(words[language]).first).to_be_visible()
    await picture(page, f"admin-session-stopped-{language}")
    await page.goto("/admin/system")
    await start.click()
    await expect(page.locator("#ai-title + .status-good")).to_be_visible()
    await picture(page, f"admin-system-{language}")


async def test_a_series_is_started_on_the_page_and_shows_what_came_again(
    judging_house: Served, people: People
) -> None:
    session_id = await interviewed(judging_house, "ko")
    page = await people.arrive(judging_house.url, language="ko-KR")
    await reviewed(page, session_id)
    await expect(page.locator(".agreement").nth(1)).to_contain_text("초안 3개 중 2개")
    await picture(page, "admin-scorecard-ko")
    await page.goto("/admin/calibration")
    await page.locator("#runs").fill("4")
    await page.locator("#drafts").fill("1")
    await page.locator("#against_prompt").select_option("2026-11-22.3")
    await picture(page, "admin-calibration-ko")
    await page.locator(".calibration-form button").click()
    await page.wait_for_url("**/admin/calibration/*-*")

    async def finished() -> bool:
        await page.reload()
        return await page.get_by_text("전체 8회 중 8회 평가").is_visible()

    while not await finished():
        pass
    await expect(page.locator(".repeated")).to_have_count(2)
    await expect(page.locator(".runs .flip").first).to_be_visible()
    await picture(page, "admin-calibration-series-ko")
