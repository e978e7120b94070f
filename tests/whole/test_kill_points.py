"""F02: a real server is killed at seeded moments of scripted interviews, and the history must hold.

    KILL_POINTS=200 .venv/bin/pytest -s tests/whole/test_kill_points.py

is the long form; it prints its figures. The suite's form kills as often as `KILL_POINTS` says below.
"""

import asyncio
import math
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.candidate import eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.kill_story import CUT_OFF, Story, kill_moments
from tests.support.process import Process
from tests.support.server import settings_for
from tests.support.warm import WarmProcess, WarmServers

from viva.platform.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")

KILL_POINTS = int(os.environ.get("KILL_POINTS", "4"))
SEED = int(os.environ.get("KILL_SEED", "20261122"))
UNSAVED_S = 1.0
"""F01: of the sound before a kill, so much may be lost."""
BUSY_S = 4.0
"""And what a machine that is busy with other tests may take to write it; the figure is below a second."""
NOTICED_S = 3.0
"""After so long a page knows that its server is gone."""
AT_ONCE = 3
"""Interviews at a time: each kill meets them at different moments."""


class Reaper:
    """Counts what happens and kills the server of the moment when its time has come."""

    def __init__(self) -> None:
        self.kills: dict[Process, float] = {}
        """When, on the loop's clock."""
        self.struck = asyncio.Event()
        self._moments = kill_moments(SEED)
        self._left, self._delay_s = 0, 0.0
        self._server: WarmProcess | None = None

    @property
    def is_done(self) -> bool:
        return len(self.kills) >= KILL_POINTS

    def watch(self, server: WarmProcess) -> None:
        """A server's life begins; the last one's is nobody's to end."""
        self.struck.clear()
        if not self.is_done:
            self._server = server
            self._left, self._delay_s = next(self._moments)
            if not self._left:
                self._arm()

    def happens(self) -> None:
        """One event."""
        self._left -= 1
        if self._left == 0:
            self._arm()

    def _arm(self) -> None:
        asyncio.get_running_loop().call_later(self._delay_s, self._strike)

    def _strike(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.strike()
            self.kills[server] = asyncio.get_running_loop().time()
            self.struck.set()


async def _rows(url: str, query: str) -> list[Any]:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(query))
            return list(result.all()) if result.returns_rows else []
    finally:
        await engine.dispose()


async def _live_through(settings: Settings, log: Path) -> tuple[list[Story], Reaper]:
    """Interview after interview, until the last kill has been survived and nothing is left to do."""
    reaper = Reaper()
    stories = [Story(number, reaper.happens) for number in range(AT_ONCE)]
    async with WarmServers() as warm:
        while True:
            async with warm.process_of(settings, log) as server:
                reaper.watch(server)
                if await _until_cut_off(server, stories, reaper):
                    assert await server.ended() == -signal.SIGKILL
                    continue
                await _settled(settings.database_url)
                assert await server.end(signal.SIGTERM) == 0
                return stories, reaper


async def _until_cut_off(server: WarmProcess, stories: list[Story], reaper: Reaper) -> bool:
    """Some interviews at a time, new ones after those that ended. Whether the server was killed."""

    async def ready() -> bool:
        return reaper.struck.is_set() or await server.is_ready()

    async def go_on(story: Story) -> None:
        while not story.told.completed:
            await story.go_on(server)
            if not reaper.is_done:
                story = Story(len(stories), reaper.happens)
                stories.append(story)

    await eventually(ready, timeout_s=60)
    if reaper.struck.is_set():
        return True
    unfinished = [story for story in stories if not story.told.completed]
    if not reaper.is_done:  # one that was completed by the very message that the kill cut off began no other
        more = range(len(stories), len(stories) + AT_ONCE - len(unfinished))
        added = [Story(number, reaper.happens) for number in more]
        stories += added
        unfinished += added
    lives = [asyncio.create_task(go_on(story), name="kill_points.story") for story in unfinished]
    hanging_up = asyncio.create_task(_hang_up(reaper, lives), name="kill_points.hang_up")
    ends = await asyncio.gather(*lives, return_exceptions=True)
    hanging_up.cancel()
    for end in ends:
        cut_off = reaper.struck.is_set() and isinstance(end, (*CUT_OFF, asyncio.CancelledError))
        if isinstance(end, BaseException) and not cut_off:
            raise end
    return reaper.struck.is_set()


async def _hang_up(reaper: Reaper, lives: list[asyncio.Task[None]]) -> None:
    """Whoever was about to connect to the dead by UDP would wait for a minute."""
    await reaper.struck.wait()
    _, waiting = await asyncio.wait(lives, timeout=NOTICED_S)
    for life in waiting:
        life.cancel()


