"""The fault proxies themselves: each word does what it says, and fair weather changes nothing."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.support.fault_proxy import Address, FaultProxy, Weather
from tests.support.udp_proxy import UdpFaultProxy

PATIENCE_S = 30


@asynccontextmanager
async def echo() -> AsyncIterator[Address]:
    """A server that says everything back."""

    async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(4096):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(say_back, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()


@asynccontextmanager
async def proxied() -> AsyncIterator[FaultProxy]:
    async with echo() as address, FaultProxy(address) as proxy, asyncio.timeout(PATIENCE_S):
        yield proxy


@asynccontextmanager
async def line(proxy: FaultProxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*proxy.address)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def test_in_fair_weather_everything_passes_unchanged() -> None:
    said = random.Random(1).randbytes(300_000)  # noqa: S311 (a seed, not a secret)
    async with proxied() as proxy, line(proxy) as (reader, writer):
        writer.write(said)
        assert await reader.readexactly(len(said)) == said


async def test_latency_and_bandwidth_take_their_time_and_keep_the_order() -> None:
    async with proxied() as proxy, line(proxy) as (reader, writer):
        proxy.to_server = Weather(latency_ms=50, jitter_ms=20)
        began = time.monotonic()
        for number in range(3):
            writer.write(b"%d" % number)
            assert await reader.readexactly(1) == b"%d" % number
        assert time.monotonic() - began >= 0.15
        proxy.to_server = Weather(bandwidth_kbps=80)
        began = time.monotonic()
        writer.write(b"x" * 1_000)
        await reader.readexactly(1_000)
        assert time.monotonic() - began >= 0.1


async def test_the_slicer_hands_on_small_pieces() -> None:
    async with proxied() as proxy, line(proxy) as (reader, writer):
        proxy.to_client = Weather(slicer=2)
        writer.write(b"abcdefgh")
        assert len(await reader.read(100)) < 8
        assert await reader.readexactly(1)


async def test_a_limit_of_data_closes_after_exactly_so_much() -> None:
    async with proxied() as proxy, line(proxy) as (reader, writer):
        proxy.to_client = Weather(limit_data=5)
        writer.write(b"abcdefgh")
        assert await reader.read() == b"abcde"


async def test_a_timeout_swallows_and_leaves_the_connection_open() -> None:
    async with proxied() as proxy, line(proxy) as (reader, writer):
        proxy.to_server = Weather(timeout=True)
        writer.write(b"never heard")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
        assert proxy.connections == 1
        proxy.to_server = Weather()
        writer.write(b"heard")
        assert await reader.readexactly(5) == b"heard"


async def test_a_reset_is_a_reset_and_not_an_end() -> None:
    async with proxied() as proxy, line(proxy) as (reader, writer):
        writer.write(b"a")
        await reader.readexactly(1)
        assert proxy.reset_peer() == 1
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)


async def test_down_refuses_and_afterwards_it_is_the_same_address() -> None:
    async with proxied() as proxy:
        async with line(proxy) as (reader, writer), proxy.down():
            with pytest.raises(ConnectionError):
                await asyncio.open_connection(*proxy.address)
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
        async with line(proxy) as (reader, writer):
            writer.write(b"b")
            assert await reader.readexactly(1) == b"b"
        assert proxy.accepted == 2


async def test_a_server_that_is_not_there_is_told_to_the_client() -> None:
    async with FaultProxy(("127.0.0.1", 1)) as proxy, line(proxy) as (reader, _writer):
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)


class _Mirror(asyncio.DatagramProtocol):
    """Sends every datagram back to where it came from."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.transport.sendto(data, addr)  # type: ignore[attr-defined]


class _Inbox(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        self.queue.put_nowait(data)


@asynccontextmanager
async def datagrams() -> AsyncIterator[tuple[UdpFaultProxy, asyncio.DatagramTransport, asyncio.Queue[bytes]]]:
    loop = asyncio.get_running_loop()
    mirror, _ = await loop.create_datagram_endpoint(_Mirror, local_addr=("127.0.0.1", 0))
    async with UdpFaultProxy(mirror.get_extra_info("sockname"), seed=7) as proxy, asyncio.timeout(PATIENCE_S):
        client, inbox = await loop.create_datagram_endpoint(_Inbox, remote_addr=proxy.address)
        try:
            yield proxy, client, inbox.queue
        finally:
            client.close()
            mirror.close()


async def _all_of(queue: asyncio.Queue[bytes], last: bytes) -> list[bytes]:
    """Everything that came until `last`, which is sent in fair weather."""
    came = []
    while (data := await queue.get()) != last:
        came.append(data)
    return came


async def test_datagrams_pass_and_those_that_are_lost_are_told_by_nobody() -> None:
    async with datagrams() as (proxy, client, inbox):
        client.sendto(b"first")
        assert await inbox.get() == b"first"
        proxy.to_server = Weather(loss=0.2)
        for number in range(200):
            client.sendto(b"%d" % number)
            if number % 20 == 19:
                await asyncio.sleep(0)
        await proxy.until(lambda: proxy.lost >= 20)
        proxy.to_server = Weather()
        client.sendto(b"last")
        came = await _all_of(inbox, b"last")
        assert 20 <= proxy.lost <= 60
        assert came == sorted(came, key=int)


async def test_datagrams_are_doubled_and_reordered() -> None:
    async with datagrams() as (proxy, client, inbox):
        client.sendto(b"first")
        assert await inbox.get() == b"first"
        proxy.to_server = Weather(jitter_ms=60, duplicate=1)
        for number in range(20):
            client.sendto(b"%d" % number)
        came = [await inbox.get() for _ in range(40)]
        assert sorted(map(int, came)) == sorted([*range(20), *range(20)])
        assert came != sorted(came, key=int)


async def test_while_it_is_down_nothing_passes_and_a_nat_that_forgot_gives_a_new_port() -> None:
    async with datagrams() as (proxy, client, inbox):
        proxy.down = True
        client.sendto(b"lost")
        await proxy.until(lambda: proxy.lost == 1)
        proxy.down = False
        client.sendto(b"heard")
        assert await inbox.get() == b"heard"
        proxy.rebind()
        client.sendto(b"again")
        assert await inbox.get() == b"again"
