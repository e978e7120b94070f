"""Must show 4: an interview through a real coturn, with every direct way for the media shut."""

import re
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.people import People
from tests.browser.way import ENGLISH, Candidate, drafted, session_of, sign_in
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.server import Served, free_port, serving, settings_for
from tests.support.turn_server import SECRET, coturn, need_coturn

SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")
RELAY_ONLY = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super({ ...configuration, iceTransportPolicy: "relay" });
    window.peer = this;
  }
};
"""
WAY_OF_THE_MEDIA = """
async () => {
  const stats = await window.peer.getStats();
  const transport = [...stats.values()].find((entry) => entry.type === "transport");
  return stats.get(stats.get(transport.selectedCandidatePairId).localCandidateId).candidateType;
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def turn_house(
    postgres_url: str,
    template_database: str,
    vendor: DeepgramServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    """A system that tells browsers of a TURN server, and that server."""
    need_coturn()
    folder = tmp_path_factory.mktemp("turn")
    port = free_port(socket.SOCK_DGRAM)
    settings = {
        "stt": "deepgram",
        "deepgram_api_key": vendor.key,
        "deepgram_url": vendor.url,
        "ice_servers": (f"turn:127.0.0.1:{port}",),
        "turn_secret": SECRET,
    }
    async with (
        coturn(port, folder),
        new_database(postgres_url, "viva_browser_turn", template=template_database) as url,
        serving(settings_for(url, folder, **settings)) as served,
    ):
        yield served


async def test_S22_an_interview_through_coturn_with_our_credentials_reaches_its_scorecard(
    turn_house: Served, people: People
) -> None:
    page = await people.arrive(turn_house.url)
    await page.add_init_script(RELAY_ONLY)
    candidate = Candidate(page, ENGLISH)
    await candidate.start()
    await candidate.agree()
    await candidate.check_devices(camera=True)
    await candidate.speak(SPOKEN)
    assert await page.evaluate(WAY_OF_THE_MEDIA) == "relay"
    await expect(page.locator("[data-self-box] video")).to_be_visible()
    await candidate.finish()
    await candidate.type_the_rest()
    await drafted(turn_house, session_of(page))
    admin = await people.arrive(turn_house.url)
    await sign_in(admin, f"/admin/sessions/{session_of(page)}")
    await expect(admin.locator("[data-said]").filter(has_text=SPOKEN).first).to_be_visible()
    await expect(admin.locator("button.quote").first).to_be_visible()
