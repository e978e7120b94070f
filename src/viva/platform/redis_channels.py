"""Litestar's Redis channels, made to outlast a Redis that goes away.

As it comes, the first publish that fails ends the plugin's worker for good: the process falls silent, its
queue grows, and its shutdown waits for ever. Facts are hints, so here they are dropped and said in the log.
"""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Iterable
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar.channels.backends.redis import RedisChannelsPubSubBackend
from redis.asyncio import Redis
from redis.exceptions import RedisError

from viva.platform.settings import SettingsError

log = structlog.get_logger(__name__)

_TIMEOUT_S = 2.0
_PAUSE_S = 0.5
"""After a failure nothing is tried for this long, so that a Redis that hangs holds nobody up."""
_KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}
"""Seconds, seconds, a count: a listener whose Redis went away in silence hears nothing, and must learn so."""
_LOST = (RedisError, OSError, TimeoutError)


def _watched(url: str) -> dict[str, Any]:
    """What has a network watched; a Redis on a file's socket is on this machine."""
    if urlsplit(url).scheme == "unix":
        return {}
    return {"socket_keepalive": True, "socket_keepalive_options": _KEEPALIVE}


class PatientRedisChannels(RedisChannelsPubSubBackend):
    """Publishes or drops, never raises; listens again by itself; keeps its channels until it is closed."""

    def __init__(self, url: str) -> None:
        try:
            redis = Redis.from_url(url, socket_connect_timeout=_TIMEOUT_S, **_watched(url))
        except ValueError:
            raise SettingsError(
                "VIVA_CHANNELS must be 'memory' or an address such as redis://host:6379."
            ) from None
        super().__init__(redis=redis, key_prefix="VIVA", stream_sleep_no_subscriptions=1)
        self._place = urlsplit(url).hostname or urlsplit(url).path
        self._quiet_until = 0.0
        self._subscribed: set[str] = set()

    async def on_startup(self) -> None:
        """Raises `SettingsError` when Redis is not there: better now than silently later."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._redis.ping()
        except _LOST as error:
            raise SettingsError(
                f"VIVA_CHANNELS: the Redis at {self._place} does not answer: {error}."
            ) from None
        await super().on_startup()

    async def on_shutdown(self) -> None:
        """Close the connections."""
        await super().on_shutdown()
        await self._redis.aclose()

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Once for each channel."""
        if new := set(channels) - self._subscribed:
            await super().subscribe(new)
            self._subscribed |= new

    async def unsubscribe(self, channels: Iterable[str]) -> None:
        """Not before the end: there is one channel, and the next listener will want it."""

    async def publish(self, data: bytes, channels: Iterable[str]) -> None:
        """Publish, or drop and say so."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await super().publish(data, channels)
        except _LOST as error:
            self._quiet_until = time.monotonic() + _PAUSE_S
            log.warning("bus_cannot_publish", reason=str(error))

    async def stream_events(self) -> AsyncGenerator[tuple[str, Any], None]:
        """What arrives; the client subscribes again by itself when it is connected again."""
        while True:
            try:
                async for event in super().stream_events():
                    yield event
            except _LOST as error:
                log.warning("bus_cannot_listen", reason=str(error))
                await asyncio.sleep(_PAUSE_S)
