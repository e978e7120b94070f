"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Implements `platform.clock.Clock`; both of its times move together."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic_ms = 1_000_000.0

    def now(self) -> datetime:
        """The time of day that was set."""
        return self._now

    def monotonic_ms(self) -> float:
        """Never goes back, whatever `set` does."""
        return self._monotonic_ms

    def advance(self, seconds: float = 0.0, **parts: float) -> None:
        """Let time pass: `advance(30)`, `advance(minutes=5)`."""
        passed = timedelta(seconds=seconds, **parts)
        self._now += passed
        self._monotonic_ms += passed.total_seconds() * 1000

    def set(self, now: datetime) -> None:
        """Change the time of day as an administrator would; durations do not notice."""
        self._now = now
