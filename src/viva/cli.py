"""The console script: one clear sentence when something cannot be done, never a traceback for a person."""

import asyncio
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

import click
import uvicorn

from viva.asgi import Doorway
from viva.bootstrap import create_user, migrate_only
from viva.platform.errors import VivaError
from viva.platform.logging import configure
from viva.platform.migrations import MigrationError
from viva.platform.postgres import PostgresError
from viva.platform.settings import Settings, SettingsError, load

P = ParamSpec("P")
R = TypeVar("R")

FRAME_MAX = 256 * 1024
"""Bytes of one WebSocket message that the server takes in at all (S17)."""
_EXPECTED = (SettingsError, PostgresError, MigrationError, VivaError, OSError)


def say(line: str) -> None:
    """A line for the person at the terminal."""
    click.echo(line)


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what may be expected to go wrong into one sentence on stderr and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except _EXPECTED as error:
            click.echo(f"viva: {_sentence(error)}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(130)

    return run


def _sentence(error: BaseException) -> str:
    if isinstance(error, VivaError):
        return error.message.format(**error.params)
    return str(error)


@click.group()
def main() -> None:
    """An AI interview system in one process."""


@main.command()
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


@main.command()
@plainly
def migrate() -> None:
    """Bring the database up to date."""
    asyncio.run(migrate_only(load(), say))
    say("The database is up to date.")


@main.group()
def admin() -> None:
    """People who administer."""


@admin.command("create")
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--role", type=click.Choice(["admin", "reviewer"]), default="admin", show_default=True)
@plainly
def create(email: str, password: str, role: Literal["admin", "reviewer"]) -> None:
    """Add a user."""
    asyncio.run(create_user(load(), email, password, role, say))
    say("Done.")
