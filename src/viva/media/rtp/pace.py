"""Sound comes as fast as time passes. Pure: the moments are given."""

AHEAD_MS = 10_000.0
"""A sender's clock may run a little faster than ours, and a connection opens a little after its recording."""
BEHIND_MS = 30_000.0
"""For so long a network, or this process, may be stuck; then all that was said meanwhile comes at once."""


class Pace:
    """What one sender can have said by now. Milliseconds, of sound and of the process's monotonic clock."""

    def __init__(self, behind_ms: float = BEHIND_MS) -> None:
        self._behind_ms = behind_ms
        self._said_ms: float | None = None

    def allows(self, duration_ms: float, now_ms: float) -> bool:
        """Whether so much more sound can have been said by now; if so, it has."""
        said_ms = now_ms if self._said_ms is None else max(self._said_ms, now_ms - self._behind_ms)
        if said_ms + duration_ms > now_ms + AHEAD_MS:
            return False
        self._said_ms = said_ms + duration_ms
        return True
