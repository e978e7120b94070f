"""What the page says of captions and recording is what is the case: neither more, nor longer, nor twice."""

import json
from uuid import UUID

from playwright.async_api import Page, WebSocketRoute, expect
from tests.browser.people import People
from tests.browser.test_taking_over import hang_up
from tests.browser.way import Candidate, session_of
from tests.support.server import Served

from viva.room.voice import CAPTIONS, RECORDING

STOPPED = {"code": "recording_stopped", "message": RECORDING["stopped"]}
UNAVAILABLE = {"code": "captions_unavailable", "message": CAPTIONS["unavailable"]}
MARK = "notice => { notice.dataset.seen = 'yes'; }"


class Standing:
    """Adds to every state what impairs captions and recording."""

    def __init__(self) -> None:
        self.troubles: list[dict[str, str]] = []

    def relay(self, route: WebSocketRoute) -> None:
        route.connect_to_server().on_message(lambda frame: route.send(self._amended(frame)))

    def _amended(self, frame: str | bytes) -> str:
        message = json.loads(frame)
        return json.dumps(message | ({"troubles": self.troubles} if message["type"] == "state" else {}))


async def in_the_room(page: Page, house: Served) -> None:
    """A candidate who answers in writing."""
    candidate = Candidate(page)
    await candidate.come_by((await house.new_session())["join_url"])
    await candidate.write()
    await expect(page.locator("[data-connection].status-good")).to_be_visible()


async def test_F23_a_recording_that_works_again_no_longer_counts_as_stopped(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    await in_the_room(page, typing_house)
    live = (await typing_house.part("hub"))._live[UUID(session_of(page))]
    for trouble in ("video_stopped", "stopped"):
        live.troubled(f"recording_{trouble}", RECORDING[trouble])
        await expect(page.locator("[data-trouble]")).to_contain_text(RECORDING[trouble])
    await expect(page.get_by_text(RECORDING["video_stopped"])).to_have_count(0)
    live.troubled("recording_recovered", RECORDING["recovered"])
    await expect(page.get_by_text(RECORDING["recovered"])).to_be_visible()
    await expect(page.get_by_text(RECORDING["stopped"])).to_have_count(0)


async def test_F16_what_began_or_ended_while_the_channel_was_away_is_shown_as_it_is_when_it_is_back(
    typing_house: Served, people: People
) -> None:
    page, standing = await people.arrive(typing_house.url), Standing()
    await page.route_web_socket("**/live?*", standing.relay)
    await in_the_room(page, typing_house)
    stopped, unavailable = page.get_by_text(STOPPED["message"]), page.get_by_text(UNAVAILABLE["message"])
    standing.troubles = [STOPPED, UNAVAILABLE]
    await hang_up(typing_house, page)
    await expect(stopped).to_be_visible()
    await expect(unavailable).to_be_visible()
    await page.locator("[data-code=captions]").evaluate(MARK)
    standing.troubles = [UNAVAILABLE]
    await hang_up(typing_house, page)
    await expect(stopped).to_have_count(0)
    await expect(page.locator("[data-code=captions][data-seen]")).to_have_text(UNAVAILABLE["message"])
    standing.troubles = []
    await hang_up(typing_house, page)
    await expect(unavailable).to_have_count(0)
