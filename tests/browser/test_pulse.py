"""When a page takes its media connection for dead: on silence, but not on being busy itself."""

import pytest_asyncio
from playwright.async_api import Page
from tests.browser.people import People
from tests.support.server import Served

WATCH = """
async () => {
  const { watchPulse } = await import("/static/room/peer.js");
  const told = { bytes: 0, silent: 0 };
  const stats = async () => new Map([["T", { type: "transport", bytesReceived: told.bytes }]]);
  const peer = { connectionState: "connected", getStats: stats };
  watchPulse(peer, () => { told.silent += 1; peer.connectionState = "closed"; });
  window.told = told;
}
"""
ASLEEP_MS = 120_000


@pytest_asyncio.fixture(loop_scope="session")
async def page(typing_house: Served, people: People) -> Page:
    """A page that watches a connection, whose clock only moves when it is told to."""
    page = await people.arrive(typing_house.url)
    await page.clock.install()
    await page.goto("/")
    await page.clock.pause_at(await page.evaluate("Date.now()") + 1_000)
    await page.evaluate(WATCH)
    return page


async def silent_after(page: Page, ms: int) -> bool:
    """Let the page live for so long, looking all the time; whether it took the connection for dead."""
    for _ in range(ms // 100):
        await page.clock.run_for(100)
    return bool(await page.evaluate("window.told.silent"))


async def test_F16_three_seconds_without_a_byte_from_the_server_are_silence(page: Page) -> None:
    assert not await silent_after(page, 3_400)
    assert await silent_after(page, 200)


async def test_F16_a_page_that_hears_the_server_once_a_second_keeps_its_connection(page: Page) -> None:
    for _ in range(8):
        await page.evaluate("window.told.bytes += 120")
        assert not await silent_after(page, 1_000)


async def test_F16_a_page_that_was_too_busy_to_look_does_not_blame_the_server(page: Page) -> None:
    assert not await silent_after(page, 2_000)
    await page.clock.fast_forward(4_000)
    assert not await silent_after(page, 100)
    await page.evaluate("window.told.bytes += 120")
    assert not await silent_after(page, 3_000)


async def test_F16_a_page_that_slept_for_longer_than_the_server_waits_connects_anew(page: Page) -> None:
    await page.evaluate("window.told.bytes += 120")
    assert not await silent_after(page, 1_000)
    await page.clock.fast_forward(ASLEEP_MS)
    assert await silent_after(page, 600)
