"""How late the event loop is: the one number that tells of a blocked process."""

import asyncio
import time

from viva.platform.metrics import Metrics

EVERY_S = 0.1
_BUCKETS_S = (
    *(0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05),
    *(0.075, 0.1, 0.2, 0.5, 1.0, 5.0),
)


async def watch_loop(metrics: Metrics) -> None:
    """Until cancelled: wake up ten times a second and count by how much that was late.

    Measured by the machine's clock; uvloop's own stands still while a callback blocks.
    """
    lag = metrics.histogram(
        "loop_lag_seconds", "How late the event loop ran what was due.", buckets=_BUCKETS_S
    )
    tasks = metrics.gauge("tasks", "Tasks on the event loop.")
    tasks.set_function(lambda: len(asyncio.all_tasks()))
    while True:
        due_s = time.monotonic() + EVERY_S
        await asyncio.sleep(EVERY_S)
        lag.observe(max(0.0, time.monotonic() - due_s))
