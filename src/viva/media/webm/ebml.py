"""EBML (RFC 8794): elements made of an id, a size and a body, written and read."""

import struct
from collections.abc import Iterator

EBML, SEGMENT, SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, VOID = (
    0x1A45DFA3,
    0x18538067,
    0x114D9B74,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
    0x1C53BB6B,
    0xEC,
)
TIMESTAMP, SIMPLE_BLOCK = 0xE7, 0xA3
UNKNOWN_SIZE = (1 << 56) - 1


def identifier(number: int) -> bytes:
    """An element id, which carries its own length."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def size(length: int, width: int = 0) -> bytes:
    """A size of the least width, or of exactly `width` bytes."""
    width = width or next(count for count in range(1, 9) if length < (1 << 7 * count) - 1)
    return (length | 1 << 7 * width).to_bytes(width, "big")


def element(number: int, *bodies: bytes) -> bytes:
    """One element around these bodies."""
    length = sum(len(body) for body in bodies)
    return b"".join((identifier(number), size(length), *bodies))


def unsigned(number: int, value: int, width: int = 0) -> bytes:
    """An element that holds a whole number, of the least or an exact width."""
    return element(number, value.to_bytes(width or max(1, (value.bit_length() + 7) // 8), "big"))


def real(number: int, value: float) -> bytes:
    """An element that holds an eight-byte float."""
    return element(number, struct.pack(">d", value))


def text(number: int, value: str) -> bytes:
    """An element that holds a string."""
    return element(number, value.encode())


def void(length: int) -> bytes:
    """Exactly `length` bytes of nothing; 2 at least, 0 is none."""
    if not length:
        return b""
    if length < 10:
        return identifier(VOID) + size(length - 2, 1) + bytes(length - 2)
    return identifier(VOID) + size(length - 9, 8) + bytes(length - 9)


def _number(data: bytes, position: int, *, keep_marker: bool) -> tuple[int, int] | None:
    if position >= len(data) or not data[position]:
        return None
    width = 9 - data[position].bit_length()
    end = position + width
    if end > len(data):
        return None
    value = int.from_bytes(data[position:end], "big")
    return (value if keep_marker else value ^ 1 << 7 * width), end


def head(data: bytes, position: int) -> tuple[int, int, int] | None:
    """`(id, body's length, body's position)` of the element at `position`, `None` when it is cut off."""
    found = _number(data, position, keep_marker=True)
    if found is None:
        return None
    length = _number(data, found[1], keep_marker=False)
    return (found[0], *length) if length is not None else None


def children(data: bytes, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """`(id, start, end)` of the whole elements between `position` and `end`."""
    while position < end:
        found = head(data, position)
        if found is None or found[2] + found[1] > end:
            return
        number, length, start = found
        yield number, start, start + length
        position = start + length
