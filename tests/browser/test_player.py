"""Where a moment of the interview lies in a recording of several parts."""

from playwright.async_api import Page
from tests.browser.people import People
from tests.support.server import Served

PLACE = "async ({ parts, at }) => (await import('/static/admin/timeline.js')).placeAt(parts, at)"
PARTS = [{"startMs": 200, "durationMs": 4_000}, {"startMs": 6_000, "durationMs": 3_000}]


async def place(page: Page, at: int, parts: list[dict[str, int]] = PARTS) -> tuple[int, int, bool]:
    found = await page.evaluate(PLACE, {"parts": parts, "at": at})
    return found["index"], found["offsetMs"], found["over"]


async def test_a_moment_in_a_gap_is_the_beginning_of_what_follows_and_nothing_follows_the_end(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    await page.goto("/login")
    assert await place(page, 0) == (0, 0, False)
    assert await place(page, 4_100) == (0, 3_900, False)
    assert await place(page, 4_200) == (1, 0, False)  # the first part's end: played from its beginning once
    assert await place(page, 5_000) == (1, 0, False)
    assert await place(page, 8_999) == (1, 2_999, False)
    assert await place(page, 9_000) == (1, 3_000, True)
    still_recorded = [{"startMs": 0, "durationMs": 0}]
    assert await place(page, 60_000, still_recorded) == (0, 60_000, False)
