"""F10, F14: a page whose server is away asks again for its sound as long as it takes, and says how it is."""

from typing import Any

import pytest_asyncio
from playwright.async_api import Page, Route, expect
from tests.browser.devices import HeldOffer
from tests.browser.people import ASKING_FOR_DEVICES, People
from tests.browser.way import Candidate
from tests.support.candidate import eventually
from tests.support.server import Served

TRIES = 14
"""Six more than the page once had the patience for."""
LINK = """
async () => {
  const { MediaLink } = await import("/static/room/media.js");
  const told = { states: [], faults: [] };
  const nothing = () => {};
  window.told = told;
  window.link = new MediaLink("0", [], {
    onState: (state, words) => told.states.push(words ? `${state}: ${words}` : state),
    onFault: (fault) => told.faults.push(fault),
    onStream: nothing, onEvent: nothing, onSilenced: nothing, onWay: nothing, onTry: nothing,
  }, false);
  void window.link.open();
}
"""

SIGNAL = """
() => {
  const real = window.fetch;
  window.fetch = (address, options) => {
    window.signal = options.signal;
    return real(address, options);
  };
}
"""


class Desk:
    """Takes a page's offers, and answers each in the way that is set."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 503
        self.body: dict[str, Any] | None = {"code": "unavailable", "message": "Not now.", "detail": {}}

    async def answer(self, route: Route) -> None:
        self.asked += 1
        if self.body is None:
            await route.fulfill(status=self.status, body="<p>a proxy's page</p>")
        else:
            await route.fulfill(status=self.status, json=self.body)

    async def again(self, page: Page) -> None:
        """Let the page's clock run until it has asked once more."""
        before = self.asked

        async def asked() -> bool:
            await page.clock.run_for(1_000)
            return self.asked > before

        await eventually(asked)


@pytest_asyncio.fixture(loop_scope="session")
async def page(typing_house: Served, people: People) -> Page:
    """A page whose clock only moves when it is told to."""
    people.expect("Failed to load resource")
    page = await people.arrive(typing_house.url)
    await page.context.grant_permissions(["microphone"])
    await page.clock.install()
    await page.goto("/")
    await page.clock.pause_at(await page.evaluate("Date.now()") + 1_000)
    return page


async def state(page: Page) -> str:
    return str(await page.evaluate("window.told.states.at(-1)"))


async def asking(page: Page) -> Desk:
    """The page waits for its devices, until it is told `allow()`."""
    desk = Desk()
    await page.route("**/offer?*", desk.answer)
    await page.evaluate(ASKING_FOR_DEVICES)
    await page.evaluate(LINK)
    return desk


async def test_F10_a_page_never_stops_asking_for_its_sound_while_the_server_is_away(page: Page) -> None:
    desk = Desk()
    await page.route("**/offer?*", desk.answer)
    await page.evaluate(LINK)
    for number in range(TRIES):
        desk.body = None if number % 3 == 2 else {"code": "unavailable", "message": "", "detail": {}}
        desk.status = 404 if desk.body is None else 503
        await desk.again(page)
    assert await state(page) in {"lost", "connecting"}
    assert "failed" not in await page.evaluate("window.told.states")
    assert await page.evaluate("window.told.faults") == []


async def test_F10_what_the_server_refused_for_good_is_asked_again_when_it_has_been_away(page: Page) -> None:
    desk = Desk()
    desk.status, desk.body = 409, {"code": "session_closed", "message": "It is over.", "detail": {}}
    await page.route("**/offer?*", desk.answer)
    await page.evaluate(LINK)
    await desk.again(page)

    async def refused() -> bool:
        return await state(page) == "failed: It is over."

    await eventually(refused)
    await page.evaluate("window.link.serverIsBack()")
    await desk.again(page)
    await eventually(refused)
    await page.evaluate("window.link.unplugged()")
    await page.evaluate("window.link.serverIsBack()")
    assert await page.evaluate("window.told.faults") == ["unplugged"]
    assert await state(page) == "failed: It is over."


async def test_F15_an_offer_refused_to_a_page_that_was_replaced_is_neither_told_nor_made_again(
    page: Page,
) -> None:
    desk = Desk()
    desk.status, desk.body = 409, {"code": "replaced", "message": "Not here.", "detail": {}}
    await page.route("**/offer?*", desk.answer)
    await page.evaluate(LINK)

    async def closed() -> bool:
        return await state(page) == "closed"

    await eventually(closed)
    await page.clock.run_for(60_000)
    assert await page.evaluate("window.told.states") == ["asking", "connecting", "closed"]


async def test_F15_a_microphone_that_is_allowed_too_late_is_given_back(page: Page) -> None:
    desk = await asking(page)
    await page.evaluate("window.link.close()")
    await page.evaluate("window.allow()")
    await page.evaluate("window.link.opening")
    assert await page.evaluate("window.stream.getTracks().every((track) => track.readyState === 'ended')")
    assert await page.evaluate("window.told.states") == ["asking", "closed"]
    assert desk.asked == 0


async def test_F15_a_microphone_that_is_wanted_again_while_it_is_asked_for_is_asked_for_once(
    page: Page,
) -> None:
    desk = await asking(page)
    await page.evaluate("window.link.close()")
    await page.evaluate("void window.link.open()")
    await page.evaluate("window.allow()")
    await desk.again(page)
    assert await page.evaluate("window.link.hasLiveSound()")
    assert await page.evaluate("window.asked") == 1


async def test_F18_a_camera_that_is_turned_off_while_the_devices_are_asked_for_stays_off(page: Page) -> None:
    await asking(page)
    await page.evaluate("void (window.turned = window.link.camera(false))")
    await page.evaluate("window.allow()")
    await eventually(lambda: page.evaluate("window.asked === 2"))
    await page.evaluate("window.allow()")
    await page.evaluate("window.turned")
    assert not await page.evaluate("window.link.hasPicture()")
    assert await page.evaluate("window.told.states.slice(-3)") == ["idle", "asking", "connecting"]


async def test_F15_a_page_that_is_closed_takes_its_offer_back(page: Page) -> None:
    offer = await HeldOffer.of(page)
    await page.evaluate(SIGNAL)
    await page.evaluate(LINK)
    await offer.asked.wait()
    assert not await page.evaluate("window.signal.aborted")
    await page.evaluate("window.link.close()")
    assert await page.evaluate("window.signal.aborted")
    offer.go_on.set()


async def test_F10_the_room_does_not_say_that_it_listens_while_nothing_reaches_the_server(
    typing_house: Served, people: People
) -> None:
    people.expect("status of 503")
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.start()
    await candidate.agree()
    await candidate.check_devices(camera=False)
    await candidate.press(candidate.button(candidate.words.answer))
    turn = page.locator("[data-turn-word]")
    await expect(turn).to_have_text("Listening.")
    desk = Desk()
    await page.route("**/offer?*", desk.answer)
    await page.evaluate("window.dispatchEvent(new Event('online'))")  # as after another network
    await expect(turn).to_have_text("Your microphone is not connected.")
    await expect(candidate.button(candidate.words.done)).to_be_visible()
    await expect(candidate.button(candidate.words.instead)).to_be_visible()

    async def asked() -> bool:
        return desk.asked > 2

    await eventually(asked)
    await page.unroute("**/offer?*")
    await expect(turn).to_have_text("Listening.")
    await expect(page.get_by_text("The sound connection is back.")).to_be_visible()
    await candidate.finish()
