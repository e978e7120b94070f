"""All parts of an interview as one file, on one clock, without re-encoding."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from viva.media.recording.manifest import Part
from viva.media.webm import Cluster, blocks_of, cluster_of, clusters, finished, header_of
from viva.media.webm.layout import AUDIO_TRACK

AGAIN_AFTER_S = 30
"""While a part grows, the whole is this much behind at most: a player asks for many ranges of one file, and
each would otherwise have the whole interview copied anew, on the disk that it is being recorded to."""


def join(folder: Path, parts: tuple[Part, ...], target: Path) -> Path:
    """Write `target` anew unless it is up to date; returns it. Raises `OSError`, `ValueError`.

    Where parts overlap (a new connection begins before the old one is given up) the later one wins. Parts of
    another video codec than the first one's give their sound only.
    """
    paths = [folder / part.file for part in parts]
    if target.exists() and _is_up_to_date(target, paths, parts):
        return target
    pictures = next((part for part in parts if part.video is not None), parts[0])
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".whole-", delete=False) as file:  # mode 0600
        made = Path(file.name)
        try:
            file.write(header_of(folder / pictures.file))
            for path, part, offset_ms, until_ms in _placed(paths, parts):
                keep_pictures = part.video == pictures.video
                for cluster in _shifted(path, offset_ms, until_ms, keep_pictures=keep_pictures):
                    file.write(cluster.data)
            file.flush()
            finished(made)
        except (OSError, ValueError):
            made.unlink()
            raise
    return made.replace(target)


def _is_up_to_date(target: Path, paths: list[Path], parts: tuple[Part, ...]) -> bool:
    behind_ns = max(path.stat().st_mtime_ns for path in paths) - target.stat().st_mtime_ns
    return behind_ns <= (0 if all(part.finished for part in parts) else AGAIN_AFTER_S * 10**9)


def _placed(paths: list[Path], parts: tuple[Part, ...]) -> Iterator[tuple[Path, Part, int, float]]:
    """Each part with its offset from the first one and the time at which the next one takes over."""
    offsets = [_offset_ms(part, parts[0]) for part in parts]
    ends = [*(float(offset) for offset in offsets[1:]), float("inf")]
    yield from zip(paths, parts, offsets, ends, strict=True)


def _offset_ms(part: Part, first: Part) -> int:
    if part.start_ms is not None and first.start_ms is not None:
        return max(0, part.start_ms - first.start_ms)
    return max(0, round((part.started_at - first.started_at).total_seconds() * 1000))


def _shifted(path: Path, offset_ms: int, until_ms: float, *, keep_pictures: bool) -> Iterator[Cluster]:
    for data in clusters(path):
        blocks = [
            msgspec.structs.replace(block, time_ms=block.time_ms + offset_ms)
            for block in blocks_of(data)
            if (keep_pictures or block.track == AUDIO_TRACK) and block.time_ms + offset_ms < until_ms
        ]
        if blocks:
            yield cluster_of(blocks)
