"""Chromium at a candidate's home, and the whole system on a server's network."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, Playwright
from tests.browser.people import CHROMIUM, People, launch
from tests.network.places import INSIDE, OUTSIDE, Place
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.networks import Host
from tests.support.server import Served, free_port, serving, settings_for
from tests.support.speech import OWNERSHIP_WAV

from viva.media import MediaGate

NAME = "room.localhost"
"""Browsers give microphones to names that end so, and are told here where it lies."""


@asynccontextmanager
async def chromium_at(host: Host, playwright: Playwright, folder: Path) -> AsyncIterator[Browser]:
    """A browser whose network is `host`'s."""
    program = str(CHROMIUM or playwright.chromium.executable_path)
    script = folder / f"chromium-{host.name}"
    script.write_text(f'#!/bin/sh\nexec {" ".join(host.command(program))} "$@"\n')
    script.chmod(0o700)
    mapped = f"--host-resolver-rules=MAP {NAME} {OUTSIDE}"
    browser = await launch(playwright, OWNERSHIP_WAV, program=script, more=[mapped])
    try:
        yield browser
    finally:
        await browser.close()


@asynccontextmanager
async def house_at(place: Place, database_url: str, folder: Path, **settings: Any) -> AsyncIterator[Served]:
    """The whole system; its pages and its media come in on the server's network, behind the router."""
    port = free_port()
    settings = {
        "port": port,
        "public_url": f"http://{NAME}:{port}",
        "allowed_hosts": ("localhost",),
        "media_address": OUTSIDE,
        **settings,
    }
    with place.server.entered():
        pages = socket.create_server((INSIDE, port))
    opened = MediaGate.__aenter__

    async def opened_there(gate: MediaGate) -> MediaGate:
        with place.server.entered():
            return await opened(gate)

    MediaGate.__aenter__ = opened_there  # type: ignore[method-assign]
    try:
        async with serving(settings_for(database_url, folder, **settings), pages) as served:
            yield served
    finally:
        MediaGate.__aenter__ = opened  # type: ignore[method-assign]
        pages.close()


class Heard(msgspec.Struct, frozen=True):
    """What a whole system needs beside a place: a database, a vendor who hears, a browser's driver."""

    postgres_url: str
    template: str
    vendor: DeepgramServer
    playwright: Playwright

    @asynccontextmanager
    async def house(self, place: Place, folder: Path, **settings: Any) -> AsyncIterator[Served]:
        """A system with a database of its own, where the vendor recognises."""
        heard = {
            "stt": "deepgram",
            "deepgram_api_key": self.vendor.key,
            "deepgram_url": self.vendor.url,
        }
        name = place.server.name.replace("-", "_")
        async with (
            new_database(self.postgres_url, name, template=self.template) as url,
            house_at(place, url, folder, **heard, **settings) as served,
        ):
            yield served

    @asynccontextmanager
    async def person(self, place: Place, folder: Path) -> AsyncIterator[People]:
        """Whoever sits before the candidate's browser."""
        async with chromium_at(place.candidate, self.playwright, folder) as browser:
            people = People(browser)
            try:
                yield people
            finally:
                await people.leave()
