"""Opus durations and pictures joined from packets."""

import random

import pytest

from viva.media.rtp import h264, opus
from viva.media.rtp.h264 import H264Joiner
from viva.media.rtp.packet import kind_of, parse
from viva.media.rtp.picture import Picture
from viva.media.rtp.vp8 import Vp8Joiner, dimensions

KEYFRAME = b"\x10\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01" + b"k" * 40
INTERFRAME = b"\x11" + b"i" * 40


@pytest.mark.parametrize(
    ("packet", "milliseconds"),
    [
        (bytes((16 << 3,)), 2.5),
        (bytes((17 << 3,)), 5),
        (bytes((0 << 3,)), 10),
        (bytes((1 << 3,)), 20),
        (bytes((2 << 3,)), 40),
        (bytes((3 << 3,)), 60),
        (bytes((13 << 3,)), 20),
        (bytes((31 << 3,)), 20),
        (bytes((1 << 3 | 1,)), 40),
        (bytes((1 << 3 | 2,)), 40),
        (bytes((1 << 3 | 3, 3)), 60),
        (bytes((31 << 3 | 3, 0x80 | 6)), 120),
    ],
)
def test_an_opus_packet_says_how_long_it_lasts(packet: bytes, milliseconds: float) -> None:
    assert opus.packet_samples(packet) == milliseconds * 48


@pytest.mark.parametrize(
    "packet", [b"", bytes((1 << 3 | 3,)), bytes((3 << 3 | 3, 3)), bytes((1 << 3 | 3, 0))]
)
def test_an_opus_packet_that_opus_forbids_lasts_nothing(packet: bytes) -> None:
    assert opus.packet_samples(packet) == 0


def packets_of(frame: bytes, size: int = 16) -> list[bytes]:
    return [
        (b"\x10" if start == 0 else b"\x00") + frame[start : start + size]
        for start in range(0, len(frame), size)
    ]


def join(joiner: Vp8Joiner | H264Joiner, packets: list[bytes], first: int, timestamp: int) -> list[Picture]:
    made = []
    for index, packet in enumerate(packets):
        picture = joiner.push(first + index, timestamp, packet, marker=index == len(packets) - 1)
        if picture is not None:
            made.append(picture)
    return made


def test_vp8_packets_become_whole_pictures() -> None:
    joiner = Vp8Joiner()
    assert join(joiner, packets_of(KEYFRAME), 1, 100) == [Picture(KEYFRAME, keyframe=True)]
    assert join(joiner, packets_of(INTERFRAME), 5, 200) == [Picture(INTERFRAME, keyframe=False)]
    assert dimensions(KEYFRAME) == (640, 480)
    assert joiner.broken == 0


def test_a_vp8_picture_that_lost_a_packet_is_dropped_and_counted() -> None:
    joiner = Vp8Joiner()
    packets = packets_of(KEYFRAME)
    del packets[1]
    joiner.push(1, 100, packets[0], marker=False)
    assert joiner.push(3, 100, packets[1], marker=True) is None
    assert joiner.broken >= 1


def test_a_vp8_descriptor_with_every_extension_is_skipped() -> None:
    joiner = Vp8Joiner()
    packet = b"\x90\xf0\x80\x01\x02\x03" + KEYFRAME
    assert joiner.push(1, 1, packet, marker=True) == Picture(KEYFRAME, keyframe=True)


SPS = bytes.fromhex("6742c01fd900a0f9bc44000003000400000300c83c60c920")
PPS = bytes.fromhex("68cb83cb20")
IDR = b"\x65" + b"v" * 50


def test_h264_single_aggregated_and_fragmented_units_become_one_keyframe() -> None:
    aggregate = b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in (SPS, PPS))
    fragments = [b"\x7c\x85" + IDR[1:26], b"\x7c\x45" + IDR[26:]]
    (picture,) = join(H264Joiner(), [aggregate, *fragments], 1, 9)
    assert picture.keyframe
    assert picture.data == b"".join(len(unit).to_bytes(4, "big") + unit for unit in (SPS, PPS, IDR))
    assert h264.parameter_sets(picture.data) == (SPS, PPS)
    assert h264.configuration(SPS, PPS)[:4] == b"\x01\x42\xc0\x1f"


def golomb(value: int) -> str:
    return f"{value + 1:b}".rjust(2 * (value + 1).bit_length() - 1, "0")


def sps_with_a_cycle_of(count: int) -> bytes:
    """Baseline, 640×480, its pictures ordered by a cycle of so many zeros."""
    start = "".join(golomb(value) for value in (0, 0, 1)) + "0" + golomb(0) * 2
    size = golomb(1) + "0" + golomb(39) + golomb(29) + "11" + "0" * 2
    bits = start + golomb(count) + golomb(0) * count + size + "1"
    bits += "0" * (-len(bits) % 8)
    return b"\x67\x42\x00\x1e" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def test_S25_a_parameter_set_that_would_take_long_to_read_is_not_read() -> None:
    assert h264.dimensions(sps_with_a_cycle_of(255)) == (640, 480)
    assert h264.dimensions(sps_with_a_cycle_of(256)) is None
    assert h264.dimensions(sps_with_a_cycle_of(0).ljust(h264.SET_MAX_BYTES, b"\0")) == (640, 480)
    assert h264.dimensions(sps_with_a_cycle_of(0).ljust(h264.SET_MAX_BYTES + 1, b"\0")) is None


def test_S25_a_picture_of_more_units_than_any_encoder_makes_is_none() -> None:
    aggregate = b"\x78" + b"\0\1\x65" * 500
    joiner = H264Joiner()
    assert [picture.keyframe for picture in join(joiner, [aggregate] * 2, 1, 9)] == [True]
    assert join(joiner, [aggregate] * 3, 3, 10) == []
    assert joiner.broken == 1


def test_no_bytes_at_all_make_the_parsers_fail() -> None:
    source = random.Random(7)  # noqa: S311 (the same bytes in every run)
    vp8, avc = Vp8Joiner(), H264Joiner()
    for number in range(20_000):
        data = source.randbytes(source.randrange(0, 40))
        packet = parse(data)
        payload = packet.payload if packet is not None else data
        vp8.push(number, number // 3, payload, marker=number % 3 == 2)
        picture = avc.push(number, number // 3, payload, marker=number % 3 == 2)
        h264.dimensions(data)
        if picture is not None:
            h264.parameter_sets(picture.data)
        if len(data) > 1:
            kind_of(data[0], data[1])
