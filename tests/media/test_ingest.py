"""A socket's sound is to its listeners what a peer connection's is."""

import pytest
from tests.support.media_sink import KeepingSink
from tests.support.opus import packets_of, sample
from tests.support.recorded import stream_of

from viva.media import NotOurWebM, SoundConnection

PACKETS = packets_of(sample("ownership"))[:100]
HEADER, *PIECES = stream_of(PACKETS)


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


async def test_a_sink_that_fails_disturbs_nobody():
    class Failing(KeepingSink):
        def audio(self, packet: object) -> None:
            raise RuntimeError("as the test wanted it")

    connection = SoundConnection(Failing(), Time())
    connection.feed(HEADER + PIECES[0])
    await connection.close()
    assert connection.stats.audio_packets == 5


async def test_a_recorder_whose_time_stood_still_while_muted_goes_on_at_the_moment_it_is():
    """But for the packet that it had begun to fill before the mute."""
    time, sink = Time(), KeepingSink()
    connection = SoundConnection(sink, time)
    connection.feed(HEADER)
    for index, piece in enumerate(PIECES[:10]):
        time.now_ms = 10_100.0 + 100 * (index + 70 * (index >= 5))
        if index == 5:
            connection.resume()
        connection.feed(piece)
    await connection.close()
    moments = [packet.spoken_ms for packet in sink.packets]
    assert moments[:25] == [10_020 + 20 * n for n in range(25)]
    assert moments[25:] == [17_540 + 20 * n for n in range(24)]
    kept = [packet.data for packet in PACKETS[:50]]
    assert [packet.data for packet in sink.packets] == kept[:25] + kept[26:]


async def test_a_page_that_was_muted_from_the_beginning_loses_nothing_by_it():
    sink = KeepingSink()
    connection = SoundConnection(sink, Time())
    connection.resume()
    connection.feed(HEADER + PIECES[0])
    await connection.close()
    assert [packet.data for packet in sink.packets] == [packet.data for packet in PACKETS[:5]]


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
