"""Opus packets into Ogg pages (RFC 3533, RFC 7845), without decoding and without a library.

A recogniser takes this stream as it is. Every connection begins a stream of its own with `headers()`. The
granule position counts the samples that were written, and nothing else: a pause in the sender's packets
leaves no hole here, whoever needs the clock keeps it beside the stream.
"""

import struct
import zlib
from collections.abc import Sequence

from viva.audio import AudioPacket

MAX_SEGMENTS = 255
"""Lacing values in one page (RFC 3533, section 6)."""
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_BEGIN, _CONTINUE, _END = 0x02, 0x00, 0x04
_VENDOR = b"viva"


class OggOpusWriter:
    """One logical Opus stream. Pages come out as bytes, in order, each complete in itself."""

    def __init__(self, serial: int, channels: int) -> None:
        self._serial = serial & 0xFFFF_FFFF
        self._channels = channels
        self._sequence = 0
        self._granule = 0

    def headers(self) -> bytes:
        """The two pages that open the stream: OpusHead and OpusTags.

        Pre-skip is 0: the sender's encoder started long before, so there is no warm-up of its to cut, and
        stream time is exactly the sum of the durations written.
        """
        head = struct.pack("<8sBBHIhB", b"OpusHead", 1, self._channels, 0, 48_000, 0, 0)
        tags = struct.pack(f"<8sI{len(_VENDOR)}sI", b"OpusTags", len(_VENDOR), _VENDOR, 0)
        return self._page([head], _BEGIN) + self._page([tags], _CONTINUE)

    def pages(self, packets: Sequence[AudioPacket]) -> bytes:
        """The packets as one page, or more where their lacing does not fit into one. Empty for no packets."""
        out: list[bytes] = []
        batch: list[bytes] = []
        segments = 0
        for packet in packets:
            needed = len(packet.data) // 255 + 1
            if needed > MAX_SEGMENTS:
                raise ValueError(f"an Opus packet of {len(packet.data)} bytes fits no page")
            if segments + needed > MAX_SEGMENTS:
                out.append(self._page(batch, _CONTINUE))
                batch, segments = [], 0
            batch.append(packet.data)
            segments += needed
            self._granule += packet.duration
        if batch:
            out.append(self._page(batch, _CONTINUE))
        return b"".join(out)

    def end(self) -> bytes:
        """The page that closes the stream."""
        return self._page([], _END)

    def _page(self, packets: Sequence[bytes], flags: int) -> bytes:
        lacing = b"".join(b"\xff" * (len(data) // 255) + bytes([len(data) % 255]) for data in packets)
        head = struct.pack(
            "<4sBBqIII", b"OggS", 0, flags, self._granule, self._serial, self._sequence, 0
        ) + bytes([len(lacing)])
        self._sequence = (self._sequence + 1) & 0xFFFF_FFFF
        page = b"".join((head, lacing, *packets))
        return page[:22] + checksum(page) + page[26:]


def checksum(page: bytes) -> bytes:
    """Ogg's CRC of a page whose checksum field is zero, as it stands in the page.

    Ogg's polynomial is zlib's, unreflected, with neither the initial nor the final inversion, so zlib does
    the work at C speed on bytes whose bits are mirrored.
    """
    crc = zlib.crc32(page.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return crc.to_bytes(4, "little").translate(_REVERSED)[::-1]
