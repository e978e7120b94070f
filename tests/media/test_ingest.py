"""A socket's sound is to its listeners what a peer connection's is."""

import math

import msgspec
import pytest
from tests.support.media_sink import KeepingSink
from tests.support.opus import packets_of, sample
from tests.support.recorded import stream_of

from viva.media import NotOurWebM, SoundConnection, ingest
from viva.media.webm import cluster_of
from viva.media.webm.layout import AUDIO_TRACK
from viva.media.webm.writer import Block

PACKETS = packets_of(sample("ownership"))[:100]
HEADER, *PIECES = stream_of(PACKETS)
TWICE_SIXTY_MS = b"\x19"
"""The shortest packet that claims to last as long as one may."""


class Time:
    """A monotonic clock in milliseconds that is moved by hand."""

    def __init__(self) -> None:
        self.now_ms = 10_000.0

    def __call__(self) -> float:
        return self.now_ms


async def test_packets_come_in_order_with_the_moments_at_which_they_were_said():
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time)
    connection.feed(HEADER)
    assert sink.states == ["connected"]
    for index, piece in enumerate(PIECES):
        time.now_ms = 10_100.0 + 100 * index
        if index not in {5, 6, 7}:
            connection.feed(piece)
        if index == 7:  # the network held three back
            connection.feed(b"".join(PIECES[5:8]))
    await connection.close()
    assert [packet.data for packet in sink.packets] == [packet.data for packet in PACKETS]
    assert [packet.timestamp for packet in sink.packets] == [960 * n for n in range(100)]
    assert [packet.spoken_ms for packet in sink.packets] == [10_020 + 20 * n for n in range(100)]
    assert sink.states == ["connected", "closed"]
    assert await connection.wait_closed() == "closed"


async def test_first_pieces_that_were_held_up_lie_where_they_were_said():
    """What comes after them tells so."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time)
    connection.feed(HEADER)
    for index, piece in enumerate(PIECES[:10]):
        time.now_ms = max(10_370.0, 10_100.0 + 100 * index)
        connection.feed(piece)
    await connection.close()
    assert [packet.spoken_ms for packet in sink.packets] == [10_020 + 20 * n for n in range(50)]


async def test_what_is_kept_at_the_beginning_is_given_also_when_nothing_follows_it(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(ingest, "_SETTLE_S", 0.01)
    sink = KeepingSink()
    connection = SoundConnection(sink, Time())
    connection.feed(HEADER + PIECES[0])
    assert sink.packets == []
    await sink.until(lambda sink: len(sink.packets) == 5)
    await connection.close()


async def test_a_hole_in_the_stream_stays_a_hole():
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time)
    connection.feed(HEADER + PIECES[0])
    time.now_ms += 1000
    connection.feed(PIECES[10])
    await connection.close()
    assert sink.packets[5].timestamp == 50 * 960


async def test_S25_a_stream_that_claims_to_come_from_the_future_is_refused():
    connection = SoundConnection(KeepingSink(), Time())
    late = packets_of(sample("ownership"), first_timestamp=48_000 * 60)[:5]
    with pytest.raises(NotOurWebM, match="ahead"):
        connection.feed(b"".join(stream_of(late)))
    await connection.close()
    connection.feed(PIECES[0])
    assert connection.stats.audio_packets == 0


async def test_S25_a_stream_that_holds_more_sound_than_time_has_passed_is_refused():
    """Two minutes in a thousand packets that all claim the same moment."""
    sink = KeepingSink()
    connection = SoundConnection(sink, Time())
    connection.feed(HEADER)
    block = Block(AUDIO_TRACK, 0, True, TWICE_SIXTY_MS)
    connection.feed(cluster_of([block] * 83).data)
    with pytest.raises(NotOurWebM, match="ahead"):
        connection.feed(cluster_of([block] * 917).data)
    await connection.close()
    assert len(sink.packets) == 83


async def test_a_sink_that_fails_disturbs_nobody():
    class Failing(KeepingSink):
        def audio(self, packet: object) -> None:
            raise RuntimeError("as the test wanted it")

    connection = SoundConnection(Failing(), Time())
    connection.feed(HEADER + PIECES[0])
    await connection.close()
    assert connection.stats.audio_packets == 5


@pytest.mark.parametrize("tells", [True, False], ids=["told by empty pieces", "not told"])
async def test_a_recorder_whose_time_stood_still_while_muted_goes_on_at_the_moment_it_is(tells: bool):
    """But for the packet that it had begun to fill before the mute."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time, tells_pauses=tells)
    connection.feed(HEADER)
    for index, piece in enumerate(PIECES[:10]):
        if index == 5 and tells:
            connection.feed(b"")
        time.now_ms = 10_100.0 + 100 * (index + 70 * (index >= 5))
        if index == 5 and not tells:
            connection.resume(10_100.0 + 400 + 1_000)
        connection.feed(piece)
    await connection.close()
    moments = [packet.spoken_ms for packet in sink.packets]
    assert moments[:25] == [10_020 + 20 * n for n in range(25)]
    assert moments[25:] == [17_540 + 20 * n for n in range(24)]
    kept = [packet.data for packet in PACKETS[:50]]
    assert [packet.data for packet in sink.packets] == kept[:25] + kept[26:]


