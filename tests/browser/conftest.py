"""A real Chromium whose microphone speaks, the systems it looks at, and a watch over its console."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect
from tests.browser.people import PATIENCE_MS, People, launch
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.server import Served, serving, settings_for
from tests.support.speech import OWNERSHIP_WAV

HERE = Path(__file__).parent
REACHABLE = {"media_address": ""}
"""Every address of this machine: Chromium's sockets do not all reach loopback."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of these: the browser and the servers outlive a test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run; its microphone says `ownership.wav` again and again."""
    async with async_playwright() as playwright:
        browser = await launch(playwright, OWNERSHIP_WAV)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def people(browser: Browser) -> AsyncIterator[People]:
    """Makes people with a browser of their own; what a console says and nobody expected fails the test."""
    people = People(browser)
    try:
        yield people
    finally:
        await people.leave()
    assert people.complaints == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def typing_house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A system without recognition: for everything that needs no ears."""
    folder = tmp_path_factory.mktemp("typing")
    async with (
        new_database(postgres_url, "viva_browser_typing", template=template_database) as url,
        serving(settings_for(url, folder, **REACHABLE)) as served,
    ):
        yield served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def local_house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A system that recognises speech by itself, without any key."""
    folder = tmp_path_factory.mktemp("local")
    async with (
        new_database(postgres_url, "viva_browser_local", template=template_database) as url,
        serving(settings_for(url, folder, stt="local", **REACHABLE)) as served,
    ):
        yield served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendor() -> AsyncIterator[DeepgramServer]:
    """Speaks Deepgram's protocol and answers whatever it hears in Korean."""
    async with DeepgramServer() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendor_house(
    postgres_url: str,
    template_database: str,
    vendor: DeepgramServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    """A system that lets the vendor recognise."""
    folder = tmp_path_factory.mktemp("vendor")
    settings = REACHABLE | {"stt": "deepgram", "deepgram_api_key": vendor.key, "deepgram_url": vendor.url}
    async with (
        new_database(postgres_url, "viva_browser_vendor", template=template_database) as url,
        serving(settings_for(url, folder, **settings)) as served,
    ):
        yield served
