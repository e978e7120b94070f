"""Sound read back out of the recording, packet by packet, as it was sent. Nothing is decoded."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from viva.audio import OPUS_RATE_HZ, AudioFormat, AudioPacket
from viva.media.recording.manifest import Part
from viva.media.rtp import opus
from viva.media.webm import blocks_of, clusters
from viva.media.webm.layout import AUDIO_TRACK

_PER_MS = OPUS_RATE_HZ // 1000


def sound_between(
    folder: Path, parts: tuple[Part, ...], start_ms: int, end_ms: int
) -> tuple[AudioPacket, ...]:
    """The packets that begin between these milliseconds of the interview, in order. Raises `OSError`.

    Where parts overlap the later one wins, as in the whole; a part that has no place on the interview's
    clock was recorded before it began, and one that is gone from the disk has nothing to give.
    """
    placed = [(part.file, part.start_ms) for part in parts if part.start_ms is not None]
    ends = [following for _, (_, following) in pairwise(placed)] + [end_ms] if placed else []
    found: list[AudioPacket] = []
    for (file, offset_ms), until_ms in zip(placed, ends, strict=True):
        found += _packets(folder / file, offset_ms, start_ms, min(until_ms, end_ms))
    return tuple(found)


def _packets(path: Path, offset_ms: int, start_ms: int, end_ms: int) -> Iterator[AudioPacket]:
    if start_ms >= end_ms or not path.exists():
        return
    for data in clusters(path):
        blocks = [block for block in blocks_of(data) if block.track == AUDIO_TRACK]
        for block in blocks:
            at_ms = block.time_ms + offset_ms
            if start_ms <= at_ms < end_ms and (duration := opus.packet_samples(block.data)):
                yield AudioPacket(AudioFormat(), at_ms * _PER_MS, duration, block.data, float(at_ms))
        if blocks and blocks[0].time_ms + offset_ms >= end_ms:
            return
