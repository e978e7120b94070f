"""What the starts of interviews do to the others: the longest callback of the server's loop meanwhile."""

import os
import tempfile
import time
from pathlib import Path

import msgspec
from tests.benchmarks import clip, process
from tests.benchmarks.callbacks import Callback, read_callbacks
from tests.benchmarks.candidate import Candidate
from tests.benchmarks.model import Wanted
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.run import sign_in, stage

TOLD = 5


class Starts(msgspec.Struct, frozen=True, kw_only=True):
    """`first_ms` is the longest callback of a server's very first start, `longest_ms` of all others together.

    The time is the core's. `first` and `longest` are the worst of each.
    """

    starts: int
    first_ms: float
    longest_ms: float
    first: list[Callback]
    longest: list[Callback]


async def watch_starts(wanted: Wanted) -> Starts:
    """Start that many interviews one after another; all go on till the end. Raises as `run.measure` does."""
    server_cores, other_cores = process.share_cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, other_cores)
    try:
        with tempfile.TemporaryDirectory(prefix="viva-starts-") as folder:
            file = Path(folder) / "callbacks"
            file.touch()
            timed = msgspec.structs.replace(wanted, callbacks=str(file))
            return await _start_all(timed, Path(folder), server_cores, file)
    finally:
        os.sched_setaffinity(0, everywhere)


async def _start_all(wanted: Wanted, folder: Path, cores: set[int], file: Path) -> Starts:
    async with stage(wanted, folder, cores) as opened:
        media, staff = clip.read(video=wanted.video), await sign_in(opened)
        with Pacer() as pacer:
            candidates = [Candidate(opened.http, staff, media, pacer) for _ in range(wanted.interviews)]
            moments = [time.monotonic()]
            try:
                for candidate in candidates:
                    await candidate.join()
                    moments.append(time.monotonic())
            finally:
                for candidate in candidates:
                    await candidate.leave()
    first = read_callbacks(file, moments[0], moments[1])
    later = read_callbacks(file, moments[1], moments[-1])
    return Starts(
        starts=wanted.interviews,
        first_ms=first[0].ms if first else 0.0,
        longest_ms=later[0].ms if later else 0.0,
        first=first[:TOLD],
        longest=later[:TOLD],
    )
