"""F29: two processes on one folder of recordings, as in a deploy; each mends only what nobody writes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from tests.support.media_packets import sound

from viva.media import Recorder, Recordings
from viva.media.recording.manifest import NAME, Manifests, Part
from viva.media.webm import scan


def recorder_of(recordings: Recordings, session_id: UUID, name: str = "one") -> Recorder:
    return recordings.record(session_id, name, interview_ms=round, on_trouble=print)


async def hear(recorder: Recorder, first: int, count: int) -> None:
    """Until it is on the disk."""
    for number in range(first, first + count):
        recorder.audio(sound(number))
        if recorder._writing is not None:
            await recorder._writing


async def test_F29_a_file_that_another_process_writes_is_left_to_it(tmp_path: Path) -> None:
    session_id = uuid4()
    async with Recordings(tmp_path) as old, Recordings(tmp_path) as new:
        recorder = recorder_of(old, session_id)
        await hear(recorder, 0, 150)
        found = await new.mend()
        assert (found.parts, found.growing) == ((), {session_id})
        (part,) = await new.parts(session_id)
        assert not part.finished
        await hear(recorder, 150, 150)
        part = await recorder.close()
        assert part is not None
        found = await new.mend([session_id])
        assert (found.parts, found.growing) == ((), frozenset())
        assert await new.parts(session_id) == (part,)
        assert not part.mended
        assert scan(tmp_path / str(session_id) / part.file).audio_blocks == 300


async def test_F29_what_a_killed_process_was_at_is_mended_when_it_is_looked_at_again(tmp_path: Path) -> None:
    session_id = uuid4()
    async with Recordings(tmp_path) as old, Recordings(tmp_path) as new:
        recorder = recorder_of(old, session_id)
        await hear(recorder, 0, 150)
        assert (await new.mend()).growing == {session_id}
        await asyncio.to_thread(recorder._file.close)  # what the kernel does for a killed process
        found = await new.mend([session_id])
        assert found.growing == frozenset()
        ((whose, part),) = found.parts
        assert (whose, part.finished, part.mended) == (session_id, True, True)
        recorder._timer.cancel()


async def test_F01_files_that_cannot_be_read_are_left_as_they_are_and_all_others_are_mended(
    tmp_path: Path,
) -> None:
    killed, no_manifest, nobody_knows = uuid4(), uuid4(), uuid4()
    manifest = tmp_path / str(no_manifest) / NAME
    manifest.parent.mkdir()
    manifest.write_bytes(b"")
    async with Recordings(tmp_path) as old, Recordings(tmp_path) as new:
        recorder = recorder_of(old, killed)
        await hear(recorder, 0, 150)
        await asyncio.to_thread(recorder._file.close)
        recorder._timer.cancel()
        attendance = await old.attend(nobody_knows, 0)
        attendance._path.write_bytes(b"rubbish")
        found = await new.mend()
        attendance.end()
    ((whose, part),) = found.parts
    assert (whose, part.mended) == (killed, True)
    assert found.unreadable == {no_manifest, nobody_knows}
    assert found.growing == frozenset()
    assert found.left.keys() == {killed}
    assert manifest.read_bytes() == b""


async def test_F29_two_processes_that_change_one_manifest_lose_nothing(tmp_path: Path) -> None:
    """The old one finishes its part while the new one begins another."""
    folder = tmp_path / str(uuid4())
    folder.mkdir()
    started_at = datetime(2026, 11, 22, tzinfo=UTC)

    def put(manifests: Manifests, name: str) -> None:
        for number in range(25):
            manifests.put(folder, Part(f"{name}-{number}.webm", started_at))

    await asyncio.gather(*(asyncio.to_thread(put, Manifests(), name) for name in ("old", "new")))
    assert len(Manifests().read(folder).parts) == 50
