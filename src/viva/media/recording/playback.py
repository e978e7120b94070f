"""Playback with byte ranges (RFC 9110, section 14): one range at most, read in pieces off the event loop."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import msgspec

PIECE_BYTES = 256 * 1024
HEADER_MAX = 64
"""An honest range is `bytes=` and two numbers. Longer headers are not even parsed (CVE-2025-62727)."""
_RANGE = re.compile(r"bytes=(?=\d|-\d)(\d{0,15})-(\d{0,15})")


class Playback(msgspec.Struct, frozen=True):
    """What to answer: the status, the headers, and the bytes. 416 comes without bytes.

    The headers say `no-store`: a recording is nobody else's to keep.
    """

    status: Literal[200, 206, 416]
    headers: dict[str, str]
    path: Path
    start: int
    length: int

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes, in pieces of at most 256 KiB. Raises `OSError` if the file goes away.

        Opened and closed here and not in a thread: a listener who leaves in between must not leave it open.
        """
        if not self.length:
            return
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.length
            while left and (piece := await asyncio.to_thread(file.read, min(left, PIECE_BYTES))):
                left -= len(piece)
                yield piece


def play(path: Path, content_type: str, range_header: str | None) -> Playback:
    """Decide what to answer for a file. Raises `FileNotFoundError`."""
    size = path.stat().st_size
    chosen = _chosen(range_header, size)
    headers = {"Content-Type": content_type, "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if chosen is None:
        return Playback(
            416, headers | {"Content-Range": f"bytes */{size}", "Content-Length": "0"}, path, 0, 0
        )
    start, end = chosen
    headers["Content-Length"] = str(end - start)
    if range_header is None or ((start, end) == (0, size) and not _is_single(range_header)):
        return Playback(200, headers, path, start, end - start)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Playback(206, headers, path, start, end - start)


def _is_single(header: str) -> bool:
    return len(header) <= HEADER_MAX and _RANGE.fullmatch(header.strip()) is not None


def _chosen(header: str | None, size: int) -> tuple[int, int] | None:
    """`(start, end)` to send, `None` when it cannot be satisfied. Several ranges or nonsense: the whole."""
    if header is None or not _is_single(header):
        return 0, size
    found = _RANGE.fullmatch(header.strip())
    first, last = found.groups() if found is not None else ("", "")
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None
