"""F26, on the machine's own clock: ten interviews, asyncio in debug mode, and nothing blocks the loop.

    REAL_TIME=1 .venv/bin/pytest -s tests/benchmarks/test_loop.py

No test of the suite times anything, so without the setting it skips.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from tests.benchmarks import clip, process
from tests.benchmarks.callbacks import read_callbacks
from tests.benchmarks.candidate import Candidate
from tests.benchmarks.counted import LOOP_LAG, buckets, percentile_ms
from tests.benchmarks.model import Wanted
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.run import Stage, sign_in, stage

INTERVIEWS = 10
SECONDS = 30.0
LAG_P99_MS = 50.0
CALLBACK_MS = 100.0

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="it counts with Linux's schedstat"),
    pytest.mark.skipif(
        not os.environ.get("REAL_TIME"), reason="REAL_TIME=1 measures on this machine's clock"
    ),
]


async def _lag(opened: Stage) -> list[tuple[float, float]]:
    return buckets((await opened.http.get("/metrics")).text, LOOP_LAG)


async def _hold(opened: Stage) -> tuple[float | None, float, float]:
    """The loop's lag (p99) while all speak, and when the first came and the last had left."""
    media, staff = clip.read(video=True), await sign_in(opened)
    began_s = time.monotonic()
    with Pacer() as pacer:
        candidates = [Candidate(opened.http, staff, media, pacer) for _ in range(INTERVIEWS)]
        try:
            for candidate in candidates:
                await candidate.join()
            before = await _lag(opened)
            await asyncio.sleep(SECONDS)
            after = await _lag(opened)
            await asyncio.to_thread(pacer.stop)
            for candidate in candidates:
                await candidate.finish()
        finally:
            await asyncio.to_thread(pacer.stop)
            for candidate in candidates:
                await candidate.leave()
    return percentile_ms(before, after, 0.99), began_s, time.monotonic()


async def test_F26_ten_interviews_never_block_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    server_cores, other_cores = process.share_cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, other_cores)
    try:
        with tempfile.TemporaryDirectory(prefix="viva-loop-") as folder:
            file = Path(folder) / "callbacks"
            file.touch()
            wanted = Wanted(interviews=INTERVIEWS, callbacks=str(file))
            async with stage(wanted, Path(folder), server_cores) as opened:
                lag_ms, began_s, ended_s = await _hold(opened)
            found = read_callbacks(file, began_s, ended_s)
    finally:
        os.sched_setaffinity(0, everywhere)
    told = ", ".join(f"{each.ms:.1f} ms {each.who}" for each in found[:3])
    sys.stdout.write(f"\nF26: loop lag p99 {lag_ms} ms; longest callbacks: {told}\n")
    assert lag_ms is not None
    assert lag_ms < LAG_P99_MS
    assert [each for each in found if each.ms > CALLBACK_MS] == []
