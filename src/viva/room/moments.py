"""Moments of the process's monotonic clock, told on an interview's own."""

import math
from datetime import datetime

from viva.platform.clock import Clock
from viva.sessions import Session

_LOOK_EVERY_MS = 1_000.0
_JUMP_MS = 50.0
_PRECISE_MS = 1.0
_LOOKS = 5


class Moments:
    """For one interview. Every packet asks, so the time of day is read once a second and not each time.

    The answer for a moment stays the same to the millisecond, unless the machine's time of day was set anew:
    a jump is followed, because everything else about the interview is told by the time of day.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at: datetime | None = None
        self._zero_ms = 0.0
        self._looked_ms = 0.0

    def at_ms(self, session: Session, received_ms: float) -> int:
        """A moment of the monotonic clock on the interview's clock; 0 for what was before it began."""
        if session.started_at is None:
            return 0
        if self._started_at != session.started_at:
            self._started_at = session.started_at
            self._zero_ms = self._look(session.started_at)
        elif abs(received_ms - self._looked_ms) > _LOOK_EVERY_MS:
            zero_ms = self._look(session.started_at)
            if abs(zero_ms - self._zero_ms) > _JUMP_MS:
                self._zero_ms = zero_ms
        return max(0, round(received_ms - self._zero_ms))

    def _look(self, started_at: datetime) -> float:
        """Where on the monotonic clock the interview began, by the time of day that it is now.

        A busy machine may let us wait between the two clocks; then look again, and take the shortest look.
        """
        shortest_ms, zero_ms = math.inf, 0.0
        for _ in range(_LOOKS):
            before_ms = self._clock.monotonic_ms()
            gone_ms = (self._clock.now() - started_at).total_seconds() * 1000
            self._looked_ms = self._clock.monotonic_ms()
            if self._looked_ms - before_ms < shortest_ms:
                shortest_ms, zero_ms = self._looked_ms - before_ms, before_ms - gone_ms
            if shortest_ms < _PRECISE_MS:
                break
        return zero_ms
