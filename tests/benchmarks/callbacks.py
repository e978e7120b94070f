"""How long the callbacks of a server's event loop hold it up, counted in the server itself.

uvloop's callbacks cannot be timed from Python, so the server runs on asyncio's own loop for this; the
callbacks are the same. What counts is the time on the core, not the time that passed: a callback that the
system has put aside for another process blocks nobody longer than the system does.
"""

import asyncio
import time
from asyncio import events
from pathlib import Path
from typing import Any

import msgspec

SHORTEST_MS = 1.0
_NS_PER_MS = 1_000_000


class Callback(msgspec.Struct, frozen=True):
    """One that took long: when it ended (the machine's monotonic clock), for how long, and whose it was."""

    ended_s: float
    ms: float
    who: str


def record_callbacks(file: Path) -> None:
    """From now on, write every callback of `SHORTEST_MS` or more to `file`, one JSON object a line."""
    run = events.Handle._run
    out = file.open("ab", buffering=0)

    def timed(handle: Any) -> None:
        began_ns = time.thread_time_ns()
        run(handle)
        ms = (time.thread_time_ns() - began_ns) / _NS_PER_MS
        if ms >= SHORTEST_MS:
            callback = Callback(time.monotonic(), round(ms, 3), _who(handle._callback))
            out.write(msgspec.json.encode(callback) + b"\n")

    events.Handle._run = timed  # type: ignore[method-assign]  # the only place that all callbacks pass


def read_callbacks(file: Path, began_s: float, ended_s: float) -> list[Callback]:
    """Those of a span, the longest first."""
    lines = file.read_bytes().splitlines()
    found = [msgspec.json.decode(line, type=Callback) for line in lines]
    return sorted((each for each in found if began_s <= each.ended_s <= ended_s), key=lambda each: -each.ms)


def _who(callback: Any) -> str:
    """A task by the innermost of our functions that it waits in; anything else by its name."""
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return str(getattr(callback, "__qualname__", callback))
    waiting, who = task.get_coro(), task.get_name()
    while (frame := getattr(waiting, "cr_frame", None)) is not None:
        if "/viva/" in frame.f_code.co_filename:
            who = f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        waiting = getattr(waiting, "cr_await", None)
    return who
