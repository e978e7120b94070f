"""Where a candidate's devices are asked for, and the offer that a page makes with them."""

import asyncio

from playwright.async_api import Page, Route
from tests.browser.people import People
from tests.browser.way import Candidate
from tests.support.server import Served


async def at_the_devices(house: Served, people: People, script: str) -> tuple[Page, Candidate]:
    """A candidate on the device page, whose browser was tampered with by `script`."""
    page = await people.arrive(house.url)
    await page.add_init_script(script)
    candidate = Candidate(page)
    await candidate.come_by((await house.new_session())["join_url"])
    await candidate.agree()
    return page, candidate


class HeldOffer:
    """A page's offer, `asked` and on its way to the server until `go_on`."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    @classmethod
    async def of(cls, page: Page) -> "HeldOffer":
        """The next one."""
        offer = cls()
        await page.route("**/offer?*", offer.hold)
        return offer

    async def hold(self, route: Route) -> None:
        self.asked.set()
        await self.go_on.wait()
        await route.continue_()
