"""Must show 4: interviews to their scorecards where the network lets no UDP out: TURN, or a WebSocket."""

import re
from pathlib import Path

from playwright.async_api import Page, Route, expect
from tests.browser.people import People, picture
from tests.browser.test_whole_way import expect_time_beyond
from tests.browser.way import ENGLISH, Candidate, drafted, session_of, sign_in
from tests.network.homes import Heard
from tests.network.places import ROOT, TURN, Place, open_ports
from tests.support.server import Served
from tests.support.turn_server import SECRET, coturn_at, need_coturn

SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")
SAYS_SO = "Your network lets no direct connection through"
PORT = 3478
PAGES_MEDIA = ROOT / "static/room/media.js"
KEEP_PEER = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    window.peer = this;
  }
};
"""
HOW_TO_THE_RELAY = """
async () => {
  const stats = await window.peer.getStats();
  const transport = [...stats.values()].find((entry) => entry.type === "transport");
  return stats.get(stats.get(transport.selectedCandidatePairId).localCandidateId).relayProtocol;
}
"""


async def test_S22_an_interview_through_coturn_with_our_credentials_reaches_its_scorecard_without_udp(
    street: Place, heard: Heard, tmp_path: Path
) -> None:
    need_coturn()
    turn = street.turn_host()
    servers = {"ice_servers": (f"turn:{TURN}:{PORT}?transport=tcp",), "turn_secret": SECRET}
    async with coturn_at(turn, TURN, PORT, tmp_path), heard.house(street, tmp_path, **servers) as house:
        open_ports(street.router, udp=house.settings.udp_port, tcp=house.settings.port, turn=PORT)
        async with heard.person(street, tmp_path) as people:
            page = await people.arrive(house.url)
            await page.add_init_script(KEEP_PEER)
            await page.route("**/room/media.js", patient)
            candidate = await in_the_room(page)
            await candidate.speak(SPOKEN)
            assert await page.evaluate(HOW_TO_THE_RELAY) == "tcp"
            await expect(page.locator("[data-self-box] video")).to_be_visible()
            await candidate.finish()
            await candidate.type_the_rest()
            await reviewed(house, people, session_of(page))
        assert street.router.counted("refused") > 0  # the direct way was tried, and shut


async def test_an_interview_without_udp_is_spoken_over_a_socket_to_a_scorecard(
    street: Place, heard: Heard, tmp_path: Path
) -> None:
    async with heard.house(street, tmp_path) as house, heard.person(street, tmp_path) as people:
        open_ports(street.router, tcp=house.settings.port)
        page = await people.arrive(house.url)
        candidate = await in_the_room(page)
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
        assert street.router.counted("refused") > 0
        admin = await reviewed(house, people, session_of(page))
        await admin.locator("[data-player] [data-toggle]").click()
        await expect_time_beyond(admin, 0)


async def in_the_room(page: Page) -> Candidate:
    candidate = Candidate(page, ENGLISH)
    await candidate.start()
    await candidate.agree()
    await candidate.check_devices(camera=True)
    return candidate


async def patient(route: Route) -> None:
    """A busy machine is not a shut network: the page waits as long as the test does before it goes round."""
    text = PAGES_MEDIA.read_text()
    assert "CONNECT_MAX_MS = 8_000" in text
    longer = text.replace("CONNECT_MAX_MS = 8_000", "CONNECT_MAX_MS = 60_000")
    await route.fulfill(body=longer, content_type="text/javascript")


async def reviewed(house: Served, people: People, session_id: str) -> Page:
    """What was said and what supports the draft stand in the scorecard."""
    await drafted(house, session_id)
    admin = await people.arrive(house.url)
    await sign_in(admin, f"/admin/sessions/{session_id}")
    await expect(admin.locator("[data-said]").filter(has_text=SPOKEN).first).to_be_visible()
    await expect(admin.locator("button.quote").first).to_be_visible()
    return admin
