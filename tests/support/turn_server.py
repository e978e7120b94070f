"""A real coturn on loopback, for one test."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

SECRET = "a shared secret of the tests alone"


def need_coturn() -> None:
    """Skip where coturn is not installed."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed (Debian's `coturn`; by apt, as root)")


@asynccontextmanager
async def turnserver(port: int, folder: Path, more: Sequence[str]) -> AsyncIterator[None]:
    """Listening on this UDP port with `SECRET` and `more` arguments. Raises `TimeoutError`."""
    log = folder / "turn.log"
    settings = {
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
        "listening-port": str(port),
        "static-auth-secret": SECRET,
        "userdb": str(folder / "turn.db"),
        "pidfile": str(folder / "turn.pid"),
        "log-file": str(log),
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    process = await asyncio.create_subprocess_exec(
        "turnserver",
        *more,
        *arguments,
        "--no-tls",
        "--no-dtls",
        "--no-tcp",
        "--simple-log",
        "--verbose",
        **quiet,
    )
    try:
        async with asyncio.timeout(60):
            while not (log.exists() and "listener opened on" in log.read_text()):  # noqa: ASYNC110 (a file)
                await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def coturn(port: int, folder: Path) -> AsyncIterator[None]:
    """One that relays to loopback, which no server in the world should do."""
    flags = ["-n", "--realm=viva.test", "--use-auth-secret", "--allow-loopback-peers", "--no-cli"]
    async with turnserver(port, folder, flags):
        yield
