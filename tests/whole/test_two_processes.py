"""F28, F29: a process that the kernel kills for its memory, and an old and a new one on one database."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.candidate import Candidate, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import encode, tones
from tests.support.server import settings_for
from tests.support.warm import WarmProcess, WarmServers

from viva.media import PublishingClient, Recordings
from viva.platform.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")


class MemoryGroup:
    """A cgroup (version 1 or 2) of one process, whose limit can be drawn in."""

    def __init__(self, folder: Path, limit: str) -> None:
        self._folder = folder
        self._limit = folder / limit

    def take(self, pid: int) -> None:
        (self._folder / "cgroup.procs").write_text(str(pid))

    def draw_in(self) -> None:
        """Less than it has: the kernel reclaims what it can, and kills."""
        swap = self._folder / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")
        for limit in (32 * 1024**2, 4 * 1024**2):
            try:
                self._limit.write_text(str(limit))
            except OSError:  # version 1 refuses what is used already; its next page is one too many
                continue


@pytest.fixture
def memory_group(tmp_path: Path) -> Iterator[MemoryGroup]:
    if os.geteuid() != 0:
        pytest.skip("a memory limit needs root")
    name = f"viva-test-{os.getpid()}"
    second = Path("/sys/fs/cgroup")
    mounted = tmp_path / "cgroup"
    mounted.mkdir()
    command = ["mount", "-t", "cgroup", "-o", "memory", "memory", str(mounted)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        folder, limit = mounted / name, "memory.limit_in_bytes"
    elif "memory" in (second / "cgroup.subtree_control").read_text().split():
        folder, limit = second / name, "memory.max"
    else:
        pytest.skip("no cgroup with a memory limit here")
    folder.mkdir()
    yield MemoryGroup(folder, limit)
    folder.rmdir()
    subprocess.run(["umount", str(mounted)], capture_output=True, check=False)


async def _same(candidate: Candidate, server: WarmProcess) -> Candidate:
    again = Candidate(server.url, server.http, candidate.session_id, "")
    again.headers = candidate.headers
    return again


async def test_F28_a_server_that_is_killed_for_its_memory_comes_back_to_the_same_question(
    database_url: str, tmp_path: Path, memory_group: MemoryGroup
) -> None:
    log = tmp_path / "server.log"
    async with (
        DeepgramServer(ears=ToneEars, words_per_final=2, keep_sound=False) as vendor,
        WarmServers() as warm,
    ):
        settings = settings_for(
            database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        async with warm.process_of(settings, log) as server:
            await server.ready()
            memory_group.take(server.pid)
            candidate = await server.new_candidate()
            first = (await candidate.questions())[0]
            async with candidate.channel() as channel, candidate.microphone() as peer:
                await channel.send("start_answer", question_id=first)
                await channel.state(answering=True)
                await peer.play(packet.data for packet in encode(tones([1, 2, 3, 4])))
                await channel.until(lambda m: m["type"] == "stt_result" and m["is_final"])
                memory_group.draw_in()
                assert await _killed(server, candidate) == -signal.SIGKILL
                acknowledged = {final["seq"]: final["text"] for final in channel.finals}
        async with warm.process_of(settings, log) as server:
            await server.ready()
            again = await _same(candidate, server)
            async with again.channel() as channel:
                assert channel.messages[0]["question_id"] == first
                assert channel.messages[0]["answering"]
            said = {u["seq"]: u["text"] for u in await again.utterances()}
            assert acknowledged.items() <= said.items()
            assert await server.end(signal.SIGTERM) == 0


async def _killed(server: WarmProcess, candidate: Candidate) -> int:
    """Its exit code; requests make it want memory."""

    async def gone() -> bool:
        if await server.has_ended():
            return True
        await asyncio.gather(*(_asked(server) for _ in range(20)))
        return False

    await eventually(gone, timeout_s=60)
    return await server.ended()


async def _asked(server: WarmProcess) -> None:
    with contextlib.suppress(OSError, httpx.HTTPError):
        await server.http.get("/", timeout=5)


async def test_F29_an_old_and_a_new_server_on_one_database_interview_together_while_it_is_migrated(
    database_url: str, tmp_path: Path
) -> None:
    """A deploy: the new one starts and its migration adds a column while the old one still interviews."""
    log = tmp_path / "server.log"
    folders = [tmp_path / "old", tmp_path / "new"]
    for folder in folders:
        folder.mkdir()
    secret = secrets.token_hex(32)
    old, new = (_settings(database_url, folder, secret, tmp_path) for folder in folders)
    async with WarmServers() as warm, warm.process_of(old, log) as first:
        await first.ready()
        candidate = await first.new_candidate()
        questions = await candidate.questions()
        async with candidate.channel() as channel:
            (await candidate.type_answer(questions[0], "On the old one.")).raise_for_status()
            async with warm.process_of(new, log) as second:
                await asyncio.gather(second.ready(), _add_a_column(database_url))
                other = await second.new_candidate()
                for question_id in await other.questions():
                    (await other.type_answer(question_id, "On the new one.")).raise_for_status()
                for question_id in questions[1:]:
                    (await candidate.type_answer(question_id, "On the old one.")).raise_for_status()
                await channel.state(status="completed")
                moved = await _same(candidate, second)
                assert len(await moved.utterances()) == len(questions), "the new one sees it all"
                assert await first.end(signal.SIGTERM) == 0
                assert (await other.get()).json()["status"] == "completed"
                assert await second.end(signal.SIGTERM) == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert "[error" not in said


def _settings(database_url: str, folder: Path, secret: str, shared: Path, **engine: Any) -> Settings:
    """Two processes of one deploy differ in their ports alone; the embedded database is not used here."""
    recordings = str(shared / "recordings")
    return settings_for(database_url, folder, secret_key=secret, storage=recordings, **engine)


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_F29_what_the_old_server_still_records_is_its_own_until_it_is_gone(
    database_url: str, tmp_path: Path, killed: bool
) -> None:
    """No word is final when the new one starts; each is in the transcript once in the end."""
    log, words = tmp_path / "server.log", list(range(1, 9))
    async with (
        DeepgramServer(ears=ToneEars, words_per_final=50, keep_sound=False) as vendor,
        WarmServers() as warm,
    ):
        engine = {"stt": "deepgram", "deepgram_api_key": vendor.key, "deepgram_url": vendor.url}
        secret = secrets.token_hex(32)
        for name in ("old", "new"):
            (tmp_path / name).mkdir()
        old, new = (
            _settings(database_url, tmp_path / name, secret, tmp_path, **engine) for name in ("old", "new")
        )
        async with warm.process_of(old, log) as first, Recordings(tmp_path / "recordings") as recordings:
            await first.ready()
            candidate = await first.new_candidate()
            question = (await candidate.questions())[0]
            async with candidate.channel() as channel, candidate.microphone() as peer:
                await channel.send("start_answer", question_id=question)
                await channel.state(answering=True)
                await _said_and_written(peer, words[:4], recordings, candidate)
                async with warm.process_of(new, log) as second:
                    await second.ready()
                    (part,) = await recordings.parts(UUID(candidate.session_id))
                    assert not part.finished, "the new one has not touched it"
                    await _said_and_written(peer, words[4:], recordings, candidate)
                    if killed:
                        first.strike()
                        assert await first.ended() == -signal.SIGKILL
                    else:
                        assert await first.end(signal.SIGTERM) == 0
                    moved = await _same(candidate, second)
                    async with moved.channel() as there:
                        assert (there.messages[0]["question_id"], there.messages[0]["answering"]) == (
                            question,
                            True,
                        )
                        await there.send("finish_answer", question_id=question)
                        await there.state(answering=False)

                    async def heard() -> list[str]:
                        said = [word for u in await moved.utterances() for word in u["text"].split()]
                        return [word for word in said if word != "0"]

                    async def enough() -> bool:
                        return len(await heard()) >= len(words)

                    await eventually(enough, timeout_s=60)
                    await eventually(lambda: _nothing_to_do(database_url), timeout_s=60)
                    assert await heard() == [str(word) for word in words]
                    (part,) = await recordings.parts(UUID(candidate.session_id))
                    assert (part.finished, part.mended) == (True, killed)
                    assert await second.end(signal.SIGTERM) == 0


async def _said_and_written(
    peer: PublishingClient, words: list[int], recordings: Recordings, candidate: Candidate
) -> None:
    """Say them, and go on saying nothing (0) until they are on the disk."""
    session_id = UUID(candidate.session_id)
    before = len(await recordings.sound(session_id, 0, 1 << 31))
    packets = [packet.data for packet in encode(tones(words))]
    await peer.play(packets)

    async def written() -> bool:
        await peer.play(packet.data for packet in encode(tones([0])))
        return len(await recordings.sound(session_id, 0, 1 << 31)) >= before + len(packets)

    await eventually(written, timeout_s=60)


async def _nothing_to_do(url: str) -> bool:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        jobs = await connection.scalar(text("select count(*) from jobs where name = 'transcribe_missed'"))
    await engine.dispose()
    return jobs == 0


async def _add_a_column(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("set local lock_timeout = '5s'"))
        await connection.execute(text("alter table utterances add column added_by_the_next_version text"))
        await connection.execute(text("alter table sessions add column added_by_the_next_version text"))
    await engine.dispose()