async def test_what_is_said_after_a_mute_lies_there_however_late_all_before_it_came():
    """Muted at 10.5 s; what was said until then came at 12 s, and the unmuting at 20 s."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time, tells_pauses=True)
    time.now_ms = 12_000.0
    connection.feed(HEADER + b"".join(PIECES[:5]))
    connection.feed(b"")
    for index, piece in enumerate(PIECES[5:10]):
        time.now_ms = 20_100.0 + 100 * index
        connection.feed(piece)
    await connection.close()
    assert [packet.spoken_ms for packet in sink.packets[25:]] == [20_040 + 20 * n for n in range(24)]


async def test_what_was_said_before_a_short_mute_keeps_its_moment_however_soon_the_unmuting_is_told():
    """Muted from 10.8 to 11.3 s over a network that is stuck from 10.5 to 11.5 s."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time, tells_pauses=True)
    connection.feed(HEADER)
    for index, piece in enumerate(PIECES[:5]):
        time.now_ms = 10_100.0 + 100 * index
        connection.feed(piece)
    time.now_ms = 11_300.0
    connection.resume(10_800.0 + 1_000)
    time.now_ms = 11_500.0
    for piece in (*PIECES[5:8], b"", *PIECES[8:10]):
        connection.feed(piece)
    await connection.close()
    moments = [packet.spoken_ms for packet in sink.packets]
    assert moments == [10_020 + 20 * n for n in range(40)] + [11_340 + 20 * n for n in range(9)]


async def test_a_page_that_was_muted_from_the_beginning_loses_nothing_by_it():
    sink = KeepingSink()
    connection = SoundConnection(sink, Time())
    connection.resume(-math.inf)
    connection.feed(HEADER + PIECES[0])
    await connection.close()
    assert [packet.data for packet in sink.packets] == [packet.data for packet in PACKETS[:5]]


async def test_a_client_that_sends_on_while_muted_has_each_packet_at_its_moment():
    """Also where the network gives the end of the mute only after it."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time)
    connection.feed(HEADER)
    for index, piece in enumerate(PIECES):
        time.now_ms = 10_100.0 + 100 * (index if index < 15 else 60)
        if index == 15:
            connection.resume(10_500.0)
        connection.feed(piece)
    await connection.close()
    assert [packet.spoken_ms for packet in sink.packets] == [
        10_020 + 20 * n for n in range(len(sink.packets))
    ]


async def test_S25_short_packets_of_an_hour_of_silence_do_not_come_at_once():
    """All of them would hold up the interviews of others for seconds."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time)
    connection.feed(HEADER + PIECES[0])
    time.now_ms += 3_600_000.0
    short = [
        msgspec.structs.replace(PACKETS[0], data=b"\x80", duration=120, timestamp=n * 120)
        for n in range(50_000)
    ]
    with pytest.raises(NotOurWebM):
        all(connection.feed(piece) is None for piece in list(stream_of(short))[1:])
    assert len(sink.packets) <= 10_005
    await connection.close()


async def test_empty_pieces_of_a_muted_page_are_a_sign_of_life():
    time = Time()
    connection = SoundConnection(KeepingSink(), time)
    time.now_ms += 40_000
    assert connection.silent_ms == 40_000
    connection.feed(b"")
    assert (connection.silent_ms, connection.state) == (0, "connecting")
    connection.feed(HEADER + PIECES[0])
    time.now_ms += 4_000
    connection.feed(b"")
    connection._tick()
    assert connection.state == "connected"
    await connection.close()
