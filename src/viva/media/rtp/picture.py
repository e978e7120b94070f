"""What joining RTP packets to pictures has in common for all codecs."""

from abc import ABC, abstractmethod

import msgspec

PICTURE_MAX_BYTES = 4 * 1024 * 1024
"""No honest picture of an interview is larger; what claims to be is dropped while it grows."""


class Picture(msgspec.Struct, frozen=True, gc=False):
    """One whole encoded picture."""

    data: bytes
    keyframe: bool


class Joiner(ABC):
    """Takes packets in order and yields pictures that are whole; `broken` counts those that are not."""

    def __init__(self) -> None:
        self.broken = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._next: int | None = None
        self._timestamp: int | None = None

    def push(self, number: int, timestamp: int, payload: bytes, *, marker: bool) -> Picture | None:
        """Take packet `number`; returns the picture that it completes."""
        gap = self._next is not None and number != self._next
        self._next = number + 1
        if gap:
            self.broken += 1  # even between pictures: a whole one may be missing
            self._parts, self._size = [], 0
        if not payload:
            return None  # padding, sent to probe the bandwidth
        part = self._part(payload)
        if part is None:
            self._break()
            return None
        starts, data = part
        if self._parts and timestamp != self._timestamp:
            self._break()
        if not self._parts and not starts:
            self.broken += marker
            return None
        self._timestamp = timestamp
        self._parts.append(data)
        self._size += len(data)
        if self._size > PICTURE_MAX_BYTES:
            self._break()
            return None
        return self._finish() if marker else None

    def _finish(self) -> Picture | None:
        picture = self._whole(self._parts)
        self._parts, self._size = [], 0
        if picture is None:
            self.broken += 1
        return picture

    def _break(self) -> None:
        if self._parts:
            self.broken += 1
            self._parts, self._size = [], 0

    @abstractmethod
    def _part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """`(may start a picture, codec data)` of one packet, `None` when malformed."""

    @abstractmethod
    def _whole(self, parts: list[bytes]) -> Picture | None:
        """The picture made of all its parts, `None` when they do not make one."""
