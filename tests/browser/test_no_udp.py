"""Must show 4: where no UDP passes, the page sends the sound over a WebSocket by itself, and says so."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.people import People, picture
from tests.browser.test_whole_way import expect_time_beyond
from tests.browser.way import ENGLISH, Candidate, drafted, session_of, sign_in
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.server import Served, serving, settings_for

SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")
NOBODY = "198.51.100.7"
"""An address for documentation (RFC 5737): what is sent there is lost."""
SAYS_SO = "Your network lets no direct connection through"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shut_house(
    postgres_url: str,
    template_database: str,
    vendor: DeepgramServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    """A system whose UDP port cannot be reached."""
    settings = {
        "stt": "deepgram",
        "deepgram_api_key": vendor.key,
        "deepgram_url": vendor.url,
        "media_address": NOBODY,
    }
    folder = tmp_path_factory.mktemp("shut")
    async with (
        new_database(postgres_url, "viva_browser_shut", template=template_database) as url,
        serving(settings_for(url, folder, **settings)) as served,
    ):
        yield served


async def test_an_interview_without_udp_is_spoken_over_a_socket_to_a_scorecard(
    shut_house: Served, people: People
) -> None:
    page = await people.arrive(shut_house.url)
    candidate = Candidate(page, ENGLISH)
    await candidate.start()
    await candidate.agree()
    await candidate.check_devices(camera=True)
    await candidate.speak(SPOKEN)
    await expect(page.get_by_text(SAYS_SO)).to_be_visible()
    await expect(page.locator("[data-audio-only]")).to_be_visible()
    await expect(page.locator("[data-camera]")).to_be_hidden()
    await picture(page, "room-over-socket")
    await candidate.finish()
    await page.reload()  # known by now: no second wait for a peer connection
    await candidate.press(candidate.button(ENGLISH.answer))
    await expect(candidate.new_captions().first).to_be_visible()
    await candidate.finish()
    await candidate.type_the_rest()
    await drafted(shut_house, session_of(page))
    admin = await people.arrive(shut_house.url)
    await sign_in(admin, f"/admin/sessions/{session_of(page)}")
    await expect(admin.locator("[data-said]").filter(has_text=SPOKEN).first).to_be_visible()
    await expect(admin.locator("button.quote").first).to_be_visible()
    await admin.locator("[data-player] [data-toggle]").click()
    await expect_time_beyond(admin, 0)
