"""Opus packets out of a WebM stream as a browser's MediaRecorder sends it, in pieces of any size. Pure.

Only what such a stream holds is understood: a header, one Opus track, clusters of simple blocks. Everything
is bounded, and whatever else comes is refused at once: what is fed here comes from anybody's page.
"""

import msgspec

from viva.audio import OPUS_RATE_HZ, AudioFormat
from viva.media.rtp import opus
from viva.media.webm import ebml

HEADER_MAX = 16 * 1024
"""A header element's bytes: browsers need a few hundred."""
BLOCK_MAX = 8 * 1024
"""An Opus packet of 120 ms at 510 kbit/s has 7,650."""
_HEAD_MAX = 12
_ENTERED = {ebml.SEGMENT, ebml.CLUSTER}
_SKIPPED = {ebml.SEEK_HEAD, ebml.CUES, ebml.VOID, 0xBF, 0xA7, 0xAB, 0x1254C367}
"""Index, spare room, checksum, position, previous size, tags."""
_LEAVES = {ebml.EBML, ebml.INFO, ebml.TRACKS, ebml.TIMESTAMP, ebml.SIMPLE_BLOCK} | _SKIPPED


class NotOurWebM(ValueError):
    """The bytes are not a WebM stream with one Opus track."""


class SoundBlock(msgspec.Struct, frozen=True):
    """One Opus packet at `time_ms` of its stream; `duration` counts samples at 48 kHz."""

    time_ms: int
    duration: int
    data: bytes


class SoundDemuxer:
    """Feed it a stream from its first byte on. After `NotOurWebM` it is of no more use."""

    def __init__(self) -> None:
        self._rest = b""
        self._opened = False
        self._scale_ns = 1_000_000
        self._track = 0
        self._cluster_time: int | None = None
        self.format: AudioFormat | None = None
        """Known once the track has been described, before the first block."""

    def feed(self, data: bytes) -> list[SoundBlock]:
        """The packets that are whole now, in order. Raises `NotOurWebM`."""
        data, position, blocks = self._rest + data, 0, list[SoundBlock]()
        while (found := _head(data, position)) is not None:
            number, length, start = found
            self._allow(number, length)
            if number in _ENTERED:
                position = start
                if number == ebml.CLUSTER:
                    self._cluster_time = None
                continue
            if start + length > len(data):
                break
            self._take(number, data[start : start + length], blocks)
            position = start + length
        self._rest = data[position:]
        return blocks

    def _allow(self, number: int, length: int) -> None:
        """Before anything is kept for it: may this element come here, and be so long?"""
        if not self._opened and number != ebml.EBML:
            raise NotOurWebM("it does not begin with an EBML header")
        if number not in _LEAVES and number not in _ENTERED:
            raise NotOurWebM(f"element {number:#x} does not belong here")
        if number in _LEAVES and length > (BLOCK_MAX if number == ebml.SIMPLE_BLOCK else HEADER_MAX):
            raise NotOurWebM(f"element {number:#x} has {length} bytes")

    def _take(self, number: int, body: bytes, blocks: list[SoundBlock]) -> None:
        if number == ebml.EBML:
            self._opened = True
        elif number == ebml.INFO:
            self._scale_ns = _child(body, 0x2AD7B1) or self._scale_ns
        elif number == ebml.TRACKS:
            self._track, self.format = _opus_track(body)
        elif number == ebml.TIMESTAMP:
            self._cluster_time = int.from_bytes(body[:8], "big")
        elif number == ebml.SIMPLE_BLOCK:
            block = self._block(body)
            if block is not None:
                blocks.append(block)

    def _block(self, body: bytes) -> SoundBlock | None:
        """None for another track's block."""
        if self.format is None or self._cluster_time is None or len(body) < 5 or body[0] < 0x81:
            raise NotOurWebM("a block that no track or no cluster explains")
        if body[0] ^ 0x80 != self._track:
            return None
        duration = opus.packet_samples(body[4:])
        if body[3] & 0x06 or not duration:
            raise NotOurWebM("a block that holds no single Opus packet")
        time = self._cluster_time + int.from_bytes(body[1:3], "big", signed=True)
        return SoundBlock(max(0, time * self._scale_ns // 1_000_000), duration, body[4:])


def _head(data: bytes, position: int) -> tuple[int, int, int] | None:
    """`(id, length, start of the body)`; None until it is whole."""
    found = ebml.head(data, position)
    if found is None and len(data) - position >= _HEAD_MAX:
        raise NotOurWebM("no element begins here")
    return found


def _child(body: bytes, number: int) -> int:
    """A whole number among these children, 0 if it is not there."""
    for found, start, end in ebml.children(body, 0, len(body)):
        if found == number and end - start <= 8:
            return int.from_bytes(body[start:end], "big")
    return 0


def _opus_track(body: bytes) -> tuple[int, AudioFormat]:
    """The number and format of the one Opus track; other tracks are passed over."""
    for number, start, end in ebml.children(body, 0, len(body)):
        entry = body[start:end]
        parts = {key: entry[first:last] for key, first, last in ebml.children(entry, 0, len(entry))}
        if number != 0xAE or parts.get(0x86, b"").rstrip(b"\0") != b"A_OPUS":
            continue
        track, channels = _child(entry, 0xD7), _child(parts.get(0xE1, b""), 0x9F) or 1
        if 1 <= track <= 126 and channels in {1, 2}:
            return track, AudioFormat(sample_rate_hz=OPUS_RATE_HZ, channels=channels)
    raise NotOurWebM("there is no Opus track of one or two channels")
