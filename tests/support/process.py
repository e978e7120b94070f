"""The server as a process of its own, for tests that kill it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from tests.support.candidate import Candidate, eventually
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD

from viva.platform.settings import Settings, variable_of


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment that gives a process these settings."""
    default = Settings()
    given = {
        variable_of(name): str(getattr(settings, name))
        for name in Settings.__struct_fields__
        if getattr(settings, name) != getattr(default, name)
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_")}
    return inherited | given


class Process:
    """A running `viva serve` and a client for it."""

    def __init__(self, process: asyncio.subprocess.Process, http: httpx.AsyncClient, url: str) -> None:
        self.http = http
        self.url = url
        self._process = process

    async def is_ready(self) -> bool:
        return await self.answers("/readyz") == 200

    async def answers(self, path: str) -> int | None:
        """The status of a page; None while nobody listens."""
        assert self._process.returncode is None, "the server ended by itself"
        try:
            return (await self.http.get(path)).status_code
        except httpx.TransportError:
            return None

    async def ready(self) -> None:
        await eventually(self.is_ready, timeout_s=60)

    async def end(self, by: signal.Signals) -> int:
        """Send the signal; the exit code."""
        self._process.send_signal(by)
        async with asyncio.timeout(60):
            return await self._process.wait()

    async def kill_if_running(self) -> None:
        if self._process.returncode is None:
            await self.end(signal.SIGKILL)

    async def new_candidate(self) -> Candidate:
        form = {"username": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        token = (await self.http.post("/api/token", data=form)).json()["access_token"]
        asked = {"user_name": "Kim Minji", "position": "Backend engineer", "language": "en"}
        made = await self.http.post("/api/sessions", json=asked, headers={"Authorization": f"Bearer {token}"})
        made.raise_for_status()
        candidate = Candidate(self.url, self.http, made.json()["id"], made.json()["candidate_token"])
        await candidate.consent()
        return candidate


@asynccontextmanager
async def process_of(settings: Settings, log: Path) -> AsyncIterator[Process]:
    """Start the server; it need not be ready yet. Whatever is left of it at the end is killed."""
    with log.open("ab") as sink:
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "viva", "serve"),
            env=environment_of(settings),
            cwd=settings.data_dir,
            stdout=sink,
            stderr=sink,
        )
    async with httpx.AsyncClient(base_url=settings.base_url, timeout=60) as http:
        process = Process(started, http, settings.base_url)
        try:
            yield process
        finally:
            await process.kill_if_running()
