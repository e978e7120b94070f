"""Files completed: their clusters found, their index written, a torn end cut off. Nothing is re-encoded."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from viva.media.webm import ebml, layout
from viva.media.webm.layout import AUDIO_TRACK, HEADER_BYTES, VIDEO_TRACK
from viva.media.webm.writer import Cluster, read_cluster

_CLUSTER_MAX_BYTES = 256 * 1024 * 1024


class Scan(msgspec.Struct):
    """What the clusters of a file say. `end` is where the last whole one ends."""

    end: int = HEADER_BYTES
    duration_ms: int = 0
    audio_blocks: int = 0
    video_blocks: int = 0
    points: list[tuple[int, int, int]] = msgspec.field(default_factory=list)

    def add(self, cluster: Cluster) -> None:
        """Take note of a cluster that was written at `end`."""
        self.duration_ms = max(self.duration_ms, cluster.end_ms)
        self.audio_blocks += cluster.audio_blocks
        self.video_blocks += cluster.video_blocks
        if cluster.picture_starts:
            self.points.append((cluster.start_ms, VIDEO_TRACK, self.end))
        elif not self.video_blocks:
            self.points.append((cluster.start_ms, AUDIO_TRACK, self.end))
        self.end += len(cluster.data)


def scan(path: Path) -> Scan:
    """Read a file of ours, cluster by cluster; stops where one is torn. Raises `OSError`."""
    found = Scan()
    for data in clusters(path):
        found.add(read_cluster(data))
    return found


def clusters(path: Path) -> Iterator[bytes]:
    """The whole clusters of a file of ours, in order. Raises `OSError`."""
    with path.open("rb") as file:
        position = HEADER_BYTES
        while True:
            file.seek(position)
            length = _next_cluster(file.read(12))
            if length is None:
                return
            file.seek(position)
            data = file.read(length)
            if len(data) < length:
                return
            yield data
            position += length


def header_of(path: Path) -> bytes:
    """The header of an unfinished file with the tracks of this one. Raises `OSError`, `ValueError`."""
    with path.open("rb") as file:
        start = file.read(HEADER_BYTES)
    return layout.header(_tracks_of(start), _doc_type_of(start))


def _next_cluster(start: bytes) -> int | None:
    """The whole length of the cluster that begins like this."""
    head = ebml.head(start, 0)
    if head is None or head[0] != ebml.CLUSTER or head[1] > _CLUSTER_MAX_BYTES:
        return None
    return head[2] + head[1]


def finished(path: Path, found: Scan | None = None) -> Scan:
    """Complete a file in place: cut a torn end, append the index, state duration and sizes.

    Safe to repeat, and safe to be killed in: the header is written last. Raises `OSError`.
    """
    found = found or scan(path)
    index = layout.cues(found.points) if found.points else b""
    with path.open("r+b") as file:
        start = file.read(HEADER_BYTES)
        file.truncate(found.end)
        file.seek(found.end)
        file.write(index)
        file.flush()
        os.fdatasync(file.fileno())
        file.seek(0)
        file.write(
            layout.header(
                _tracks_of(start),
                _doc_type_of(start),
                duration_ms=found.duration_ms,
                size=found.end + len(index),
                cues=found.end if index else None,
            )
        )
        file.flush()
        os.fdatasync(file.fileno())
    return found


def _doc_type_of(start: bytes) -> str:
    return "matroska" if b"matroska" in start[: layout.SEGMENT_BODY] else "webm"


def _tracks_of(start: bytes) -> bytes:
    """The Tracks element as it stands in a header."""
    for number, begin, end in ebml.children(start, layout.SEGMENT_BODY, len(start)):
        if number == ebml.TRACKS:
            return ebml.element(ebml.TRACKS, start[begin:end])
    raise ValueError("the file does not begin as ours do")
