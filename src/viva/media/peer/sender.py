"""The sending half of RTP for our publishing client."""

import secrets
import struct

from viva.media.rtp import rtcp


class Sender:
    """Numbers and stamps the packets of one source."""

    def __init__(self, *, payload_type: int, rate_hz: int) -> None:
        self.ssrc = secrets.randbits(32)
        self.packets = 0
        self.rate_hz = rate_hz
        self._payload_type = payload_type
        self._octets = 0
        self._sequence = secrets.randbits(15)
        self._timestamp = secrets.randbits(31)

    def packet(self, payload: bytes, *, marker: bool) -> bytes:
        """The next RTP packet, not encrypted."""
        second = self._payload_type | (0x80 if marker else 0)
        header = struct.pack("!BBHII", 0x80, second, self._sequence, self._timestamp, self.ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self._octets += len(payload)
        return header + payload

    def advance(self, ticks: int) -> None:
        """What follows is this much later on the track's clock."""
        self._timestamp = (self._timestamp + ticks) & 0xFFFFFFFF

    def report(self, unix_ms: float) -> bytes:
        """A sender report for now."""
        return rtcp.sender_report(self.ssrc, unix_ms, self._timestamp, self.packets, self._octets)
