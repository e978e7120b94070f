"""A run: a server, a fake vendor and N candidates, each in a place of its own, and what they cost and got.

The server has one core to itself; the vendor, the database and the candidates share the rest. The server's
time on its core is exact (`schedstat` of each of its threads). Latencies taken from outside, from send to
receipt, hold the system's share and the load generator's as well; `caption_relay_ms` and the loop's lag are
the server's own counts.
"""

import asyncio
import os
import socket
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from tests.benchmarks import clip, process
from tests.benchmarks.candidate import Candidate
from tests.benchmarks.counted import FINALS_RELAYED, LOOP_LAG, buckets, percentile_ms, spread_ms
from tests.benchmarks.model import Figures, Spread, Tail, Wanted, spread
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.vendor import Told
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, free_port

from viva.platform.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
WARM_UP_S = 3.0
LAST_REPORTS_S = 1.5
"""Receiver reports come once a second; the last one must have come before losses are counted."""
JOINING_AT_ONCE = 4
STARTING_S = 60.0


class Stage(msgspec.Struct):
    """What runs while the candidates come and go."""

    server: Process
    vendor: Process
    http: httpx.AsyncClient


class Window(msgspec.Struct):
    """What was measured between its two ends."""

    seconds: float
    used_pct: float
    rss_mb: float
    lag: Tail
    relay_ms: Spread
    told: Told
    captions_ms: list[float]


async def measure(wanted: Wanted) -> Figures:
    """One run. Raises `OSError`, `TimeoutError`, `httpx.HTTPError` when some part does not work."""
    server_cores, other_cores = process.share_cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, other_cores)
    try:
        with tempfile.TemporaryDirectory(prefix="viva-bench-") as folder:
            async with stage(wanted, Path(folder), server_cores) as opened:
                return await _perform(wanted, opened)
    finally:
        os.sched_setaffinity(0, everywhere)


@asynccontextmanager
async def stage(wanted: Wanted, folder: Path, server_cores: set[int]) -> AsyncIterator[Stage]:
    """A database, a vendor and a server that is ready; all end with the block."""
    async with AsyncExitStack() as stack:
        database = wanted.database or await stack.enter_async_context(EmbeddedPostgres(folder / "database"))
        python, own = sys.executable, os.sched_getaffinity(0)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_")}
        paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))  # this checkout, whatever is installed
        environment |= {"PYTHONPATH": paths, "VIVA_ROOT": str(ROOT)}
        environment |= {
            "ANTHROPIC_API_KEY": "benchmark" if wanted.model_url else "",
            "ANTHROPIC_BASE_URL": wanted.model_url,
            "VIVA_FOLLOW_UP_WAIT_S": str(wanted.follow_up_wait_s),
        }
        command = [python, "-m", "tests.benchmarks.vendor", *([] if wanted.captions else ["--silent"])]
        vendor = await stack.enter_async_context(
            process.running(command, own, cwd=folder, environment=environment)
        )
        url = (await _line(vendor)).decode().strip()
        port = free_port()
        environment |= _settings(folder, database, url, port)
        command = [python, "-m", "tests.benchmarks.server"]
        command += [] if wanted.record else ["--no-record"]
        command += ["--profile", wanted.profile] if wanted.profile else []
        command += ["--callbacks", wanted.callbacks] if wanted.callbacks else []
        server = await stack.enter_async_context(
            process.running(
                command, server_cores, cwd=folder, environment=environment, log=folder / "server.log"
            )
        )
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        )
        await _ready(server, folder / "server.log")
        yield Stage(server, vendor, http)


def _settings(folder: Path, database: str, vendor_url: str, port: int) -> dict[str, str]:
    return {
        "VIVA_DATA_DIR": str(folder / "data"),
        "VIVA_DATABASE_URL": database,
        "VIVA_PORT": str(port),
        "VIVA_MEDIA_PORT": str(free_port(socket.SOCK_DGRAM)),
        "VIVA_MEDIA_ADDRESS": "127.0.0.1",
        "VIVA_STT": "deepgram",
        "VIVA_DEEPGRAM_URL": vendor_url,
        "DEEPGRAM_API_KEY": "benchmark",
        "VIVA_ADMIN_EMAIL": ADMIN_EMAIL,
        "VIVA_ADMIN_PASSWORD": ADMIN_PASSWORD,
    }


