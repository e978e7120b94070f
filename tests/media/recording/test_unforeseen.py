"""One recorder's trouble, foreseen or not, is its own: the others write on, and somebody is told."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.media.recording.test_recorder import recorder_of
from tests.media.rtp.test_codecs import IDR, PPS, SPS
from tests.support.media_packets import sound

from viva.audio import VideoFrame
from viva.media import Recorder, Recordings
from viva.media.recording import file as recording_file
from viva.media.recording import recorder as recorder_module
from viva.media.recording.manifest import NAME
from viva.media.rtp import h264
from viva.media.webm import (
    HEADER_BYTES,
    Cluster,
    Tracks,
    VideoSettings,
    doc_type,
    header,
    scan,
    track_entries,
)


@pytest.fixture
def session_id() -> UUID:
    return uuid4()


async def hear(recorders: list[Recorder], first: int, count: int) -> None:
    """All of them the same, and their writes are under way at the same time."""
    for number in range(first, first + count):
        for recorder in recorders:
            recorder.audio(sound(number))
        writing = [recorder._writing for recorder in recorders if recorder._writing is not None]
        if writing:
            async with asyncio.timeout(20):
                await asyncio.wait(writing)


async def test_a_write_that_fails_as_nobody_foresaw_is_said_and_no_other_recorder_knows_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    troubles: list[str] = []
    fails = True

    def write(tracks: Tracks | None, clusters: list[Cluster]) -> int:
        if fails:
            raise OverflowError("as nobody foresaw")
        return real(tracks, clusters)

    async with Recordings(tmp_path) as recordings:
        bad = recorder_of(recordings, session_id, troubles, connection_id="bad")
        good = recorder_of(recordings, session_id, connection_id="good")
        real = bad._file.write
        monkeypatch.setattr(bad._file, "write", write)
        await hear([bad, good], 0, 200)
        assert troubles == ["stopped"]
        fails = False
        await hear([bad, good], 200, 100)
        parts = [await bad.close(), await good.close()]
    assert troubles == ["stopped", "recovered"]
    for part in parts:
        assert part is not None
        assert part.finished
        assert scan(tmp_path / str(session_id) / part.file).audio_blocks == 300


async def test_a_recorder_that_fails_until_its_end_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    def finish() -> None:
        raise OverflowError("as nobody foresaw")

    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        monkeypatch.setattr(recorder._file, "finish", finish)
        await hear([recorder], 0, 100)
        async with asyncio.timeout(10):
            part = await recorder.close()
    assert part is not None
    assert not part.finished


async def test_F23_a_recorder_that_never_found_room_leaves_nothing_and_ends_when_its_time_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session_id: UUID
) -> None:
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.05)
    monkeypatch.setattr(recorder_module, "FULL_S", 0.2)
    monkeypatch.setattr(recording_file, "FLOOR_BYTES", 1 << 62)
    troubles: list[str] = []
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id, troubles)
        await hear([recorder], 0, 100)
        async with asyncio.timeout(10):
            assert await recorder.close() is None
        assert await recordings.parts(session_id) == ()
        assert troubles == ["stopped"]
        assert not list((tmp_path / str(session_id)).iterdir())


async def test_pictures_whose_description_is_longer_than_the_header_cost_no_sound(
    tmp_path: Path, session_id: UUID
) -> None:
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        for pps in (PPS + bytes(1_000), PPS + bytes(70_000)):
            units = (SPS, pps, IDR)
            data = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
            recorder.video(VideoFrame("h264", 0, data, True, 0.0))
        await hear([recorder], 0, 100)
        part = await recorder.close()
    assert part is not None
    assert (part.video, part.finished) == (None, True)
    assert scan(tmp_path / str(session_id) / part.file).audio_blocks == 100


def test_the_longest_parameter_sets_that_are_taken_fit_the_header() -> None:
    sps, pps = SPS.ljust(h264.SET_MAX_BYTES, b"s"), PPS.ljust(h264.SET_MAX_BYTES, b"p")
    units = (sps, pps, IDR)
    keyframe = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    assert h264.parameter_sets(keyframe) == (sps, pps)
    tracks = Tracks(VideoSettings("h264", 16_384, 16_384, h264.configuration(sps, pps)))
    described, kind = track_entries(tracks), doc_type(tracks)
    for stated in ({}, {"duration_ms": 1 << 40, "size": 1 << 40, "cues": 1 << 40}):
        assert len(header(described, kind, **stated)) == HEADER_BYTES


async def test_what_the_manifest_cannot_take_is_written_once_and_the_manifest_is_left_as_it_is(
    tmp_path: Path, session_id: UUID
) -> None:
    manifest = tmp_path / str(session_id) / NAME
    manifest.parent.mkdir()
    manifest.write_bytes(b"{")
    async with Recordings(tmp_path) as recordings:
        recorder = recorder_of(recordings, session_id)
        await hear([recorder], 0, 300)
        part = await recorder.close()
    assert part is not None
    assert scan(manifest.parent / part.file).audio_blocks == 300
    assert manifest.read_bytes() == b"{"
