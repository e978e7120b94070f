"""How long to wait before the next attempt. Pure: randomness comes in."""

from collections.abc import Callable


class Backoff:
    """Doubles from `first_s` up to `cap_s`; each wait lies between half of that and all of it.

    The jitter keeps a hundred interviews from returning to a recovering vendor in the same instant.
    """

    def __init__(self, random: Callable[[], float], *, first_s: float = 0.2, cap_s: float = 15.0) -> None:
        self._random = random
        self._first_s = first_s
        self._cap_s = cap_s
        self.attempts = 0

    def next_delay_s(self) -> float:
        """The wait before the next attempt, in seconds."""
        ceiling_s = min(self._cap_s, self._first_s * float(2 ** min(self.attempts, 32)))
        self.attempts += 1
        return ceiling_s * (0.5 + self._random() / 2)

    def succeeded(self) -> None:
        """The connection proved useful; the next failure starts from the beginning."""
        self.attempts = 0
