"""Clusters: about a second of packets each, complete in themselves."""

import struct

import msgspec

from viva.media.webm import ebml
from viva.media.webm.layout import AUDIO_TRACK, VIDEO_TRACK

CLUSTER_MS = 800
"""A killed process loses less than a second: this and one packet."""
_KEYFRAME = 0x80
_FURTHEST_MS = 30_000
"""A block states its time in 16 bits, relative to its cluster's."""
_LAST_BLOCK_MS = 60
"""A block does not say how long it lasts; no packet of ours lasts longer."""


_BLOCK = struct.Struct(">BIBhB")
"""A simple block's id, its size in four bytes, its track, its time in the cluster, its flags."""
_FOUR_BYTES = 1 << 28
_BLOCK_HEAD_BYTES = 4


class Block(msgspec.Struct, frozen=True, gc=False):
    """One packet at its time in the file."""

    track: int
    time_ms: int
    keyframe: bool
    data: bytes


class Cluster(msgspec.Struct, frozen=True):
    """One whole cluster and what the index needs to know of it."""

    data: bytes
    start_ms: int
    end_ms: int
    picture_starts: bool
    audio_blocks: int
    video_blocks: int


def cluster_of(blocks: list[Block]) -> Cluster:
    """Write these blocks (one at least) as a cluster that starts with the first one's time."""
    start_ms = blocks[0].time_ms
    bodies = [ebml.unsigned(ebml.TIMESTAMP, start_ms)]
    for block in blocks:
        relative = max(block.time_ms - start_ms, -_FURTHEST_MS)
        flags = _KEYFRAME if block.keyframe else 0
        size = _FOUR_BYTES | len(block.data) + _BLOCK_HEAD_BYTES
        bodies.append(_BLOCK.pack(ebml.SIMPLE_BLOCK, size, 0x80 | block.track, relative, flags))
        bodies.append(block.data)
    return _described(ebml.element(ebml.CLUSTER, *bodies), start_ms, blocks)


def _described(data: bytes, start_ms: int, blocks: list[Block]) -> Cluster:
    pictures = [block for block in blocks if block.track == VIDEO_TRACK]
    return Cluster(
        data,
        start_ms,
        max((block.time_ms for block in blocks), default=start_ms) + _LAST_BLOCK_MS,
        any(block.keyframe for block in pictures),
        len(blocks) - len(pictures),
        len(pictures),
    )


def blocks_of(data: bytes) -> list[Block]:
    """The blocks of a cluster of ours."""
    head, start_ms, blocks = ebml.head(data, 0), 0, list[Block]()
    for number, begin, end in ebml.children(data, head[2], len(data)) if head is not None else ():
        if number == ebml.TIMESTAMP:
            start_ms = int.from_bytes(data[begin:end], "big")
        elif number == ebml.SIMPLE_BLOCK and end - begin > 4:
            relative = int.from_bytes(data[begin + 1 : begin + 3], "big", signed=True)
            keyframe = bool(data[begin + 3] & _KEYFRAME)
            blocks.append(Block(data[begin] & 0x7F, start_ms + relative, keyframe, data[begin + 4 : end]))
    return blocks


def read_cluster(data: bytes) -> Cluster:
    """A cluster of ours as it was written."""
    blocks = blocks_of(data)
    return _described(data, blocks[0].time_ms if blocks else 0, blocks)


def without_pictures(cluster: Cluster) -> Cluster | None:
    """Its sound alone, `None` when it had none."""
    sound = [block for block in blocks_of(cluster.data) if block.track == AUDIO_TRACK]
    return cluster_of(sound) if sound else None


class Clusters:
    """Collects packets, in milliseconds from the file's start, and hands out whole clusters.

    A key frame begins a new cluster, so that a player that seeks to a cluster can show a picture at once.
    """

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._last_ms = {AUDIO_TRACK: 0, VIDEO_TRACK: 0}

    @property
    def start_ms(self) -> int | None:
        """When the unfinished cluster begins, `None` if it is empty."""
        return self._blocks[0].time_ms if self._blocks else None

    def audio(self, time_ms: int, data: bytes) -> Cluster | None:
        """Add sound; returns the cluster that was completed by it."""
        return self._add(AUDIO_TRACK, time_ms, data, keyframe=True, begins=False)

    def video(self, time_ms: int, data: bytes, *, keyframe: bool) -> Cluster | None:
        """Add a picture; returns the cluster that was completed by it."""
        return self._add(VIDEO_TRACK, time_ms, data, keyframe=keyframe, begins=keyframe)

    def finish(self) -> Cluster | None:
        """The unfinished cluster, completed; `None` if it is empty."""
        if not self._blocks:
            return None
        blocks, self._blocks = self._blocks, []
        return cluster_of(blocks)

    def _add(self, track: int, time_ms: int, data: bytes, *, keyframe: bool, begins: bool) -> Cluster | None:
        completed, blocks = None, self._blocks
        if blocks and (begins or not -_FURTHEST_MS < time_ms - blocks[0].time_ms < CLUSTER_MS):
            completed = self.finish()
        last_ms = self._last_ms[track]
        if time_ms < last_ms:
            time_ms = last_ms
        self._last_ms[track] = time_ms
        self._blocks.append(Block(track, time_ms, keyframe, data))
        return completed
