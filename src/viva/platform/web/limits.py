"""How often something may be tried: a sliding window per key, in memory, of bounded size (S14)."""

import math
from collections import OrderedDict, deque

from viva.platform.clock import Clock
from viva.platform.errors import TooManyRequests

KEYS_MAX = 20_000
"""Keys remembered at once; beyond that the one that was quiet longest is forgotten."""


class RateLimiter:
    """At most `limit` tries in any `window_s` seconds for one key.

    Choose keys that lock out the guesser and not the victim: the account together with the address. One
    process counts for itself.
    """

    def __init__(self, limit: int, window_s: float, clock: Clock, keys_max: int = KEYS_MAX) -> None:
        self._limit = limit
        self._window_ms = window_s * 1000
        self._clock = clock
        self._keys_max = keys_max
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def hit(self, *parts: str) -> None:
        """Count a try under the key made of `parts`. Raises `TooManyRequests` beyond the limit."""
        now = self._clock.monotonic_ms()
        tries = self._recent("\x1f".join(parts), now)
        if len(tries) >= self._limit:
            wait_ms = tries[0] + self._window_ms - now
            raise TooManyRequests(retry_after_s=max(1, math.ceil(wait_ms / 1000)))
        tries.append(now)

    def forget(self, *parts: str) -> None:
        """Start afresh, as after a success."""
        self._tries.pop("\x1f".join(parts), None)

    def _recent(self, key: str, now: float) -> deque[float]:
        tries = self._tries.setdefault(key, deque())
        self._tries.move_to_end(key)
        while tries and tries[0] <= now - self._window_ms:
            tries.popleft()
        while len(self._tries) > self._keys_max:
            self._tries.popitem(last=False)
        return tries
