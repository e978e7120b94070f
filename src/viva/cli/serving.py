"""`viva serve` and `viva migrate`."""

import asyncio
import signal
import sys
from typing import Any

import click
import uvicorn

from viva.asgi import Doorway
from viva.bootstrap import migrate_only
from viva.cli.saying import plainly, say
from viva.platform.logging import configure
from viva.platform.settings import Settings, load

FRAME_MAX = 256 * 1024
"""Bytes of one WebSocket message that the server takes in at all (S17)."""


@click.command()
@plainly
def serve() -> None:
    """Start the server (and the embedded PostgreSQL, if no other is set)."""
    settings = load()
    configure(settings)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _already_stopping)
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        error = runner.run(_serve(settings))
    if error is not None:
        raise error


def _already_stopping(_signal: int, _frame: Any) -> None:
    """Uvicorn sends itself the signal again after it has stopped cleanly; by then there is nothing to do."""


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 (there is none for Windows)

    return uvloop.new_event_loop()


async def _serve(settings: Settings) -> BaseException | None:
    """Serve until a signal comes or the house cannot open; the error in the latter case."""

    def failed() -> None:
        server.should_exit = True

    def opened() -> None:
        say(f"viva is ready:  {settings.base_url}/        interviews")
        say(f"                {settings.base_url}/login   reviewers")

    door = Doorway(settings, progress=say, opened=opened, failed=failed)
    server = uvicorn.Server(_server_config(door, settings))
    await server.serve()
    return door.error


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
        timeout_graceful_shutdown=5,
    )


@click.command()
@plainly
def migrate() -> None:
    """Bring the database up to date."""
    asyncio.run(migrate_only(load(), say))
    say("The database is up to date.")
