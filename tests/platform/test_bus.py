import asyncio
import contextlib
import shutil
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
import pytest
import redis.asyncio
import redis.exceptions
import structlog
from tests.support.server import free_port

from viva.events import AnyEvent, SessionCreated, UtteranceHeard
from viva.platform.bus import Bus, JsonEvents
from viva.platform.settings import SettingsError

PATIENCE_S = 60
SESSION = UUID("0198c0de-0000-7000-8000-000000000001")
BACKLOG = 256


class Large(msgspec.Struct, frozen=True, tag=True):
    seq: int
    text: str


def heard(seq: int) -> UtteranceHeard:
    return UtteranceHeard(session_id=SESSION, seq=seq)


async def take(events: AsyncIterator[object], count: int) -> list[object]:
    async with asyncio.timeout(PATIENCE_S):
        return [await anext(events) for _ in range(count)]


def memory() -> Bus:
    return Bus(JsonEvents(AnyEvent))


async def test_every_listener_hears_every_event_in_order() -> None:
    async with memory() as bus, bus.listen() as one, bus.listen() as two:
        events = [SessionCreated(session_id=SESSION), heard(1), heard(2)]
        for event in events:
            bus.publish(event)
        assert await take(one, 3) == events
        assert await take(two, 3) == events


async def test_nobody_listening_is_no_error() -> None:
    async with memory() as bus:
        bus.publish(heard(1))
        async with bus.listen() as events:
            bus.publish(heard(2))
            assert (await take(events, 1))[-1] in (heard(1), heard(2))


async def test_a_slow_listener_loses_the_oldest_and_slows_nobody() -> None:
    async with memory() as bus, bus.listen() as slow, bus.listen() as quick:
        for seq in range(BACKLOG + 50):
            bus.publish(heard(seq))
            assert await take(quick, 1) == [heard(seq)]
        late = await take(slow, BACKLOG)
        assert late[-1] == heard(BACKLOG + 49)
        assert late[0] == heard(50)


async def test_an_unreadable_event_is_logged_and_the_next_one_heard() -> None:
    class Torn(JsonEvents):
        def encode(self, event: object) -> bytes:
            return b"{torn" if event == heard(1) else super().encode(event)

    async with Bus(Torn(AnyEvent)) as bus, bus.listen() as events:
        with structlog.testing.capture_logs() as logs:
            bus.publish(heard(1))
            bus.publish(heard(2))
            assert await take(events, 1) == [heard(2)]
    assert [entry["event"] for entry in logs] == ["bus_event_unreadable"]


async def test_a_listener_that_leaves_leaves_the_others_listening() -> None:
    async with memory() as bus, bus.listen() as stays:
        async with bus.listen():
            pass
        bus.publish(heard(1))
        assert await take(stays, 1) == [heard(1)]


@contextlib.asynccontextmanager
async def redis_server(folder: Path, port: int = 0) -> AsyncIterator[str]:
    """A Redis of our own on a socket in `folder`, and on `port` if there is one; the socket's URL."""
    path = folder / "redis.sock"
    server = await asyncio.create_subprocess_exec(
        "redis-server",
        "--port",
        str(port),
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--dir",
        str(folder),
        stdout=DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S), redis.asyncio.Redis(unix_socket_path=str(path)) as client:
            while not await _answers(client):  # noqa: ASYNC110 (another process has no event)
                await asyncio.sleep(0.01)
        yield f"unix://{path}"
    finally:
        server.kill()
        await server.wait()


async def _answers(client: redis.asyncio.Redis) -> bool:
    try:
        return bool(await client.ping())
    except redis.exceptions.ConnectionError:
        return False


with_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server here")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short enough for a socket's path."""
    with TemporaryDirectory(prefix="viva") as name:
        yield Path(name)


@with_redis
async def test_two_processes_share_their_events_over_redis_even_large_ones(folder: Path) -> None:
    big = [Large(seq=seq, text="가" * 100_000) for seq in range(20)]
    async with (
        redis_server(folder) as url,
        Bus(JsonEvents(Large), url) as one,
        Bus(JsonEvents(Large), url) as two,
        one.listen() as here,
        two.listen() as there,
    ):
        for event in big:
            one.publish(event)
        assert await take(there, 20) == big
        assert await take(here, 20) == big


@with_redis
async def test_events_flow_again_after_redis_was_away_and_publishing_meanwhile_harms_nobody(
    folder: Path,
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(contextlib.AsyncExitStack())
        url = await first.enter_async_context(redis_server(folder))
        bus = await stack.enter_async_context(Bus(JsonEvents(AnyEvent), url))
        events = await stack.enter_async_context(bus.listen())
        bus.publish(heard(1))
        assert await take(events, 1) == [heard(1)]
        await first.aclose()
        bus.publish(heard(2))
        await stack.enter_async_context(redis_server(folder))
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            next_one = group.create_task(anext(events))  # type: ignore[arg-type]
            while not next_one.done():
                bus.publish(heard(3))
                await asyncio.wait({next_one}, timeout=0.05)
        assert next_one.result() in (heard(2), heard(3))


@with_redis
async def test_a_redis_on_a_network_that_dies_in_silence_is_noticed_by_the_kernel(folder: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    async with redis_server(folder, port), Bus(JsonEvents(AnyEvent), url) as bus, bus.listen():
        listening = bus._plugin._backend._pub_sub.connection._writer.get_extra_info("socket")
        assert listening.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5


@with_redis
async def test_a_bus_whose_redis_is_gone_still_closes(folder: Path) -> None:
    async with asyncio.timeout(PATIENCE_S), contextlib.AsyncExitStack() as server:
        url = await server.enter_async_context(redis_server(folder))
        async with Bus(JsonEvents(AnyEvent), url) as bus, bus.listen():
            await server.aclose()
            bus.publish(heard(1))


@pytest.mark.parametrize("url", ["unix:///nowhere/redis.sock", "rabbit://host"])
async def test_a_redis_that_is_not_there_is_said_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="VIVA_CHANNELS"):
        async with Bus(JsonEvents(AnyEvent), url):
            pass
