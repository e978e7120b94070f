"""The original's design on the same media, the same cores and the same vendor: what an interview costs it."""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

from tests.benchmarks import clip, process
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.publisher import Publisher
from websockets.asyncio.client import ClientConnection, connect

from viva.media import Answer, Offer

ROOT = Path(__file__).parents[2]
WARM_UP_S = 3.0
LAST_REPORTS_S = 2.0


async def measure_original(seconds: float, *, video: bool) -> dict[str, Any]:
    """One interview (three are more than a core can do). Raises `OSError` or `TimeoutError`."""
    server_cores, other_cores = process.share_cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, other_cores)
    try:
        with tempfile.TemporaryDirectory(prefix="viva-bench-") as folder:
            return await _with_processes(Path(folder), server_cores, seconds, video=video)
    finally:
        os.sched_setaffinity(0, everywhere)


async def _with_processes(folder: Path, cores: set[int], seconds: float, *, video: bool) -> dict[str, Any]:
    own, environment = os.sched_getaffinity(0), os.environ | {"PYTHONPATH": str(ROOT)}
    python = [sys.executable, "-m"]
    async with process.running(
        [*python, "tests.benchmarks.vendor"], own, cwd=folder, environment=environment
    ) as vendor:
        command = [*python, "tests.benchmarks.original", await _line(vendor), str(folder)]
        async with process.running(command, cores, cwd=folder, environment=environment) as server:
            address = f"ws://127.0.0.1:{await _line(server)}"
            rss_before_mb = process.resident_mb(server.pid)
            async with connect(address, proxy=None, compression=None) as socket:
                used_pct, lost = await _interview(socket, server, seconds, video=video)
                rss_mb = process.resident_mb(server.pid) - rss_before_mb
    return {
        "interviews": 1,
        "cpu_per_interview_pct": round(used_pct, 2),
        "rss_mb": round(rss_mb, 1),
        "packets_lost": lost,
    }


async def _line(running: Process) -> str:
    assert running.stdout is not None
    async with asyncio.timeout(60):
        line = (await running.stdout.readline()).decode().strip()
    if not line:
        raise OSError("a part of the original's design did not start")
    return line


async def _interview(
    socket: ClientConnection, server: Process, seconds: float, *, video: bool
) -> tuple[float, int]:
    """Percent of a core that the server used while one candidate spoke, and what it lost of that."""

    async def exchange(offer: Offer) -> Answer:
        sdp = offer.sdp.replace("a=setup:actpass", "a=setup:active")  # aiortc would shake hands as we do
        await socket.send(json.dumps({"sdp": sdp, "type": offer.type}))
        told = json.loads(await socket.recv())
        return Answer(told["sdp"], told["type"])

    async with Publisher(clip.read(video=video)) as publisher:
        await publisher.connect(exchange, 30)
        publisher.begin()
        with Pacer() as pacer:
            for stream in publisher.streams():
                pacer.add(stream)
            await asyncio.sleep(WARM_UP_S)
            began_s, used_ns = asyncio.get_running_loop().time(), process.used_ns(server.pid)
            await asyncio.sleep(seconds)
            passed_s = asyncio.get_running_loop().time() - began_s
            used_pct = (process.used_ns(server.pid) - used_ns) / passed_s / 1e7
            await asyncio.to_thread(pacer.stop)
            await asyncio.sleep(LAST_REPORTS_S)
        return used_pct, publisher.lost
