"""Argon2id, off the event loop and never more at once than the machine can hold."""

import secrets
from functools import partial
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from viva.auth.password_rules import PASSWORD_MAX, normal_password
from viva.platform.errors import Unavailable

_T = TypeVar("_T")

AT_ONCE = 2
"""Each takes 64 MiB and, on the machine we measured, 0.18 s of a core."""
WAITING_MAX = 32
"""More than this in the queue would wait for seconds: they are told to come back instead."""


class Passwords:
    """Hashes and verifies. With no stored hash a dummy is verified: nobody learns who has an account."""

    def __init__(self, hasher: Argon2Hasher | None = None, *, at_once: int = AT_ONCE) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._limit = anyio.CapacityLimiter(at_once)
        self._waiting = 0
        self._dummy = self._hash.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """The string to store. Raises `Unavailable` when too many wait already."""
        return await self._bounded(partial(self._hash.hash, normal_password(password)))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` is the one behind `stored`; with None the same time passes and the answer is no.

        Raises `Unavailable` when too many wait already.
        """
        if len(password) > PASSWORD_MAX:
            return False
        check = partial(self._hash.verify, normal_password(password), stored or self._dummy)
        matches = await self._bounded(check)
        return matches and stored is not None

    async def _bounded(self, work: "partial[_T]") -> _T:
        if self._waiting >= WAITING_MAX:
            raise Unavailable(retry_after_s=2)
        self._waiting += 1
        try:
            return await run_sync(work, limiter=self._limit)
        finally:
            self._waiting -= 1
