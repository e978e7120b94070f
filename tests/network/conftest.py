"""Networks of the tests' own, with a browser or a whole system in them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Playwright, async_playwright, expect
from tests.browser.people import PATIENCE_MS
from tests.network.homes import Heard
from tests.network.places import Place, place
from tests.support.deepgram_server import DeepgramServer
from tests.support.networks import Networks, need_networks, networks

HERE = Path(__file__).parent

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of these: the browser's driver and the database outlive a test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def made() -> Iterator[Networks]:
    """Bare networks."""
    need_networks()
    with networks() as made:
        yield made


@pytest.fixture
def street() -> Iterator[Place]:
    """A candidate, a router and a server."""
    need_networks()
    with place() as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """Starts browsers."""
    async with async_playwright() as driver:
        yield driver


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendor() -> AsyncIterator[DeepgramServer]:
    """Speaks Deepgram's protocol and answers whatever it hears in Korean."""
    async with DeepgramServer() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def heard(
    postgres_url: str, template_database: str, vendor: DeepgramServer, playwright: Playwright
) -> Heard:
    """Makes whole systems whose words are recognised, and people who speak to them."""
    return Heard(postgres_url, template_database, vendor, playwright)
