"""Honest statistics about one source for receiver reports (RFC 3550, sections 6.4.1, A.3, A.8)."""

import struct

from viva.media.rtp.rtcp import SenderReport


class Reception:
    """Counts what arrived of one SSRC. Times are monotonic milliseconds."""

    def __init__(self, ssrc: int, rate_hz: int) -> None:
        self.ssrc = ssrc
        self.received = 0
        self.octets = 0
        self._per_ms = rate_hz / 1000
        self._first: int | None = None
        self._highest = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._expected_before = 0
        self._received_before = 0
        self._last_report: tuple[int, float] | None = None
        self.fraction_lost = 0.0

    @property
    def lost(self) -> int:
        """Packets that are missing so far; never below zero, though doubles may make it seem so."""
        expected = self._highest - self._first + 1 if self._first is not None else 0
        return max(0, expected - self.received)

    def count(self, sequence: int, timestamp: int, size: int, now_ms: float) -> int:
        """Take note of a packet; returns its sequence number, unwrapped."""
        if self._first is None:
            self._first = self._highest = sequence
        number = self.number(sequence)
        self.received += 1
        self.octets += size
        if number < self._highest:
            return number  # out of order or sent again: says nothing of how evenly the others travel
        self._highest = number
        transit = now_ms * self._per_ms - timestamp
        if self._transit is not None:
            deviation = abs(transit - self._transit)
            if deviation < 1 << 31:
                self._jitter += (deviation - self._jitter) / 16
        self._transit = transit
        return number

    def number(self, sequence: int) -> int:
        """A sequence number, unwrapped: the one nearest to the highest that came."""
        return self._highest + (sequence - self._highest + 0x8000 & 0xFFFF) - 0x8000

    def note(self, report: SenderReport, now_ms: float) -> None:
        """Remember the sender report that the next block answers."""
        self._last_report = (report.ntp_middle, now_ms)

    def block(self, now_ms: float) -> bytes:
        """The next report block; it also sets `fraction_lost` (0 to 1) for the time since the last one."""
        expected = self._highest - self._first + 1 if self._first is not None else 0
        expected_now = expected - self._expected_before
        lost_now = max(0, expected_now - (self.received - self._received_before))
        self._expected_before, self._received_before = expected, self.received
        self.fraction_lost = lost_now / expected_now if expected_now > 0 else 0.0
        middle, delay = 0, 0
        if self._last_report is not None:
            middle = self._last_report[0]
            delay = int((now_ms - self._last_report[1]) * 65.536)
        head = int(min(self.fraction_lost, 255 / 256) * 256) << 24 | min(self.lost, 0x7FFFFF)
        return struct.pack(
            "!6I",
            self.ssrc,
            head,
            self._highest & 0xFFFFFFFF,
            int(self._jitter) & 0xFFFFFFFF,
            middle,
            delay & 0xFFFFFFFF,
        )
