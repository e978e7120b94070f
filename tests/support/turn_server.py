"""A real coturn, for one test."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.support.networks import Host

SECRET = "a shared secret of the tests alone"


def need_coturn() -> None:
    """Skip where coturn is not installed."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed (Debian's `coturn`; by apt, as root)")


@asynccontextmanager
async def turnserver(
    port: int, folder: Path, more: Sequence[str], *, host: Host | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[None]:
    """Listening on this port with `SECRET` and `more` arguments, here or on another host.

    By UDP; elsewhere by TCP as well. Raises `TimeoutError`.
    """
    log = folder / "turn.log"
    settings = {
        "listening-ip": address,
        "relay-ip": address,
        "listening-port": str(port),
        "static-auth-secret": SECRET,
        "userdb": str(folder / "turn.db"),
        "pidfile": str(folder / "turn.pid"),
        "log-file": str(log),
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    silent = ["--no-tls", "--no-dtls", "--simple-log", "--verbose", *([] if host else ["--no-tcp"])]
    command = ["turnserver", *more, *arguments, *silent]
    process = await asyncio.create_subprocess_exec(*(host.command(*command) if host else command), **quiet)
    try:
        async with asyncio.timeout(60):
            while not (log.exists() and "listener opened on" in log.read_text()):  # noqa: ASYNC110 (a file)
                await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


_FLAGS = ["-n", "--realm=viva.test", "--use-auth-secret", "--no-cli"]


@asynccontextmanager
async def coturn(port: int, folder: Path) -> AsyncIterator[None]:
    """One that relays to loopback, which no server in the world should do."""
    async with turnserver(port, folder, [*_FLAGS, "--allow-loopback-peers"]):
        yield


@asynccontextmanager
async def coturn_at(host: Host, address: str, port: int, folder: Path) -> AsyncIterator[None]:
    """One on another host, by UDP and TCP."""
    async with turnserver(port, folder, _FLAGS, host=host, address=address):
        yield