async def _ready(server: Process, log: Path) -> None:
    """Wait for the line that says so. Raises `OSError` with the server's last words."""
    async with asyncio.timeout(STARTING_S):
        while b"viva is ready" not in (line := await _line(server)):
            if not line:
                words = await asyncio.to_thread(log.read_text, errors="replace")
                raise OSError(f"the server did not start: {words[-500:]}")


async def _line(running: Process) -> bytes:
    assert running.stdout is not None
    return await running.stdout.readline()


async def _ask(vendor: Process, command: str) -> Told:
    assert vendor.stdin is not None
    vendor.stdin.write(f"{command}\n".encode())
    return msgspec.json.decode(await _line(vendor), type=Told)


async def sign_in(stage: Stage) -> dict[str, str]:
    """The headers of somebody who may make interviews, for fifteen minutes."""
    token = await stage.http.post("/api/token", data={"username": ADMIN_EMAIL, "password": ADMIN_PASSWORD})
    return {"Authorization": f"Bearer {token.raise_for_status().json()['access_token']}"}


async def _perform(wanted: Wanted, stage: Stage) -> Figures:
    media = clip.read(video=wanted.video)
    staff = await sign_in(stage)
    rss_before_mb = process.resident_mb(stage.server.pid)
    with Pacer() as pacer:
        candidates = [Candidate(stage.http, staff, media, pacer) for _ in range(wanted.interviews)]
        try:
            began_s = time.monotonic()
            await together([candidate.join for candidate in candidates])
            joining_s = time.monotonic() - began_s
            window = await _window(wanted, stage, candidates)
            await asyncio.to_thread(pacer.stop)
            await asyncio.sleep(LAST_REPORTS_S)
            await together([candidate.finish for candidate in candidates])
            told = await _ask(stage.vendor, "end")
        finally:
            await asyncio.to_thread(pacer.stop)
            await together([candidate.leave for candidate in candidates])
    return Figures(
        interviews=wanted.interviews,
        seconds=round(window.seconds, 2),
        cpu_per_interview_pct=round(window.used_pct / wanted.interviews, 3),
        rss_mb=round(window.rss_mb, 1),
        rss_per_interview_mb=round((window.rss_mb - rss_before_mb) / wanted.interviews, 2),
        caption_relay_ms=window.relay_ms,
        caption_outside_ms=spread(window.captions_ms),
        uplink_ms=window.told.uplink_ms,
        loop_lag_ms=window.lag,
        packets_lost=sum(candidate.publisher.lost for candidate in candidates),
        joining_s=round(joining_s, 2),
        told_to_wait=sum(candidate.told_to_wait for candidate in candidates),
        utterances_expected=told.finals,
        utterances_received=sum(candidate.finals for candidate in candidates),
    )


async def _window(wanted: Wanted, stage: Stage, candidates: list[Candidate]) -> Window:
    """Measure, after a warm-up, for as long as was asked for."""
    loop, pid = asyncio.get_running_loop(), stage.server.pid
    await asyncio.sleep(WARM_UP_S)
    earlier = (await stage.http.get("/metrics")).text
    await _ask(stage.vendor, "begin")
    for candidate in candidates:
        candidate.captions_ms.clear()
    began_s, used_ns = loop.time(), process.used_ns(pid)
    await asyncio.sleep(wanted.seconds)
    seconds, used_ns = loop.time() - began_s, process.used_ns(pid) - used_ns
    told = await _ask(stage.vendor, "end")
    captions_ms = [age for candidate in candidates for age in candidate.captions_ms]
    rss_mb = process.resident_mb(pid)
    later = (await stage.http.get("/metrics")).text
    return Window(
        seconds,
        used_ns / seconds / 1e7,
        rss_mb,
        Tail(percentile_ms(buckets(earlier, LOOP_LAG), buckets(later, LOOP_LAG), 0.99)),
        spread_ms(buckets(earlier, *FINALS_RELAYED), buckets(later, *FINALS_RELAYED)),
        told,
        captions_ms,
    )


async def together(steps: list[Callable[[], Awaitable[None]]]) -> None:
    """All of them, a few at a time; the first failure ends it."""
    turn = asyncio.Semaphore(JOINING_AT_ONCE)

    async def take(step: Callable[[], Awaitable[None]]) -> None:
        async with turn:
            await step()

    async with asyncio.TaskGroup() as group:
        for step in steps:
            group.create_task(take(step))
