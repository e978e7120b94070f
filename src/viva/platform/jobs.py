"""Durable work: a row that is written with the facts that call for it and stays until it is done.

The port; `Work.enqueue` writes a job, `platform.job_queue` works on them. A job survives kill -9, is retried
with back-off, and after `MAX_ATTEMPTS` is held where an admin sees it. Handlers may run twice and must be
idempotent.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

MAX_ATTEMPTS = 5
"""F21: a job that failed this often is held for a person."""


class Job(msgspec.Struct, frozen=True):
    """One piece of work as its handler sees it; `attempt` counts from 1."""

    id: str
    name: str
    payload: bytes
    attempt: int


class HeldJob(msgspec.Struct, frozen=True):
    """A job that needs a person: it failed too often; `session_id` is whose work it is, where it is one's."""

    id: str
    name: str
    attempts: int
    reason: str
    since: datetime
    session_id: UUID | None = None


class Load(msgspec.Struct, frozen=True):
    """How many jobs wait and how many are under way; held ones are neither."""

    queued: int
    running: int


class RetryLater(Exception):
    """Raised by a handler when an outage must be waited out: try again in `delay_s`; costs no attempt."""

    def __init__(self, delay_s: float, reason: str) -> None:
        super().__init__(reason)
        self.delay_s = delay_s
        self.reason = reason


Handler = Callable[[Job], Awaitable[None]]
"""Returns when the work is done; any exception is a failed attempt, `RetryLater` a postponement."""


class Jobs(Protocol):
    """What the rest of the house knows of the queue."""

    def register(self, name: str, handler: Handler) -> None:
        """Name the handler of a kind of job, before `run`."""
        ...

    async def run(self) -> None:
        """Work until cancelled; on cancellation the running jobs are released for the next worker."""
        ...

    async def held(self) -> Sequence[HeldJob]:
        """The jobs that wait for a person."""
        ...

    async def load(self) -> Load:
        """How much there is to do."""
        ...

    async def release(self, job_id: str) -> None:
        """Give a held job a new start. Raises `NotFound`."""
        ...


class ForSession(msgspec.Struct, frozen=True):
    """The payload that most jobs carry."""

    session_id: UUID
