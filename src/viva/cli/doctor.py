"""`viva doctor`: what is configured, reachable and missing, one line each. It changes nothing."""

import asyncio
import sys
from collections.abc import AsyncIterator
from importlib.metadata import version

import click

from viva.cli.checks.database import check_database
from viva.cli.checks.finding import Finding
from viva.cli.checks.machine import (
    check_disk,
    check_files,
    check_media_port,
    check_python,
    check_receive_buffer,
    check_secret,
)
from viva.cli.checks.outside import check_antivirus, check_language_model, check_speech, find_server
from viva.cli.saying import plainly, say
from viva.media import receive_buffer
from viva.platform.settings import Settings, SettingsError, load

_MARKS = {"ok": ("✓", "green"), "note": ("!", "yellow"), "fail": ("✗", "red")}


@click.command()
@plainly
def doctor() -> None:
    """Report what is configured, reachable and missing; exit 1 if the main job cannot run."""
    failed = asyncio.run(_examine())
    if failed:
        say(f"\nThe main job cannot run: {failed} of these must be put right.")
        sys.exit(1)
    say("\nThe main job can run.")


async def _examine() -> int:
    failed = 0
    async for finding in findings():
        mark, colour = _MARKS[finding.level]
        say(f"{click.style(mark, fg=colour)} {finding.subject:<16} {finding.words}")
        failed += finding.level == "fail"
    return failed


async def findings() -> AsyncIterator[Finding]:
    """Every check in order; those that need settings are left out where these cannot be read."""
    yield Finding("ok", "viva", version("viva"))
    yield check_python()
    yield check_files()
    try:
        settings = load()
    except SettingsError as error:
        yield Finding("fail", "settings", str(error))
        return
    yield Finding("ok", "settings", f"{settings.env}, data in {settings.data_dir}")
    async for finding in _with(settings):
        yield finding


async def _with(settings: Settings) -> AsyncIterator[Finding]:
    yield check_secret(settings)
    for finding in await check_database(settings):
        yield finding
    yield check_disk(settings)
    server = await asyncio.to_thread(find_server, settings)
    yield server.finding
    yield check_media_port(settings, server_is_ours=server.is_ours)
    yield check_receive_buffer(receive_buffer())
    yield check_speech(settings)
    yield await asyncio.to_thread(check_language_model, settings)
    yield await check_antivirus(settings)
