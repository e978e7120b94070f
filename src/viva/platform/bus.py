"""The typed bus: facts to whoever listens, inside one process or over Redis.

It carries hints and nudges. A listener that is too slow loses the oldest ones, and what is published while
Redis is away is lost: whoever needs to know asks the database, which is the truth.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import msgspec
import structlog
from litestar.channels import ChannelsPlugin, Subscriber
from litestar.channels.backends.base import ChannelsBackend
from litestar.channels.backends.memory import MemoryChannelsBackend

log = structlog.get_logger(__name__)

_CHANNEL = "viva_facts"
"""One plugin channel for all: it never forgets a channel's name, so one per interview would leak."""
_BACKLOG = 256
"""Facts that a slow listener may fall behind before the oldest are dropped."""


class Encoder(Protocol):
    """Turns a fact to bytes and back; `bootstrap` makes it for the union of all events."""

    def encode(self, event: Any) -> bytes:
        """To the wire."""
        ...

    def decode(self, data: bytes) -> Any:
        """From the wire."""
        ...


class JsonEvents:
    """msgspec JSON for one tagged union of events."""

    def __init__(self, union: Any) -> None:
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(union)

    def encode(self, event: Any) -> bytes:
        """To the wire."""
        return self._encoder.encode(event)

    def decode(self, data: bytes) -> Any:
        """From the wire."""
        return self._decoder.decode(data)


class Bus:
    """Publish and subscribe typed events. Open with `async with` before use."""

    def __init__(self, encoder: Encoder, url: str = "memory") -> None:
        self._encoder = encoder
        self._plugin = ChannelsPlugin(
            backend=_backend(url),
            channels=[_CHANNEL],
            subscriber_max_backlog=_BACKLOG,
            subscriber_backlog_strategy="dropleft",
        )

    async def __aenter__(self) -> "Bus":
        await self._plugin.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._plugin.__aexit__(None, None, None)

    def publish(self, event: Any) -> None:
        """Hand an event over; never waits, never raises because of a listener."""
        self._plugin.publish(self._encoder.encode(event), [_CHANNEL])

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[Any]]:
        """Every event from now on, in order: `async with bus.listen() as events: async for e in events`."""
        subscriber = await self._plugin.subscribe([_CHANNEL])
        try:
            yield self._events(subscriber)
        finally:
            await self._plugin.unsubscribe(subscriber)

    async def _events(self, subscriber: Subscriber) -> AsyncIterator[Any]:
        async for raw in subscriber.iter_events():
            try:
                yield self._encoder.decode(raw)
            except msgspec.DecodeError:
                log.exception("bus_event_unreadable")


def _backend(url: str) -> ChannelsBackend:
    if url == "memory":
        return MemoryChannelsBackend()
    # Imported only where several processes share one Redis: the client is not needed otherwise.
    from viva.platform.redis_channels import PatientRedisChannels  # noqa: PLC0415 (see above)

    return PatientRedisChannels(url)
