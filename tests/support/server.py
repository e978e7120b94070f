"""The whole system on a loopback port, in the test's own loop."""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvicorn
from litestar import Litestar
from tests.support.candidate import Candidate

from viva.bootstrap import running
from viva.cli.serving import KEEP_ALIVE_S
from viva.platform.settings import Settings, check

ADMIN_EMAIL = "admin@example.test"
ADMIN_PASSWORD = "correct horse battery staple"
BEARER_S = 300.0
"""How long an access token is used: a third of its life, because systems outlive it on a slow machine."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nobody uses at the moment.

    Below those that the system hands out by itself: browsers and clients take hundreds of these, and
    one of them could take ours before a server has it.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind(("", port))
            return port


class Served(msgspec.Struct):
    """A running system and how to reach it."""

    url: str
    settings: Settings
    app: Litestar
    http: httpx.AsyncClient
    _bearers: dict[str, tuple[float, dict[str, str]]] = {}

    async def part(self, name: str) -> Any:
        """One of the joined parts, by the name under which handlers ask for it."""
        return await self.app.dependencies[name].dependency()

    async def bearer(self, email: str, password: str) -> dict[str, str]:
        """The header of somebody who signs in, and again before an access token ends."""
        since, header = self._bearers.get(email, (float("-inf"), {}))
        if time.monotonic() - since >= BEARER_S:
            since, header = time.monotonic(), await self.new_bearer(email, password)
            self._bearers[email] = since, header
        return header

    async def new_bearer(self, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> dict[str, str]:
        """The header of a login of one's own, for tests that may end it."""
        answer = await self.http.post("/api/token", data={"username": email, "password": password})
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def admin_bearer(self) -> dict[str, str]:
        """The header of a signed-in admin."""
        return await self.bearer(ADMIN_EMAIL, ADMIN_PASSWORD)

    async def program_bearer(self) -> dict[str, str]:
        """The header of an admin's API key: it is nobody who could be led by what they read."""
        if "program" not in self._bearers:
            made = await self.http.post(
                "/api/keys", json={"label": "tests", "role": "admin"}, headers=await self.admin_bearer()
            )
            made.raise_for_status()
            self._bearers["program"] = float("inf"), {"Authorization": f"Bearer {made.json()['key']}"}
        return self._bearers["program"][1]

    async def new_session(self, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        """A session made through the API by the admin, or by whoever `headers` speak for."""
        asked = {"user_name": "Kim Minji", "position": "Backend engineer", "language": "en"} | fields
        answer = await self.http.post(
            "/api/sessions", json=asked, headers=headers or await self.admin_bearer()
        )
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    async def new_candidate(self, *, consent: bool = True, **fields: Any) -> Candidate:
        """A candidate of a new session, who has consented to everything unless told otherwise."""
        made = await self.new_session(**fields)
        candidate = Candidate(self.url, self.http, made["id"], made["candidate_token"])
        if consent:
            await candidate.consent()
        return candidate


def settings_for(database_url: str, folder: Path, **overrides: Any) -> Settings:
    """Settings of a system of its own: its folder, its ports, no engine unless asked for."""
    port = overrides.pop("port", None) or free_port()
    settings = Settings(
        **{
            "port": port,
            "media_port": free_port(socket.SOCK_DGRAM),
            "media_address": "127.0.0.1",
            "data_dir": folder,
            "database_url": database_url,
            "stt": "off",
            "admin_email": ADMIN_EMAIL,
            "admin_password": ADMIN_PASSWORD,
            **overrides,
        }
    )
    check(settings)
    return settings


@asynccontextmanager
async def serving(settings: Settings, *elsewhere: socket.socket) -> AsyncIterator[Served]:
    """Serve until the block ends; everything is open when it begins.

    `elsewhere` are listening sockets of other networks, served too; tests themselves then come by loopback.

    Without the loop's debug mode, in which the parts are tested: it makes a whole system several times
    slower, and what is slow enough looks broken to a browser.
    """
    asyncio.get_running_loop().set_debug(False)
    async with running(settings) as app:
        listener = socket.create_server(("127.0.0.1", settings.port))
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_max_size=256 * 1024,
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        server.capture_signals = _no_signals  # type: ignore[method-assign]  # the test runner keeps its own
        task = asyncio.create_task(server.serve(sockets=[listener, *elsewhere]), name="test.server")
        address = f"http://localhost:{settings.port}" if elsewhere else settings.base_url
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            try:
                yield Served(settings.base_url, settings, app, http, {})
            finally:
                server.should_exit = True
                await task
                listener.close()


class _no_signals:  # noqa: N801 (stands where uvicorn has a method)
    def __enter__(self) -> None: ...

    def __exit__(self, *_exc: object) -> None: ...
