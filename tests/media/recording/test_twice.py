"""What fails after the sound is in the file must not have it written again."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.media_packets import sound

from viva.media import Recordings
from viva.media.recording import file as recording_file
from viva.media.webm import blocks_of, clusters


def once(real: Callable[..., object], number: int) -> Callable[..., object]:
    """Fails at its call of this number, for want of room."""
    calls = 0

    def call(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == number:
            raise OSError(errno.ENOSPC, "no space")
        return real(*arguments, **named)

    return call


async def record(root: Path, session_id: UUID, packets: int = 300) -> tuple[list[str], list[int]]:
    """What the recorder complained of, and when each packet of the file was spoken."""
    troubles: list[str] = []
    async with Recordings(root) as recordings:
        recorder = recordings.record(session_id, "one", interview_ms=round, on_trouble=troubles.append)
        for number in range(packets):
            recorder.audio(sound(number))
            if recorder._writing is not None:
                await recorder._writing
        part = await recorder.close()
        assert part is not None
        assert (await recordings.parts(session_id)) == (part,)
    path = root / str(session_id) / part.file
    return troubles, [block.time_ms for data in clusters(path) for block in blocks_of(data)]


@pytest.mark.parametrize(
    ("call", "number"), [("fdatasync", 1), ("fdatasync", 3), ("fstatvfs", 2), ("fsync", 1), ("replace", 1)]
)
async def test_F23_a_sync_or_a_note_that_fails_doubles_no_sound_and_ends_no_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """`fsync` and `replace` are the manifest's; `fstatvfs` is asked first, so nothing is written then."""
    monkeypatch.setattr(recording_file, "SYNC_S", 0.0)
    owner: object = Path if call == "replace" else os
    if call == "fsync":
        monkeypatch.setattr(recording_file, "sync_folder", lambda _folder: None)
    monkeypatch.setattr(owner, call, once(getattr(owner, call), number))
    troubles, moments = await record(tmp_path, uuid4())
    assert moments == [number * 20 for number in range(300)]
    assert troubles == (["stopped", "recovered"] if call == "fstatvfs" else [])
