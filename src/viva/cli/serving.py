"""`viva serve` and `viva migrate`."""

import asyncio
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

import click
import uvicorn

from viva.asgi import Doorway
from viva.cli.alone import migrate_only
from viva.cli.saying import plainly, say
from viva.platform.garbage import keep_what_is_loaded
from viva.platform.logging import configure
from viva.platform.settings import Settings, load
from viva.platform.tasks import Tasks

FRAME_MAX = 256 * 1024
"""Bytes of one WebSocket message that the server takes in at all (S17)."""
KEEP_ALIVE_S = 130
"""An idle connection is closed by the other side, never by us: nginx keeps one for 60 s, Caddy for 120. A
request that is sent in the moment in which we close is lost, and a proxy answers 502 for it."""
_PARENT_CHECK_S = 0.5


@click.command()
@click.option("--with-parent", is_flag=True, help="Stop when the process that started this one is gone.")
@plainly
def serve(*, with_parent: bool) -> None:
    """Start the server (and the embedded PostgreSQL, if no other is set)."""
    settings = load()
    configure(settings)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _already_stopping)
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        error = runner.run(_serve(settings, os.getppid() if with_parent else None))
    if error is not None:
        raise error


def _already_stopping(_signal: int, _frame: Any) -> None:
    """Uvicorn sends itself the signal again after it has stopped cleanly; by then there is nothing to do."""


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 (there is none for Windows)

    return uvloop.new_event_loop()


async def _serve(settings: Settings, parent: int | None) -> BaseException | None:
    """Serve until a signal comes, `parent` is gone or the house cannot open; the error in the latter case."""

    def failed() -> None:
        server.should_exit = True

    def opened() -> None:
        keep_what_is_loaded()
        say(f"viva is ready:  {settings.base_url}/        interviews")
        say(f"                {settings.base_url}/login   reviewers")

    door = Doorway(settings, progress=say, opened=opened, failed=failed)
    server = PatientServer(_server_config(door, settings), door)
    async with Tasks("serve") as tasks:
        if parent is not None:
            tasks.start("parent", _stop_without(parent, server))
        await server.serve()
    return door.error


class PatientServer(uvicorn.Server):
    """Uvicorn, but on the first signal the house is drained before a connection is closed (F14).

    By itself uvicorn closes every WebSocket at once, before anybody can say why. A second signal does that.
    """

    def __init__(self, config: uvicorn.Config, door: Doorway) -> None:
        super().__init__(config)
        self._door = door
        self._leaving: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal comes or `should_exit` is set."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)
        if self._leaving is not None:
            await self._leaving

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by uvicorn for SIGINT and SIGTERM, between any two instructions of the main thread."""
        if self._leaving is None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_to_leave)
        else:
            super().handle_exit(sig, frame)

    def _begin_to_leave(self) -> None:
        self._leaving = self._leaving or asyncio.create_task(self._leave(), name="serve.leave")

    async def _leave(self) -> None:
        try:
            await self._door.drain()
        finally:
            self.should_exit = True


async def _stop_without(parent: int, server: uvicorn.Server) -> None:
    """`make` that is killed outright cannot pass that on to us; a new parent tells."""
    while os.getppid() == parent:  # noqa: ASYNC110 (the kernel has no event for it that macOS knows too)
        await asyncio.sleep(_PARENT_CHECK_S)
    server.should_exit = True


def _server_config(door: Doorway, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        door,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=FRAME_MAX,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
    )


@click.command()
@plainly
def migrate() -> None:
    """Bring the database up to date."""
    asyncio.run(migrate_only(load(), say))
    say("The database is up to date.")
