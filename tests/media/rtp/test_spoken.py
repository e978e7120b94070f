"""When sound was spoken: steady where arrival trembles, and one answer for the file and for the captions."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.media_packets import SILENCE

from viva.audio import AudioPacket
from viva.media import Recordings
from viva.media.rtp.packet import RtpPacket
from viva.media.rtp.spoken import SpokenClock
from viva.media.rtp.tracks import AudioTrack
from viva.stt.timeline import SAMPLES_PER_MS, Timeline

STUCK_UNTIL_MS = 5_000.0
LONG_STUCK_UNTIL_MS = 25_000.0


def spoken(arrivals: Iterator[tuple[int, float]]) -> list[float]:
    """The moments of packets, each a number of 20 ms of the sender's count, that came at these times."""
    clock = SpokenClock()
    return [clock.at(number * 960, received_ms) for number, received_ms in arrivals]


def steady(since: int, until: int, later_ms: float = 0.0) -> Iterator[tuple[int, float]]:
    return ((number, number * 20 + later_ms) for number in range(since, until))


def stood_still() -> Iterator[tuple[int, float]]:
    """Three seconds of mute that the sender's count knows nothing of."""
    yield from steady(0, 100)
    yield from steady(100, 300, 3_000)


def stuck(until_ms: float = STUCK_UNTIL_MS) -> Iterator[tuple[int, float]]:
    """Three seconds that the network holds back, and then gives all at once."""
    yield from steady(0, 100)
    yield from ((number, max(until_ms, number * 20.0)) for number in range(100, 1_400))


def trembling() -> Iterator[tuple[int, float]]:
    chance = random.Random(1)  # noqa: S311 (jitter, no secret)
    return ((number, number * 20 + (chance.uniform(0, 300) if number else 0)) for number in range(200))


def test_arrival_that_trembles_does_not_move_what_was_spoken() -> None:
    assert spoken(trembling()) == [number * 20 for number in range(200)]


def test_a_first_packet_that_came_late_does_not_make_the_rest_late() -> None:
    moments = spoken((number, max(500.0, number * 20.0)) for number in range(100))
    assert abs(moments[-1] - 99 * 20) <= 40


@pytest.mark.parametrize("until_ms", [STUCK_UNTIL_MS, LONG_STUCK_UNTIL_MS])
def test_a_network_that_was_stuck_has_not_stopped_the_candidate(until_ms: float) -> None:
    """Else what was said before an answer ended, and comes after that, would be nobody's."""
    assert spoken(stuck(until_ms)) == [number * 20 for number in range(1_400)]


def test_a_count_that_stood_still_is_noticed_within_a_second() -> None:
    moments = spoken(stood_still())
    assert moments[:100] == [number * 20 for number in range(100)]
    assert moments[160:] == [number * 20 + 3_000 for number in range(160, 300)]


def test_a_count_that_stood_still_is_noticed_at_once_when_an_answer_begins() -> None:
    clock = SpokenClock()
    clock.at(0, 0)
    clock.begin()
    assert clock.at(960, 3_000) == 3_000
    assert clock.at(1_920, 3_500) == 3_020


def test_an_answer_that_begins_in_a_tremble_does_not_move_the_clock() -> None:
    clock = SpokenClock()
    clock.at(0, 0)
    clock.begin()
    assert clock.at(960, 700) == 20


def test_what_comes_later_than_a_network_can_hold_it_back_was_spoken_when_it_came() -> None:
    assert spoken(iter([(0, 0.0), (1, 31_000.0), (2, 31_020.0)])) == [0, 31_000, 31_020]


@pytest.mark.parametrize("arrivals", [trembling, stood_still, stuck], ids=lambda each: each.__name__)
async def test_F02_what_is_heard_live_and_what_is_heard_again_lie_at_the_same_moments(
    tmp_path: Path, arrivals: Callable[[], Iterator[tuple[int, float]]]
) -> None:
    """Else the words around a kill are heard twice, or never."""
    track, timeline, live = AudioTrack(), Timeline(), list[int]()
    session_id = UUID(int=1)
    async with Recordings(tmp_path) as recordings:
        recorder = recordings.record(session_id, "one", interview_ms=round, on_trouble=print)
        for number, received_ms in arrivals():
            rtp = RtpPacket(111, number == 0, number, number * 960, 7, SILENCE)
            for packet in track.receive(rtp, received_ms + 1_000):
                assert isinstance(packet, AudioPacket)
                recorder.audio(packet)
                live.append(timeline.clock_ms(timeline.place(packet, round(packet.spoken_ms))))
        await recorder.close()
        recorded = await recordings.sound(session_id, 0, 60_000)
    again = [packet.timestamp // SAMPLES_PER_MS for packet in recorded]
    assert [there - here for here, there in zip(live, again, strict=True) if abs(there - here) > 1] == []


def test_after_a_mute_arrival_tells_however_short_it_was() -> None:
    clock = SpokenClock()
    assert [clock.at(number * 960, number * 20.0) for number in range(50)] == [n * 20 for n in range(50)]
    clock.restart()
    assert [clock.at(number * 960, number * 20.0 + 700) for number in range(50, 90)] == [
        n * 20 + 700 for n in range(50, 90)
    ]
