"""F15: of several pages of one interview only the one that was taken last is heard."""

import asyncio
import re
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from playwright.async_api import Page, WebSocketRoute, expect
from tests.browser.devices import at_the_devices
from tests.browser.people import ASKING_FOR_DEVICES, People
from tests.browser.test_muting import OVER_SOCKET
from tests.browser.test_resuming import one_peer
from tests.browser.way import Candidate, session_of
from tests.support.candidate import eventually
from tests.support.server import Served

from viva.room.live import CLOSE_RESTART

GIVEN_BACK = "window.stream?.getTracks().every((track) => track.readyState === 'ended')"

WISH_MS = 31_000
NO_PERMISSION_TOLD = "navigator.permissions.query = async () => ({ state: 'prompt' });"
ASKED_WHEN_PERMISSION_IS_KNOWN = (
    "navigator.permissions.query({ name: 'microphone' }).then(() => window.asked)"
)


async def in_the_room(house: Served, people: People, script: str) -> tuple[Page, Candidate]:
    """A candidate before the first answer, whose browser was tampered with by `script`."""
    page, candidate = await at_the_devices(house, people, script)
    await candidate.press(page.locator("[data-anyway]"))
    await page.wait_for_url("**/room")
    await expect(page.locator("[data-connection].status-good")).to_be_visible()
    return page, candidate


async def test_F15_a_page_whose_microphone_is_allowed_after_the_interview_has_moved_is_not_heard(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_the_room(typing_house, people, ASKING_FOR_DEVICES)
    asked = addresses(page)
    await candidate.press(candidate.button(candidate.words.answer))
    await page.wait_for_function("() => window.asked")
    second = await page.context.new_page()
    await second.goto(page.url)
    await expect(page.locator("dialog[data-replaced]")).to_be_visible()
    await page.evaluate("window.allow()")
    await eventually(lambda: page.evaluate(GIVEN_BACK))
    assert queries(asked, "/offer") == []


async def heard_from(house: Served, page: Page) -> None:
    """Wait until one media connection is all that this interview has, and it is this page's."""
    await expect(page.locator("[data-mute]")).to_be_visible()
    await one_peer(house, page)


@pytest.mark.parametrize("answering", [True, False], ids=["in an answer", "before it"])
async def test_F15_a_page_that_takes_the_interview_back_is_heard_though_its_browser_tells_no_permission(
    typing_house: Served, people: People, answering: bool
) -> None:
    page, candidate = await in_the_room(typing_house, people, NO_PERMISSION_TOLD)
    if answering:
        await candidate.press(candidate.button(candidate.words.answer))
        await expect(candidate.button(candidate.words.done)).to_be_visible()
    second = await page.context.new_page()
    await second.goto(page.url)
    await heard_from(typing_house, second)
    await page.bring_to_front()
    await candidate.press(candidate.button("Continue here"))
    await expect(second.locator("dialog[data-replaced]")).to_be_visible()
    await heard_from(typing_house, page)


async def test_F15_a_page_whose_interview_has_moved_says_so_however_often_its_dialog_is_dismissed(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_the_room(typing_house, people, "")
    second = await page.context.new_page()
    await second.goto(page.url)
    moved = page.locator("dialog[data-replaced]")
    await expect(moved).to_be_visible()
    await page.bring_to_front()
    for _ in range(3):
        await page.keyboard.press("Escape")
        await expect(moved).to_be_visible()
    await candidate.press(candidate.button("Continue here"))
    await expect(moved).to_be_hidden()
    await heard_from(typing_house, page)


async def test_F15_a_page_that_comes_back_from_the_browsers_memory_in_an_answer_is_heard_again(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_the_room(typing_house, people, NO_PERMISSION_TOLD)
    await candidate.press(candidate.button(candidate.words.answer))
    await expect(candidate.button(candidate.words.done)).to_be_visible()
    await heard_from(typing_house, page)
    await page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    await heard_from(typing_house, page)


async def hang_up(house: Served, page: Page) -> None:
    """Close the live channel, as a network or a server does that goes away."""
    (await house.part("hub"))._live[UUID(session_of(page))].stage.close(CLOSE_RESTART)


async def test_F15_a_page_says_which_one_it_is_and_whether_it_comes_back_by_itself(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_the_room(typing_house, people, "")
    await heard_from(typing_house, page)
    asked = addresses(page)
    await page.reload()
    await candidate.press(candidate.button(candidate.words.answer))
    await heard_from(typing_house, page)
    [joined] = queries(asked, "/live")
    assert re.fullmatch("[0-9a-f]{16}", joined["page"])
    assert joined == {"page": joined["page"]}
    returning = joined | {"returning": "1"}
    await hang_up(typing_house, page)
    await eventually(lambda: has(queries(asked, "/live"), [joined, returning]))
    await expect(page.locator("[data-connection].status-good")).to_be_visible()
    second = await page.context.new_page()
    elsewhere = addresses(second)
    await second.goto(page.url)
    await heard_from(typing_house, second)
    await page.bring_to_front()
    await candidate.press(candidate.button("Continue here"))
    await heard_from(typing_house, page)
    assert queries(asked, "/live") == [joined, returning, joined]
    await hang_up(typing_house, page)
    await eventually(lambda: has(queries(asked, "/live"), [joined, returning, joined, returning]))
    assert queries(asked, "/offer") == [joined, joined]
    assert joined not in queries(elsewhere, "/live")


async def test_F15_a_page_says_which_one_it_is_where_its_sound_goes_over_a_socket(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_the_room(typing_house, people, OVER_SOCKET)
    asked = addresses(page)
    await page.reload()
    await candidate.press(candidate.button(candidate.words.answer))
    await expect(candidate.button(candidate.words.done)).to_be_visible()
    assert queries(asked, "/sound")[-1] == queries(asked, "/live")[-1] != {}


async def test_F15_a_page_opens_no_device_before_the_server_has_taken_it_in(
    typing_house: Served, people: People
) -> None:
    page, _candidate = await in_the_room(typing_house, people, ASKING_FOR_DEVICES)
    await page.context.grant_permissions(["microphone"])
    taken_in = asyncio.Event()

    async def hold(route: WebSocketRoute) -> None:
        await taken_in.wait()
        route.connect_to_server()

    await page.route_web_socket("**/live?*", hold)
    await page.reload()
    assert await page.evaluate(ASKED_WHEN_PERMISSION_IS_KNOWN) == 0
    taken_in.set()
    await page.wait_for_function("() => window.asked")


async def test_F15_a_wish_to_go_on_here_that_no_network_carried_is_forgotten(
    typing_house: Served, people: People
) -> None:
    """Whoever had it may have gone on elsewhere."""
    page, _candidate = await in_the_room(typing_house, people, "")
    asked: list[str] = []

    async def refuse(route: WebSocketRoute) -> None:
        asked.append(route.url)
        await route.close()

    async def twice() -> bool:
        return len(asked) > 1

    async def returns() -> bool:
        return bool(asked) and "returning" in asked[-1]

    await page.clock.install()
    await page.route_web_socket("**/live?*", refuse)
    await page.reload()
    await eventually(twice)
    assert not await returns()
    await page.clock.fast_forward(WISH_MS)
    await eventually(returns)


def addresses(page: Page) -> list[str]:
    """Everything that the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    return asked


def queries(asked: list[str], end: str) -> list[dict[str, str]]:
    """What was said in the addresses that end so."""
    parts = [urlsplit(address) for address in asked]
    return [dict(parse_qsl(part.query)) for part in parts if part.path.endswith(end)]


async def has(found: list[dict[str, str]], expected: list[dict[str, str]]) -> bool:
    return found == expected
