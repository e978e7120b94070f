"""The RTP header (RFC 3550, section 5.1) and how datagrams on one port are told apart (RFC 7983)."""

import struct
from typing import Literal

import msgspec

_FIXED = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")


class RtpPacket(msgspec.Struct, frozen=True, gc=False):
    """One decrypted RTP packet; `sequence` and `timestamp` wrap as on the wire."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(data: bytes) -> RtpPacket | None:
    """Read one packet; `None` for what is not RTP version 2 or contradicts its own lengths."""
    size = len(data)
    if size < 12:
        return None
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first >> 6 != 2:
        return None
    start = 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if size < start + 4:
            return None
        start += 4 + 4 * _EXTENSION.unpack_from(data, start)[1]
    end = size
    if first & 0x20:
        padding = data[-1]
        end -= padding
        if not padding:
            return None
    if start > end:
        return None
    return RtpPacket(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, data[start:end])


def kind_of(first: int, second: int) -> Literal["stun", "dtls", "rtp", "rtcp"] | None:
    """What a datagram is, by its first two bytes (RFC 7983; RFC 5761 for RTCP's types 192 to 223)."""
    if first < 4:
        return "stun"
    if 20 <= first < 64:
        return "dtls"
    if 128 <= first < 192:
        return "rtcp" if 192 <= second <= 223 else "rtp"
    return None
