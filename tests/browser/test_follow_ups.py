"""A question that takes up what was just said, by voice, from the answer to the reviewer's page."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.people import People, picture
from tests.browser.test_everywhere import violations
from tests.browser.way import ENGLISH, KOREAN, Candidate, Words, sign_in
from tests.support.anthropic_server import AnthropicServer, Says, data_in, obliging, schema_of
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.server import Served, serving, settings_for

FOLLOW_UPS = {
    "en": "Which of the queries did you measure first, and why that one?",
    "ko": "쿼리 가운데 무엇을 먼저 측정하셨고, 그 이유는 무엇인가요?",
}
PLAN = {
    "en": ("Backend engineer", "Please tell us about a slow system that you made fast."),
    "ko": ("백엔드 개발자", "느려진 시스템을 빠르게 만든 경험을 말씀해 주세요."),
}
TAKES_UP = {"en": "About what you just said", "ko": "방금 하신 답변에 이어서"}
HEARD = re.compile(r"백엔드 개발자|데이터베이스|쿼리")


def interviewer(request: dict[str, object]) -> Says:
    """Asks one thing more, in the question's language; judges as it is asked to."""
    if list(schema_of(request)["properties"]) != ["question"]:
        return obliging(request)
    asked = data_in(request)["question"]
    return Says({"question": FOLLOW_UPS["ko" if re.search("[가-힣]", asked) else "en"]})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def interviewer_s() -> AsyncIterator[AnthropicServer]:
    """The model's vendor."""
    async with AnthropicServer(interviewer) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def following_house(
    postgres_url: str,
    template_database: str,
    vendor: DeepgramServer,
    interviewer_s: AnthropicServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    """A system with both vendors, which waits for a follow-up as long as this machine may need."""
    settings = {
        "media_address": "",
        "stt": "deepgram",
        "deepgram_api_key": vendor.key,
        "deepgram_url": vendor.url,
        "anthropic_api_key": "k",
        "anthropic_base_url": interviewer_s.url,
        "follow_up_wait_s": 10.0,
    }
    async with (
        new_database(postgres_url, "viva_browser_following", template=template_database) as url,
        serving(settings_for(url, tmp_path_factory.mktemp("following"), **settings)) as served,
    ):
        yield served


async def position(house: Served, language: str) -> str:
    title, question = PLAN[language]
    draft = {
        "title": title,
        "language": language,
        "questions": [{"text": question, "competency": "experience"}],
        "follow_up_depth": 1,
    }
    made = await house.http.post("/api/positions", json=draft, headers=await house.admin_bearer())
    return str(made.raise_for_status().json()["id"])


@pytest.mark.parametrize(("words", "phone"), [(ENGLISH, False), (KOREAN, True)], ids=["en", "ko-phone"])
async def test_a_follow_up_is_asked_answered_by_voice_and_read_under_its_question(
    words: Words,
    phone: bool,
    following_house: Served,
    interviewer_s: AnthropicServer,
    people: People,
) -> None:
    language = "ko" if words is KOREAN else "en"
    title, asked = PLAN[language]
    made = await following_house.new_session(
        position=title, language=language, position_id=await position(following_house, language)
    )
    page = await people.arrive(following_house.url, language=language, phone=phone, bypass_csp=True)
    candidate = Candidate(page, words, touch=phone)
    await candidate.come_by(made["join_url"])
    await candidate.agree()
    await candidate.check_devices(camera=False)
    await candidate.speak(HEARD)
    await candidate.finish()
    await expect(candidate.question()).to_have_text(FOLLOW_UPS[language])
    await expect(candidate.question()).to_be_focused()
    await expect(page.get_by_text(TAKES_UP[language])).to_be_visible()
    assert await candidate.place() == (2, 2)
    await picture(page, f"room-follow-up-{language}")
    assert await violations(page) == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.reload()
    await expect(page.get_by_text(TAKES_UP[language])).to_be_visible()
    await candidate.speak(HEARD)
    await candidate.press(candidate.button(words.done), at={"x": 12, "y": 12})
    await page.wait_for_url("**/done")
    said = data_in(next(r for r in interviewer_s.requests if "meant_to_show" in str(r["messages"])))["said"]
    assert HEARD.search(said)
    await reviewed(following_house, people, made["id"], language, asked, phone=phone)


async def reviewed(
    house: Served, people: People, session_id: str, language: str, asked: str, *, phone: bool
) -> None:
    """Both questions, the second as one that follows, each with what was said to it."""
    page = await people.arrive(house.url, language=language, phone=phone)
    await sign_in(page, f"/admin/sessions/{session_id}")
    exchanges = page.locator(".exchange")
    await expect(exchanges).to_have_count(2)
    await expect(exchanges.nth(0)).to_contain_text(asked)
    await expect(exchanges.nth(1)).to_contain_text(FOLLOW_UPS[language])
    await expect(page.locator(".exchange[data-follow-up]")).to_have_count(1)
    for place in range(2):
        await expect(exchanges.nth(place).locator("[data-said]").filter(has_text=HEARD).first).to_be_visible()
    await picture(page, f"admin-follow-up-{language}")
