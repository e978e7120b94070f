"""Time comes in from outside, so that models stay pure and tests own it."""

import time
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """Tells the time of day and the time that only goes forward.

    Checkable at run time, for the web framework checks what it hands to a handler.
    """

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic_ms(self) -> float:
        """Milliseconds that never go back, of no fixed origin; for durations within this process."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> float:
        """`time.monotonic()` in milliseconds."""
        return time.monotonic() * 1000
