"""A long run: some interviews go on all the time, others come and go, and what the server holds is watched.

Whoever comes speaks for `STAY_S` and then leaves as people do, in turn: hands in and closes, vanishes without
a word (a lid that was shut), or vanishes, comes back to the same interview and then hands in.
"""

import asyncio
import itertools
import math
import os
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
from tests.benchmarks import clip, process
from tests.benchmarks.candidate import Candidate
from tests.benchmarks.model import Wanted
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.run import Stage, sign_in, stage
from websockets.exceptions import WebSocketException

from viva.media import ConnectFailed
from viva.platform.tasks import Tasks

TakePart = Callable[[Candidate], Awaitable[None]]
STAY_S = 8.0
SETTLING_SHARE = 1 / 6
"""Of the run: caches and the allocator's pools fill in that time; the slope is taken from what follows."""
EMPTY_WITHIN_S = 90.0
"""Who vanished is given up after 30 s, and what was recorded of him is finished after that."""
SIGN_IN_EVERY_S = 600.0
_LOOK_S = 1.0
_HELD = re.compile(r"^(viva_tasks|process_open_fds|viva_interviews_running) (\S+)$", re.MULTILINE)
_FAILURES = (OSError, TimeoutError, httpx.HTTPError, ConnectFailed, WebSocketException)


class Held(msgspec.Struct, frozen=True):
    """What the server holds at a moment."""

    interviews: int
    tasks: int
    files: int
    rss_mb: float


class Endurance(msgspec.Struct, frozen=True, kw_only=True):
    """What a long run says. `rss_mb_over_time` has sixty values or fewer, evenly spaced."""

    interviews: int
    minutes: float
    joins: int
    joins_failed: int
    first_failure: str
    rss_slope_mb_per_hour: float | None
    rss_mb_over_time: list[float]
    before: Held
    after: Held


def slope_per_hour(samples: list[tuple[float, float]]) -> float | None:
    """The least-squares slope of `(seconds, value)`, per hour; None of fewer than two."""
    if len(samples) < 2:
        return None
    mean_s = sum(at_s for at_s, _ in samples) / len(samples)
    mean = sum(value for _, value in samples) / len(samples)
    spread = sum((at_s - mean_s) ** 2 for at_s, _ in samples)
    together = sum((at_s - mean_s) * (value - mean) for at_s, value in samples)
    return round(3600 * together / spread, 3)


async def endure(wanted: Wanted, minutes: float, joins: int) -> Endurance:
    """One long run. Raises as `run.measure` does."""
    server_cores, other_cores = process.share_cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, other_cores)
    try:
        with tempfile.TemporaryDirectory(prefix="viva-soak-") as folder:
            async with stage(wanted, Path(folder), server_cores) as opened:
                return await _Crowd(opened, wanted, minutes, joins).come_and_go()
    finally:
        os.sched_setaffinity(0, everywhere)


class _Crowd:
    """Everybody of one run, and what went wrong for whom."""

    def __init__(self, opened: Stage, wanted: Wanted, minutes: float, joins: int) -> None:
        self._stage, self._wanted = opened, wanted
        self._minutes, self._joins = minutes, joins
        self._media = clip.read(video=wanted.video)
        self._pacer = Pacer()
        self._staff: dict[str, str] = {}
        self._signed_in_s = -SIGN_IN_EVERY_S
        self._failures: list[str] = []
        self._samples: list[tuple[float, float]] = []

    async def come_and_go(self) -> Endurance:
        """The whole run, between two moments when nobody is in."""
        with self._pacer:
            await self._attend(_handing_in)
            before = await self._empty()
            over = asyncio.Event()
            async with Tasks("soak") as tasks:
                watch = tasks.start("watch", self._watch())
                stays = [tasks.start("stay", self._stay(over)) for _ in range(self._wanted.interviews)]
                await self._visits(tasks)
                watch.cancel()
                over.set()
                await asyncio.gather(*stays)
            return self._told(before, await self._empty())

    def _told(self, before: Held, after: Held) -> Endurance:
        settled_s = self._minutes * 60 * SETTLING_SHARE
        step = max(1, math.ceil(len(self._samples) / 60))
        return Endurance(
            interviews=self._wanted.interviews,
            minutes=self._minutes,
            joins=self._joins,
            joins_failed=len(self._failures),
            first_failure=next(iter(self._failures), ""),
            rss_slope_mb_per_hour=slope_per_hour([each for each in self._samples if each[0] >= settled_s]),
            rss_mb_over_time=[round(rss_mb, 1) for _, rss_mb in self._samples[::step]],
            before=before,
            after=after,
        )

    async def _stay(self, over: asyncio.Event) -> None:
        """One interview after another, so that somebody speaks all the time."""

        async def until_the_end(candidate: Candidate) -> None:
            ended = [asyncio.create_task(event.wait()) for event in (over, candidate.completed)]
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
            for waiting in ended:
                waiting.cancel()

        while not over.is_set():
            await self._attend(until_the_end)

    async def _visits(self, tasks: Tasks) -> None:
        """All joins, evenly over the time."""
        began_s, ways = time.monotonic(), itertools.cycle((_handing_in, _vanishing, _coming_back))
        visits = []
        for number in range(self._joins + 1):
            due_s = began_s + 60 * self._minutes * number / self._joins
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            if number < self._joins:
                visits.append(tasks.start("visit", self._attend(next(ways))))
        await asyncio.gather(*visits)

    async def _attend(self, take_part: TakePart) -> None:
        """Join, take part, leave. What goes wrong is counted and told at the end, and the run goes on."""
        try:
            await self._sign_in()
            candidate = Candidate(self._stage.http, self._staff, self._media, self._pacer)
            try:
                await candidate.join()
                await take_part(candidate)
            finally:
                await candidate.leave()
        except _FAILURES as error:
            self._failures.append(f"{type(error).__name__} {error}".strip())
            await asyncio.sleep(_LOOK_S)

    async def _sign_in(self) -> None:
        if time.monotonic() - self._signed_in_s >= SIGN_IN_EVERY_S:
            self._signed_in_s = time.monotonic()
            self._staff = await sign_in(self._stage)

    async def _watch(self) -> None:
        began_s = time.monotonic()
        while True:
            rss_mb = process.resident_mb(self._stage.server.pid)
            self._samples.append((time.monotonic() - began_s, rss_mb))
            await asyncio.sleep(_LOOK_S)

    async def _empty(self) -> Held:
        """What is held when nobody is in any more, or after `EMPTY_WITHIN_S`."""
        until_s = time.monotonic() + EMPTY_WITHIN_S
        while True:
            held = await self._held()
            if not held.interviews or time.monotonic() > until_s:
                return held
            await asyncio.sleep(_LOOK_S)

    async def _held(self) -> Held:
        answer = await self._stage.http.get("/metrics")
        told = {name: int(float(value)) for name, value in _HELD.findall(answer.raise_for_status().text)}
        return Held(
            interviews=told["viva_interviews_running"],
            tasks=told["viva_tasks"],
            files=told["process_open_fds"],
            rss_mb=round(process.resident_mb(self._stage.server.pid), 1),
        )


async def _handing_in(candidate: Candidate) -> None:
    await asyncio.sleep(STAY_S)
    await candidate.finish()


async def _vanishing(candidate: Candidate) -> None:
    await asyncio.sleep(STAY_S)
    await candidate.vanish()


async def _coming_back(candidate: Candidate) -> None:
    await asyncio.sleep(STAY_S)
    await candidate.vanish()
    await candidate.come_back()
    await _handing_in(candidate)
