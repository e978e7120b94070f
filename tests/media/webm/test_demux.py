"""What a MediaRecorder sends is read in pieces of any size; anything else is refused, and bounded."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.opus import packets_of, sample
from tests.support.recorded import stream_of

from viva.media import NotOurWebM
from viva.media.webm import ebml
from viva.media.webm.demux import BLOCK_MAX, HEADER_MAX, SoundBlock, SoundDemuxer

CHROMIUM = (Path(__file__).parent / "chromium.webm").read_bytes()
"""2.5 s of `ownership.wav` through the MediaRecorder of Chromium: Opus, 32 kbit/s, pieces of 100 ms."""
PACKETS = packets_of(sample("ownership"))[:100]
OURS = b"".join(stream_of(PACKETS))


def read(data: bytes, cuts: list[int] | None = None) -> list[SoundBlock]:
    """All blocks of a stream that comes in these pieces."""
    demuxer, blocks, start = SoundDemuxer(), list[SoundBlock](), 0
    for end in [*sorted(cuts or []), len(data)]:
        blocks += demuxer.feed(data[start:end])
        start = end
    return blocks


def test_a_recording_of_chromium_is_read_to_its_last_packet():
    blocks = read(CHROMIUM)
    assert [block.duration for block in blocks] == [2880] * 42
    assert [block.time_ms for block in blocks] == pytest.approx([60 * n for n in range(42)], abs=3)


def test_the_packets_come_out_as_they_went_in():
    assert [block.data for block in read(OURS)] == [packet.data for packet in PACKETS]


@given(st.lists(st.integers(0, len(CHROMIUM)), max_size=40))
def test_where_a_stream_is_cut_makes_no_difference(cuts: list[int]):
    assert read(CHROMIUM, cuts) == read(CHROMIUM)


def test_a_stream_may_come_byte_by_byte():
    assert read(CHROMIUM, list(range(len(CHROMIUM)))) == read(CHROMIUM)


@given(st.binary(max_size=2000))
@example(b"\0" * 40)
@example(CHROMIUM[:4] + b"\x01" + b"\xff" * 8)
@example(CHROMIUM[4:])
def test_nonsense_gives_nothing_and_no_other_error(data: bytes):
    with suppress(NotOurWebM):
        assert read(data) == []


@given(st.integers(0, len(CHROMIUM) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_gives_more_than_there_was(place: int, flip: int):
    data = bytearray(CHROMIUM)
    data[place] ^= flip
    with suppress(NotOurWebM):
        assert len(read(bytes(data))) <= 2 * 42


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"OggS" + bytes(40), "begin"),
        (CHROMIUM[:200].replace(b"A_OPUS", b"A_FLAC") + CHROMIUM[200:], "Opus track"),
        (CHROMIUM + ebml.element(0x1941A469, b"attachment"), "belong"),
        (CHROMIUM + ebml.identifier(ebml.SIMPLE_BLOCK) + ebml.size(BLOCK_MAX + 1), "bytes"),
        (CHROMIUM + ebml.identifier(ebml.VOID) + ebml.size(HEADER_MAX + 1), "bytes"),
        (CHROMIUM + ebml.element(ebml.SIMPLE_BLOCK, b"\x81\0\0\x82" + b"\x08" * 9), "single"),
        (CHROMIUM + ebml.element(ebml.SIMPLE_BLOCK, b"\x81\0\0"), "explains"),
        (CHROMIUM + bytes(16), "no element"),
    ],
)
def test_S25_what_no_browser_sends_is_refused_before_anything_is_kept_for_it(data: bytes, reason: str):
    with pytest.raises(NotOurWebM, match=reason):
        read(data)
