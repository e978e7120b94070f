"""Processes of a run: on which core they run, what they have used, and how they end."""

import asyncio
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

STOP_S = 30.0


def share_cores() -> tuple[set[int], set[int]]:
    """For the server, and for everybody else: one core each where there are two, else no choice."""
    cores = sorted(os.sched_getaffinity(0))
    return ({cores[0]}, set(cores[1:])) if len(cores) > 1 else (set(cores), set(cores))


@asynccontextmanager
async def running(
    command: Sequence[str],
    cores: set[int],
    *,
    cwd: Path,
    environment: dict[str, str],
    log: Path | None = None,
) -> AsyncIterator[Process]:
    """A process on these cores, stopped with SIGTERM (and SIGKILL) at the end."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # a child runs where its parent's thread runs
    try:
        errors = log.open("wb") if log is not None else DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=errors, cwd=cwd, env=environment
        )
    finally:
        os.sched_setaffinity(0, own)
        if log is not None:
            errors.close()
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await process.communicate()
        except TimeoutError:
            process.kill()
    await process.wait()


def used_ns(pid: int) -> int:
    """Time on a core so far, of every thread that lives, to the nanosecond."""
    spent = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            spent += int(path.read_text().split()[0])
        except OSError:  # the thread has just ended
            continue
    return spent


def resident_mb(pid: int) -> float:
    """Resident memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
