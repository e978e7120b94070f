"""Opus packets out of an Ogg file (RFC 3533, 7845): what `viva demo` and the benchmark publish."""

from collections.abc import Iterator
from pathlib import Path

_HEADER = 27


def opus_packets(path: Path) -> Iterator[bytes]:
    """The audio packets of an Ogg Opus file, in order. Raises `ValueError` if it is not one."""
    data = path.read_bytes()
    packets = _packets(data)
    if not next(packets, b"").startswith(b"OpusHead") or not next(packets, b"").startswith(b"OpusTags"):
        raise ValueError(f"{path.name} is not an Ogg Opus file")
    yield from packets


def _packets(data: bytes) -> Iterator[bytes]:
    position, unfinished = 0, b""
    while position + _HEADER <= len(data):
        if data[position : position + 4] != b"OggS":
            raise ValueError("an Ogg page does not begin where it should")
        lengths = data[position + _HEADER : position + _HEADER + data[position + 26]]
        position += _HEADER + len(lengths)
        for length in lengths:
            unfinished += data[position : position + length]
            position += length
            if length < 255:
                yield unfinished
                unfinished = b""
