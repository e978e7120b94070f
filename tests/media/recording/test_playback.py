"""Playback: ranges, several parts as one, nothing for strangers to keep."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.media_packets import picture, sound

from viva.media import Playback, Recordings
from viva.media.recording.playback import play
from viva.media.recording.whole import AGAIN_AFTER_S
from viva.media.webm import scan
from viva.platform.errors import NotFound

CONTENT = bytes(range(256)) * 4


async def content(playback: Playback) -> bytes:
    return b"".join([piece async for piece in playback.pieces()])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one.webm"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize(
    ("header", "status", "start", "end"),
    [
        (None, 200, 0, 1024),
        ("bytes=0-", 206, 0, 1024),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=1000-5000", 206, 1000, 1024),
        ("bytes=-24", 206, 1000, 1024),
        ("bytes=-5000", 206, 0, 1024),
        ("bytes=1024-", 416, 0, 0),
        ("bytes=20-10", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=0-1,5-9", 200, 0, 1024),
        ("items=0-1", 200, 0, 1024),
        ("bytes=-", 200, 0, 1024),
    ],
)
async def test_one_byte_range_is_honoured(
    file: Path, header: str | None, status: int, start: int, end: int
) -> None:
    playback = play(file, "video/webm", header)
    assert playback.status == status
    assert await content(playback) == CONTENT[start:end]
    assert playback.headers["Content-Length"] == str(end - start)
    if status == 206:
        assert playback.headers["Content-Range"] == f"bytes {start}-{end - 1}/1024"


async def test_S19_ten_thousand_ranges_are_answered_with_the_whole_and_nothing_is_stored(
    file: Path,
) -> None:
    header = "bytes=" + ",".join(f"{number}-{number + 1}" for number in range(10_000))
    playback = play(file, "video/webm", header)
    assert playback.status == 200
    assert playback.headers["Cache-Control"] == "no-store"


async def record(recordings: Recordings, session_id: UUID, name: str, start_ms: int, *, video: bool) -> None:
    recorder = recordings.record(
        session_id, name, interview_ms=lambda received_ms: round(received_ms) + start_ms, on_trouble=print
    )
    for number in range(100):
        recorder.audio(sound(number))
        if video and number % 2 == 0:
            recorder.video(picture(number // 2, keyframe=number % 20 == 0))
    await recorder.close()


async def test_several_connections_play_as_one_on_the_interviews_clock(tmp_path: Path) -> None:
    session_id = uuid4()
    async with Recordings(tmp_path) as recordings:
        await record(recordings, session_id, "one", 0, video=False)
        await record(recordings, session_id, "two", 1_500, video=True)
        await record(recordings, session_id, "three", 6_000, video=True)
        playback = await recordings.play_whole(session_id, None)
        assert playback.headers["Content-Type"] == "video/webm"
        found = scan(playback.path)
        again = await recordings.play_whole(session_id, "bytes=0-3")
        assert again.path.stat().st_ino == playback.path.stat().st_ino
        assert await content(again) == b"\x1a\x45\xdf\xa3"
    assert 7_980 <= found.duration_ms <= 8_060
    assert found.audio_blocks == 75 + 100 + 100
    if shutil.which("ffmpeg") is not None:
        command = ["ffmpeg", "-v", "warning", "-i", str(playback.path), "-c", "copy", "-f", "null", "-"]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
        assert done.stderr == b""


async def test_who_listens_keeps_no_recorder_from_the_disk(tmp_path: Path) -> None:
    """Four reviewers of an interview whose file is stuck: a pipe that nobody fills, as a disk that stalls."""
    stuck, other, growing = uuid4(), uuid4(), uuid4()
    async with Recordings(tmp_path) as recordings:
        for session_id in (stuck, other):
            for number, name in enumerate(["one", "two"]):
                await record(recordings, session_id, name, number * 2_000, video=False)
        pipe = tmp_path / str(stuck) / "one.webm"
        pipe.unlink()
        os.mkfifo(pipe)
        listening = [asyncio.create_task(recordings.play_whole(stuck, None)) for _ in range(4)]
        try:
            async with asyncio.timeout(60):
                while not list(pipe.parent.glob(".whole-*")):  # noqa: ASYNC110 (a folder has no event)
                    await asyncio.sleep(0.01)
                await recordings.play_whole(other, None)
                await record(recordings, growing, "one", 0, video=False)
        finally:
            writer = os.open(pipe, os.O_RDWR)
            pipe.unlink()
            os.close(writer)
        (part,) = await recordings.parts(growing)
        assert part.finished
        ends = await asyncio.gather(*listening, return_exceptions=True)
        assert {type(end) for end in ends} == {ValueError}, "it does not begin as ours do"


async def test_the_whole_of_an_interview_that_goes_on_is_not_joined_anew_for_every_range(
    tmp_path: Path,
) -> None:
    session_id, folder = uuid4(), tmp_path
    async with Recordings(folder) as recordings:
        await record(recordings, session_id, "one", 0, video=False)
        recorder = recordings.record(session_id, "two", interview_ms=lambda ms: 2_000, on_trouble=print)

        async def written(first: int) -> None:
            for number in range(first, first + 100):
                recorder.audio(sound(number))
                if recorder._writing is not None:
                    await recorder._writing

        async def inode() -> int:
            return (await recordings.play_whole(session_id, "bytes=0-3")).path.stat().st_ino

        await written(0)
        before = await inode()
        await written(100)
        assert await inode() == before
        path = folder / str(session_id) / "two.webm"
        later = path.stat().st_mtime + AGAIN_AFTER_S + 1
        os.utime(path, (later, later))
        assert await inode() != before, "half a minute later"
        before = await inode()
        await recorder.close()
        later += 60
        os.utime(path, (later, later))
        assert await inode() != before, "what is complete is given complete"


async def test_what_is_not_there_is_not_found_and_erased_is_gone(tmp_path: Path) -> None:
    session_id = uuid4()
    async with Recordings(tmp_path) as recordings:
        await record(recordings, session_id, "one", 0, video=False)
        with pytest.raises(NotFound):
            await recordings.play_part(session_id, "../../etc/passwd", None)
        playback = await recordings.play_part(session_id, "one.webm", "bytes=0-0")
        assert (playback.status, playback.headers["Content-Type"]) == (206, "audio/webm")
        await recordings.erase(session_id)
        await recordings.erase(session_id)
        with pytest.raises(NotFound):
            await recordings.play_whole(session_id, None)
        assert recordings.has_room()
