"""How often somebody may try. The key holds the account and the address together, so that nobody can lock
another person out, and a guesser gets no further by changing one of the two fast (S14)."""

import hashlib
import ipaddress
from collections import OrderedDict
from typing import Protocol

from viva.platform.clock import Clock
from viva.platform.errors import TooManyRequests

ATTEMPTS = 5
WINDOW_S = 60
KEYS_MAX = 20_000
"""Beyond this the key that was quiet longest is forgotten: the memory has a bound."""


class AttemptLimiter(Protocol):
    """Counts tries under a key."""

    def check(self, key: str) -> None:
        """Count one try. Raises `TooManyRequests` from the first that is too many."""
        ...

    def forgive(self, key: str) -> None:
        """Forget the tries of somebody who got it right."""
        ...


class AttemptsInMemory:
    """A window that slides over the last tries of each key; within one process."""

    def __init__(self, clock: Clock, *, attempts: int = ATTEMPTS, window_s: int = WINDOW_S) -> None:
        self._clock = clock
        self._attempts = attempts
        self._window_ms = window_s * 1000
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Count one try; a refused one is not counted, so waiting always helps. Raises `TooManyRequests`."""
        now = self._clock.monotonic_ms()
        recent = [moment for moment in self._tries.pop(key, []) if moment > now - self._window_ms]
        self._tries[key] = recent
        if len(recent) >= self._attempts:
            raise TooManyRequests(retry_after_s=max(1, int((recent[0] + self._window_ms - now) / 1000) + 1))
        recent.append(now)
        while len(self._tries) > KEYS_MAX:
            self._tries.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Forget the tries under `key`."""
        self._tries.pop(key, None)


def attempt_key(account: str, address: str) -> str:
    """The key of one account tried from one address."""
    who = hashlib.sha256(account.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]
    return f"sign-in:{who}:{_network(address)}"


def _network(address: str) -> str:
    # A home has a whole /64 of IPv6 addresses and could take a new one for each try.
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
