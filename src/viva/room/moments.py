"""Moments of the process's monotonic clock, told on an interview's own."""

from datetime import datetime

from viva.platform.clock import Clock
from viva.room.interview_time import both_clocks
from viva.sessions import Session


class Moments:
    """For one interview. The answer for a moment is always the same, whatever becomes of the time of day."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at: datetime | None = None
        self._zero_ms = 0.0

    def at_ms(self, session: Session, received_ms: float) -> int:
        """A moment of the monotonic clock on the interview's clock; 0 for what was before it began."""
        if session.started_at is None:
            return 0
        if self._started_at != session.started_at:
            self._started_at = session.started_at
            now_ms, now = both_clocks(self._clock)
            self._zero_ms = now_ms - (now - session.started_at).total_seconds() * 1000
        return max(0, round(received_ms - self._zero_ms))
