"""What a connection gives to its sink: no more than can have been said (S25), nothing said before a mute."""

import math
import struct

import pytest
from tests.support.media_sink import KeepingSink

from viva.audio import OPUS_RATE_HZ
from viva.media import Offer
from viva.media.peer.media import Media
from viva.media.peer.remote import write_offer
from viva.media.rtp import rtcp
from viva.media.sdp import read_offer
from viva.room.muting import IN_FLIGHT_MS, Muting

TWICE_SIXTY_MS = b"\x19"
SAMPLES = 5_760
DURATION_MS = 120
OFFER = Offer(write_offer("abcd", "e" * 24, ("sha-256", ":".join(["AA"] * 32)), video=False))


def packet(number: int, ssrc: int = 7) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, number, SAMPLES * number, ssrc) + TWICE_SIXTY_MS


def seconds(sink: KeepingSink) -> float:
    return sum(packet.duration for packet in sink.packets) / OPUS_RATE_HZ


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def media(sink: KeepingSink) -> Media:
    return Media(read_offer(OFFER), sink, "one")


async def test_S25_sound_that_runs_ahead_of_time_is_dropped_and_counted(
    media: Media, sink: KeepingSink
) -> None:
    """As many packets a second as are let in at all: four minutes of sound in each."""
    for number in range(20_000):
        media.packet(packet(number), 1_000 + number / 2)
    assert 19 < seconds(sink) <= 20
    assert media.stats.audio_packets == len(sink.packets)
    assert media.stats.refused == 20_000 - len(sink.packets)


async def test_S25_whoever_was_silent_for_an_hour_has_not_said_an_hours_worth(
    media: Media, sink: KeepingSink
) -> None:
    media.packet(packet(0), 0)
    for number in range(1, 2_000):
        media.packet(packet(number), 3_600_000)
    assert seconds(sink) <= 41


async def test_what_a_stuck_network_held_back_is_all_let_in(media: Media, sink: KeepingSink) -> None:
    """Twenty-five seconds of it at once, and then it goes on as before."""
    for number in range(1_000):
        said_ms = number * DURATION_MS
        media.packet(packet(number), 45_000 if 20_000 < said_ms < 45_000 else said_ms)
    assert len(sink.packets) == 1_000
    assert media.stats.refused == 0


@pytest.mark.parametrize("goes_on_as", [7, 8], ids=["after a farewell", "as another source"])
async def test_what_had_come_is_given_also_if_its_source_ends_before_a_missing_packet_is_given_up(
    media: Media, sink: KeepingSink, goes_on_as: int
) -> None:
    """As when somebody mutes."""
    for number in (0, 1, 3, 4):
        media.packet(packet(number), number * DURATION_MS)
    if goes_on_as == 7:
        media.control(rtcp.goodbye(7), 5 * DURATION_MS)
    media.packet(packet(5, goes_on_as), 5 * DURATION_MS)
    assert [kept.timestamp // SAMPLES for kept in sink.packets] == [0, 1, 3, 4, 5]
    assert media.stats.lost == 1


async def test_nothing_that_a_browser_had_begun_before_a_mute_comes_after_it(
    media: Media, sink: KeepingSink
) -> None:
    """Its encoder completes that packet when the microphone is on again."""
    for number in range(10):
        media.packet(packet(number), number * DURATION_MS)
    media.resume(2_000)
    for number in range(10, 20):
        media.packet(packet(number), 60_000 + number * DURATION_MS)
    assert [kept.timestamp // SAMPLES for kept in sink.packets] == [*range(10), *range(11, 20)]


async def test_who_was_muted_from_the_beginning_loses_nothing_by_it(media: Media, sink: KeepingSink) -> None:
    media.resume(-math.inf)
    media.packet(packet(0), 0)
    assert len(sink.packets) == 1


async def test_nothing_that_was_said_while_muted_comes_after_it_because_a_network_was_stuck(
    media: Media, sink: KeepingSink
) -> None:
    """Of a client that sends on: muted from the fifth second to the eighth, stuck from the seventh on."""
    muting = Muting(on=False)
    for number in range(200):
        said_ms = number * DURATION_MS
        came_ms = 8_500 if 7_000 <= said_ms < 8_500 else said_ms
        if said_ms == 5_000 - 5_000 % DURATION_MS:
            muting.turn(5_000, on=True)
        if said_ms == 7_000 - 7_000 % DURATION_MS:
            muting.turn(8_000, on=False)
            media.resume(5_000 + IN_FLIGHT_MS)
        media.packet(packet(number), came_ms)
    passed = [kept.timestamp / 48 for kept in sink.packets if muting.passes(kept, kept.spoken_ms)]
    assert not [said_ms for said_ms in passed if 5_000 <= said_ms < 8_000]
    assert passed[-1] == 199 * DURATION_MS
