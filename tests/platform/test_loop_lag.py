"""F26: a blocked event loop is seen, by how long it was blocked."""

import asyncio
import time

from viva.platform.loop_lag import watch_loop
from viva.platform.metrics import Metrics

BLOCKED_S = 0.3


async def test_F26_a_callback_that_blocks_the_loop_is_seen_in_the_metric() -> None:
    metrics = Metrics()
    watching = asyncio.create_task(watch_loop(metrics))
    began = asyncio.Event()
    asyncio.get_running_loop().call_later(0.15, began.set)
    await began.wait()
    time.sleep(BLOCKED_S)  # noqa: ASYNC251 (the fault itself)
    async with asyncio.timeout(60):
        while not _late(metrics):  # noqa: ASYNC110 (the watcher has no event)
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def _late(metrics: Metrics) -> int:
    """How many wake-ups were later than a tenth of a second."""
    buckets = {}
    for line in metrics.render().decode().splitlines():
        if "loop_lag_seconds_bucket" in line:
            buckets[line.split('le="')[1].split('"')[0]] = float(line.rsplit(" ", 1)[1])
    return int(buckets.get("+Inf", 0) - buckets.get("0.1", 0))