async def _settled(url: str) -> None:
    """What was not heard live is transcribed from the recordings; nobody waits for leases of the dead."""
    await _rows(url, "update jobs set lease_until = now() where lease_until is not null")

    async def nothing_open() -> bool:
        await _rows(url, "update jobs set due_at = now() where due_at > now()")
        return not await _rows(url, "select 1 from missed_spans where settled_at is null limit 1")

    await eventually(nothing_open, timeout_s=120)


@dataclass
class Tally:
    """Of the words whose last packet was sent to a server that still lived."""

    spoken: int = 0
    saved: int = 0
    """Those after which it lived on long enough to have written them."""
    oldest_lost_s: float = 0.0
    """For so long had a server heard a word that is nowhere."""

    def lost(self, story: Story, reaper: Reaper, there: set[int]) -> Iterator[str]:
        """The words that are not there and should be. A word said to a dead server is nobody's to save."""
        for word, at_s, server in story.said:
            lived_s = reaper.kills.get(server, math.inf) - at_s
            if lived_s > 0:
                must_be_there = lived_s > UNSAVED_S + BUSY_S
                self.spoken += 1
                self.saved += must_be_there
                self.oldest_lost_s = self.oldest_lost_s if word in there else max(self.oldest_lost_s, lived_s)
                if must_be_there and word not in there:
                    yield f"lost: word {word}, said {lived_s:.1f} s before the kill"


async def _faults(url: str, story: Story, reaper: Reaper, tally: Tally) -> list[str]:
    """Everything in which the database differs from what was said and told."""
    told = story.told
    if told.session is None:
        return []
    where = f"where session_id = '{told.session['id']}'"
    rows = await _rows(url, f"select seq, text, question_id::text from utterances {where} order by seq")  # noqa: S608 (our own id)
    stored = {seq: said for seq, said, _ in rows}
    typed = {said: question_id for _, said, question_id in rows if "wrote" in said}
    words = [(int(word), at) for _, said, at in rows if "wrote" not in said for word in said.split()]
    often = Counter(word for word, _ in words) + Counter(said for _, said, _ in rows if "wrote" in said)
    found = [f"told: {fault}" for fault in told.contradictions]
    found += [f"lost: {seq} {said!r}" for seq, said in told.finals.items() if stored.get(seq) != said]
    found += [] if sorted(stored) == list(range(1, len(rows) + 1)) else [f"numbers: {sorted(stored)}"]
    found += [f"typed: {said!r}" for said, at in told.typed.items() if typed.get(said) != at]
    found += [f"doubled: {word} x {count}" for word, count in often.items() if count > 1]
    found += tally.lost(story, reaper, {word for word, _ in words})
    found += [f"misplaced: word {word}" for word, at in words if story.questions[word // 10] != at]
    return [f"{told.key}: {fault}" for fault in found]


ORPHANS = {
    "sessions without a candidate": "select id from sessions where id::text not in ({known})",
    "sessions that never ended": "select id from sessions where status <> 'completed'",
    "answers that never ended": "select question_id from answers where status not in ('finished', 'skipped')",
    "spans that nobody will hear": "select m.id from missed_spans m where settled_at is null",
}


async def test_F01_F02_F22_whatever_moment_a_server_is_killed_at_nothing_acknowledged_is_lost_or_doubled(
    database_url: str, tmp_path: Path
) -> None:
    async with DeepgramServer(ears=ToneEars, words_per_final=3, keep_sound=False) as vendor:
        settings = settings_for(
            database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        stories, reaper = await _live_through(settings, tmp_path / "server.log")
    tally = Tally()
    faults = [fault for story in stories for fault in await _faults(database_url, story, reaper, tally)]
    known = ", ".join(f"'{story.told.session['id']}'" for story in stories if story.told.session)
    for name, query in ORPHANS.items():
        found = await _rows(database_url, query.format(known=known))
        faults += [f"orphan {name}: {found}"] if found else []
    finals = sum(len(story.told.finals) for story in stories)
    result = f"{len(reaper.kills)} kills, {len(stories)} interviews, {finals} finals acknowledged"
    heard = f"{tally.saved} of {tally.spoken} words had five seconds and more to be written"
    oldest = f"the oldest word that is missing had been said {tally.oldest_lost_s:.2f} s before a kill"
    sys.stdout.write("\n".join(["", *faults, f"{result}, {len(faults)} faults", f"{heard}; {oldest}", ""]))
    assert faults == []
    assert len(reaper.kills) == KILL_POINTS
    assert "Traceback" not in (tmp_path / "server.log").read_text()
