"""Recording: playable files in step with the interview, whatever the disk or the process does."""

import asyncio
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.support.candidate import eventually
from tests.support.media_packets import picture, sound

from viva.media import Gap, Recorder, Recordings, SenderClock
from viva.media.recording import file as recording_file
from viva.media.recording import recorder as recorder_module
from viva.media.recording.file import RecordingFile
from viva.media.webm import Cluster, Tracks, scan

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")


def probe(path: Path) -> dict[str, object]:
    """What ffprobe says of a file; its warnings are errors here."""
    command = [
        "ffprobe",
        "-v",
        "warning",
        "-of",
        "json",
        "-show_streams",
        "-show_format",
        "-count_packets",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    found: dict[str, object] = msgspec.json.decode(done.stdout)
    return found


def recorder_of(
    recordings: Recordings, session_id: UUID, troubles: list[str] | None = None, **options: object
) -> Recorder:
    return recordings.record(
        session_id,
        str(options.get("connection_id", "one")),
        interview_ms=lambda received_ms: round(received_ms) + 5_000,
        on_trouble=(troubles if troubles is not None else []).append,
    )


@pytest.fixture
def session_id() -> UUID:
    return uuid4()


@needs_ffmpeg
async def test_sound_and_pictures_become_one_finished_playable_file(tmp_path: Path, session_id: UUID) -> None:
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for number in range(150):
            recorder.audio(sound(number))
            if number % 2 == 0:
                recorder.video(picture(number // 2, keyframe=number % 50 == 0))
        part = await recorder.close()
        assert part is not None
        assert (await recordings.parts(session_id)) == (part,)
        path = tmp_path / str(session_id) / part.file
        assert (part.start_ms, part.video, part.finished) == (5_000, "vp8", True)
        assert part.size_bytes == path.stat().st_size
        assert 2_980 <= part.duration_ms <= 3_060
        found = probe(path)
        assert [stream["codec_name"] for stream in found["streams"]] == ["opus", "vp8"]  # type: ignore[index,attr-defined]
        assert [stream["nb_read_packets"] for stream in found["streams"]] == ["150", "75"]  # type: ignore[index,attr-defined]
        assert float(found["format"]["duration"]) == part.duration_ms / 1000  # type: ignore[index]


async def test_S19_recordings_and_their_folder_are_for_the_owner_alone(
    tmp_path: Path, session_id: UUID
) -> None:
    async with Recordings(tmp_path / "recordings") as recordings:
        recorder = recorder_of(recordings, session_id)
        recorder.audio(sound(0))
        await recorder.close()
    for path in (tmp_path / "recordings").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


async def test_a_recorder_that_heard_nothing_leaves_nothing(tmp_path: Path, session_id: UUID) -> None:
    async with Recordings(tmp_path) as recordings:
        assert await recorder_of(recordings, session_id).close() is None
        assert await recordings.parts(session_id) == ()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 (the folder is empty; nothing to wait for)


async def test_a_pause_is_marked_as_a_gap_and_keeps_its_length(tmp_path: Path, session_id: UUID) -> None:
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for number in range(50):
            recorder.audio(sound(number))
        for number in range(50, 60):
            recorder.audio(sound(number, spoken_ms=number * 20 + 4_000.0))
        part = await recorder.close()
    assert part is not None
    assert part.gaps == (Gap(1_000, 5_000),)
    assert part.duration_ms >= 5_180


async def test_F25_where_a_part_lies_is_said_once(tmp_path: Path, session_id: UUID) -> None:
    """Words that were noted by then are looked for in this file by the place that it was given first."""
    said = [None, 5_000]
    async with Recordings(tmp_path) as recordings:
        recorder = recordings.record(
            session_id,
            "one",
            interview_ms=lambda _received_ms: said.pop(0) if said else 3_605_000,
            on_trouble=print,
        )
        for number in range(200):
            recorder.audio(sound(number))
            if recorder._writing is not None:
                await recorder._writing
        part = await recorder.close()
    assert part is not None
    assert part.start_ms == 5_000


async def test_pictures_follow_the_senders_clock_not_their_arrival(tmp_path: Path, session_id: UUID) -> None:
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for number in range(250):
            recorder.audio(sound(number))
            if number % 2 == 0:
                recorder.video(picture(number // 2, received_ms=number * 20 + 150.0))
            if number == 20:
                recorder.clock(SenderClock("audio", sound(20).timestamp, 77_400.0, 400.0))
                recorder.clock(SenderClock("video", picture(10).timestamp, 77_400.0, 550.0))
        part = await recorder.close()
        assert part is not None
        found = scan(tmp_path / str(session_id) / part.file)
        pictures = [start_ms for start_ms, track, _ in found.points if track == 2]
    assert pictures[0] == 150
    assert abs(pictures[-1] - 124 * 40) <= 5


WRITER = """
import asyncio, sys, time, uuid
from pathlib import Path
from viva.media import Recordings
from tests.support.media_packets import sound, picture

async def main():
    async with Recordings(Path(sys.argv[1])) as recordings:
        recorder = recordings.record(uuid.UUID(int=1), "one", interview_ms=round, on_trouble=print)
        began = time.monotonic() * 1000
        for number in range(100_000):
            due = began + number * 20
            await asyncio.sleep(max(0, due - time.monotonic() * 1000) / 1000)
            recorder.audio(sound(number, spoken_ms=due))
            if number % 2 == 0:
                recorder.video(picture(number // 2, keyframe=number % 100 == 0, received_ms=due))
            print(number, flush=True)

asyncio.run(main())
"""


@needs_ffmpeg
async def test_F01_a_killed_recording_has_lost_less_than_a_second_and_is_mended_at_the_next_start(
    tmp_path: Path,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WRITER,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    number = 0
    async with asyncio.timeout(60):
        while number < 217:
            number = int(await process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        await process.wait()
    rest = (await process.stdout.read()).split()
    said_ms = (int(rest[-1]) if rest else number) * 20
    path = tmp_path / str(UUID(int=1)) / "one.webm"
    assert probe(path)["streams"]
    with path.open("ab") as file:  # the last cluster was cut off in the middle
        file.write(b"\x1f\x43\xb6\x75\x48torn")
    async with Recordings(tmp_path) as recordings:
        ((whose, part),) = (await recordings.mend()).parts
        assert whose == UUID(int=1)
        assert (await recordings.mend()).parts == ()
        assert await recordings.parts(UUID(int=1)) == (part,)
    assert part.finished
    assert part.mended
    assert said_ms - part.duration_ms < 1_000
    assert float(probe(path)["format"]["duration"]) == part.duration_ms / 1000  # type: ignore[index]


async def test_F03_the_disk_is_told_to_keep_it_at_least_every_five_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    synced: list[int] = []
    real = os.fdatasync
    now_s = 0.0
    monkeypatch.setattr("viva.media.recording.file.time.monotonic", lambda: now_s)
    monkeypatch.setattr(os, "fdatasync", lambda fd: (synced.append(round(now_s)), real(fd)))
    file = RecordingFile(tmp_path / "one.webm")
    for second in range(30):
        now_s = float(second)
        file.write(Tracks(), [])
    assert max(after - before for before, after in zip([0, *synced], [*synced, 29], strict=True)) <= 5
    await asyncio.to_thread(file.close)


async def test_F03_the_disk_is_told_also_when_no_more_packets_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    synced, loop = asyncio.Event(), asyncio.get_running_loop()
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (real(fd), loop.call_soon_threadsafe(synced.set)))
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    monkeypatch.setattr(recording_file, "SYNC_S", 3_600)
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for number in range(200):
            recorder.audio(sound(number))
        recorder._backlog.put(recorder._clusters.finish(), 0)
        while recorder._backlog or recorder._writing is not None:
            recorder._write()
            await recorder._wait_for_disk()
        assert not synced.is_set()
        monkeypatch.setattr(recording_file, "SYNC_S", 0)
        async with asyncio.timeout(20):
            await synced.wait()
        await recorder.close()


async def test_F23_a_disk_nearly_full_keeps_the_sound_and_says_so(tmp_path: Path, session_id: UUID) -> None:
    troubles: list[str] = []
    async with Recordings(tmp_path, video_floor_bytes=1 << 62) as recordings:
        recorder = recorder_of(recordings, session_id, troubles)
        for number in range(200):
            recorder.audio(sound(number))
            recorder.video(picture(number, received_ms=number * 20.0))
            if recorder._writing is not None:
                await recorder._writing
        part = await recorder.close()
        assert part is not None
        found = scan(tmp_path / str(session_id) / part.file)
    assert troubles == ["video_stopped"]
    assert found.audio_blocks == 200
    assert found.video_blocks < 100


async def test_a_recorder_after_one_that_had_stopped_says_that_the_recording_works_again(
    tmp_path: Path, session_id: UUID
) -> None:
    troubles: list[str] = []
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id, troubles)
        recorder.inherit("stopped")
        for number in range(100):
            recorder.audio(sound(number))
        await recorder.close()
    assert troubles == ["recovered"]


class Disk:
    """One that is full while somebody says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.refusals = 0
        real = os.pwrite

        def pwrite(descriptor: int, data: bytes, position: int) -> int:
            if self.full:
                self.refusals += 1
                raise OSError(errno.ENOSPC, "no space")
            return real(descriptor, data, position)

        monkeypatch.setattr(os, "pwrite", pwrite)


class StalledDisk:
    """One that takes nothing until it is `released`. `writers`: the threads that wait for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.released = threading.Event()
        self.writers = set[threading.Thread]()
        real = RecordingFile.write

        def write(file: RecordingFile, tracks: Tracks | None, clusters: list[Cluster]) -> int:
            self.writers.add(threading.current_thread())
            self.released.wait(60)
            return real(file, tracks, clusters)

        monkeypatch.setattr(RecordingFile, "write", write)


async def test_F23_a_disk_that_is_full_for_a_moment_as_a_connection_ends_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    troubles: list[str] = []
    disk = Disk(monkeypatch)
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.05)
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id, troubles)
        for number in range(200):
            disk.full = number > 50
            recorder.audio(sound(number))
            if recorder._writing is not None:
                await recorder._writing
        assert troubles == ["stopped"]
        before = disk.refusals
        closing = asyncio.create_task(recorder.close())

        async def tried_again() -> bool:
            return closing.done() or disk.refusals >= before + 2

        await eventually(tried_again)
        disk.full = False
        part = await closing
        assert part is not None
        assert (part.finished, part.gaps) == (True, ())
        assert len(await recordings.sound(session_id, 0, 60_000)) == 200


async def test_F23_what_a_full_disk_had_no_room_for_as_a_connection_ended_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    disk = Disk(monkeypatch)
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.05)
    monkeypatch.setattr(recorder_module, "FULL_S", 0.2)
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for number in range(200):
            disk.full = number > 100
            recorder.audio(sound(number))
            if recorder._writing is not None:
                await recorder._writing
        lost = asyncio.get_running_loop().create_future()
        gap = recorder._gap
        monkeypatch.setattr(recorder, "_gap", lambda *at: (gap(*at), lost.set_result(at)))
        closing = asyncio.create_task(recorder.close())
        start_ms, end_ms = await lost
        disk.full = False  # there is room for the index
        part = await closing
    assert part is not None
    assert part.finished
    assert [(each.start_ms, each.end_ms) for each in part.gaps] == [(start_ms, end_ms)]
    assert 0 < start_ms < end_ms == 4_000


async def test_F23_a_full_disk_is_said_and_the_sound_is_written_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    troubles: list[str] = []
    full = True
    real = os.pwrite

    def pwrite(descriptor: int, data: bytes, position: int) -> int:
        if full:
            raise OSError(errno.ENOSPC, "no space")
        return real(descriptor, data, position)

    monkeypatch.setattr(os, "pwrite", pwrite)
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id, troubles)
        for number in range(300):
            full = number < 200
            recorder.audio(sound(number))
            recorder.video(picture(number, received_ms=number * 20.0))
            if recorder._writing is not None:
                await recorder._writing
        part = await recorder.close()
        assert part is not None
        found = scan(tmp_path / str(session_id) / part.file)
    assert troubles[0] == "stopped"
    assert "recovered" in troubles
    assert found.audio_blocks == 300


async def test_F24_a_disk_that_stalls_as_a_connection_ends_is_waited_for_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    disk = StalledDisk(monkeypatch)
    monkeypatch.setattr(recorder_module, "STALLED_S", 0.01)
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for number in range(200):
            recorder.audio(sound(number))
        with capture_logs() as logs:
            closing = asyncio.create_task(recorder.close())

            async def told() -> bool:
                return closing.done() or "recording_waits_for_disk" in [line["event"] for line in logs]

            await eventually(told)
        disk.released.set()
        part = await closing
        assert part is not None
        assert (part.finished, part.gaps) == (True, ())
        assert len(await recordings.sound(session_id, 0, 60_000)) == 200


async def test_F24_a_stalled_disk_costs_pictures_but_no_sound_and_never_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    disk = StalledDisk(monkeypatch)
    now_s = [0.0]
    monkeypatch.setattr("viva.media.recording.recorder.time.monotonic", lambda: now_s[0])
    troubles: list[str] = []
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id, troubles)
        for number in range(600):
            now_s[0] = number * 0.02
            recorder.audio(sound(number))
            recorder.video(picture(number, received_ms=number * 20.0))
            if number == 500:
                disk.released.set()
        part = await recorder.close()
        assert part is not None
        found = scan(tmp_path / str(session_id) / part.file)
    assert troubles[0] == "video_stopped"
    assert found.audio_blocks == 600
    assert 0 < found.video_blocks < 600
    assert threading.main_thread() not in disk.writers
