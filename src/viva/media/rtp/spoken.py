"""When a packet's sound was spoken: by the sender's own count, anchored by arrival. Pure.

Arrival trembles, the count does not. There is one answer for each packet, made where it comes in: the
recorder and the recogniser go by it, so what was heard live and what is heard again lie at the same moment.
"""

from viva.audio import OPUS_RATE_HZ
from viva.media.rtp.pace import BEHIND_MS

EARLY_MS = 40.0
"""A packet this much earlier than its count says: those before were delayed. Nothing arrives before it was
said."""
LATE_MS = BEHIND_MS
"""No network holds a packet back for longer: its sender's count has stood still."""
PAUSE_MS = 1_000.0
"""After so long without packets the count may have stood still, or the network may have been stuck: what it
held back then comes at once, and is late by less and less."""
STOOD_STILL_MS = 500.0
"""Lateness that stays above this for `PAUSE_MS` after a pause is a count that stood still."""


class SpokenClock:
    """The moments of one connection's sound, on the process's monotonic clock."""

    def __init__(self) -> None:
        self._offset_ms: float | None = None
        self._arrived_ms = 0.0
        self._paused_since_ms: float | None = None
        self._least_late_ms = 0.0
        self._begins = False

    def begin(self) -> None:
        """Somebody begins to speak: if the count stood still, the next packet is told by arrival."""
        self._begins = True

    def restart(self) -> None:
        """The sender was muted, and its count may have stood still: the next packet is told by arrival."""
        self._offset_ms = self._paused_since_ms = None

    def at(self, timestamp: int, received_ms: float) -> float:
        """When the packet with this (unwrapped) timestamp, which came at `received_ms`, began."""
        raw_ms = timestamp * 1000 / OPUS_RATE_HZ
        if self._offset_ms is None:
            self._offset_ms = received_ms - raw_ms
        late_ms = received_ms - raw_ms - self._offset_ms
        if late_ms < -EARLY_MS or late_ms > LATE_MS or self._stood_still(late_ms, received_ms):
            self._offset_ms += late_ms
            self._paused_since_ms = None
        self._arrived_ms, self._begins = received_ms, False
        return raw_ms + self._offset_ms

    def _stood_still(self, late_ms: float, received_ms: float) -> bool:
        """Whether the sender's count did, as far as that is known by now."""
        if received_ms - self._arrived_ms > PAUSE_MS:
            self._paused_since_ms, self._least_late_ms = received_ms, late_ms
        if self._paused_since_ms is None:
            return False
        self._least_late_ms = min(self._least_late_ms, late_ms)
        if self._least_late_ms <= STOOD_STILL_MS:
            self._paused_since_ms = None
            return False
        return self._begins or received_ms - self._paused_since_ms >= PAUSE_MS
