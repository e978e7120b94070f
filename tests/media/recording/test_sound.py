"""Sound read back out of recordings, as it was sent."""

from pathlib import Path
from uuid import uuid4

from tests.support.media_packets import SILENCE, picture, sound

from viva.media import Recordings


async def record(recordings: Recordings, session_id, name: str, numbers, *, offset_ms: int = 0) -> None:
    recorder = recordings.record(
        session_id, name, interview_ms=lambda at: round(at) + offset_ms, on_trouble=lambda _trouble: None
    )
    for number in numbers:
        recorder.audio(sound(number))
        if number % 50 == 0:
            recorder.video(picture(number // 2))
    await recorder.close()


async def test_the_packets_of_a_span_come_back_with_their_place_in_the_interview(tmp_path: Path) -> None:
    session_id = uuid4()
    async with Recordings(tmp_path) as recordings:
        await record(recordings, session_id, "one", range(200), offset_ms=5_000)
        found = await recordings.sound(session_id, 6_000, 7_000)
    assert [packet.timestamp // 48 for packet in found] == list(range(6_000, 7_000, 20))
    assert {packet.data for packet in found} == {SILENCE}
    assert {packet.duration for packet in found} == {960}


async def test_a_span_over_two_connections_is_one_sound_with_the_gap_in_its_times(tmp_path: Path) -> None:
    session_id = uuid4()
    async with Recordings(tmp_path) as recordings:
        await record(recordings, session_id, "one", range(100))
        await record(recordings, session_id, "two", range(150, 200))
        found = await recordings.sound(session_id, 1_900, 3_100)
    times = [packet.timestamp // 48 for packet in found]
    assert times == [*range(1_900, 2_000, 20), *range(3_000, 3_100, 20)]


async def test_nothing_recorded_gives_no_sound(tmp_path: Path) -> None:
    async with Recordings(tmp_path) as recordings:
        assert await recordings.sound(uuid4(), 0, 10_000) == ()
