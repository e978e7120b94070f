"""A UDP proxy on loopback that loses, doubles, delays and so reorders datagrams; the words are `Weather`'s.

Every client gets a socket of its own towards the server, so that the server tells clients apart. Loss and
doubling are drawn from a seed; `down` loses everything and tells nobody, as a network does.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Self

from tests.support.fault_proxy import FAIR, Address, Weather


class UdpFaultProxy:
    """One UDP port in front of one server's."""

    def __init__(self, upstream: Address, *, seed: int = 0) -> None:
        self.to_server = FAIR
        self.to_client = FAIR
        self.down = False
        self.lost = 0
        self.passed = 0
        self._changed = asyncio.Event()
        self._upstream = upstream
        self._random = random.Random(seed)  # noqa: S311 (a seed, not a secret)
        self._front: asyncio.DatagramTransport | None = None
        self._behind: dict[Address, asyncio.DatagramTransport] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._opening: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> Address:
        """Where to send instead of to the server."""
        assert self._front is not None
        host, port = self._front.get_extra_info("sockname")[:2]
        return host, port

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(
            lambda: _Receiver(self._from_client), local_addr=("127.0.0.1", 0)
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        for transport in (self._front, *self._behind.values()):
            if transport is not None:
                transport.close()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a datagram made the condition true."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def rebind(self) -> None:
        """What a NAT does that forgot its mapping: every client comes from a new port from now on."""
        for transport in self._behind.values():
            transport.close()
        self._behind.clear()

    def _from_client(self, data: bytes, client: Address) -> None:
        behind = self._behind.get(client)
        if behind is not None:
            self._pass(self.to_server, lambda: behind.sendto(data))
            return
        task = asyncio.create_task(self._open(client, data), name="udp_proxy.open")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, client: Address, first: bytes) -> None:
        front = self._front
        assert front is not None

        def back(data: bytes, _server: Address) -> None:
            self._pass(self.to_client, lambda: front.sendto(data, client))

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Receiver(back), remote_addr=self._upstream
        )
        if client in self._behind:  # two datagrams came before the socket was there
            transport.close()
        else:
            self._behind[client] = transport
        self._from_client(first, client)

    def _pass(self, weather: Weather, send: Callable[[], None]) -> None:
        self._changed.set()
        if self.down or weather.timeout or self._random.random() < weather.loss:
            self.lost += 1
            return
        self.passed += 1
        copies = 2 if self._random.random() < weather.duplicate else 1
        for _ in range(copies):
            self._later(weather.latency_ms + self._random.uniform(0, weather.jitter_ms), send)

    def _later(self, delay_ms: float, send: Callable[[], None]) -> None:
        if not delay_ms:
            send()
            return

        def due() -> None:
            self._timers.discard(timer)
            send()

        timer = asyncio.get_running_loop().call_later(delay_ms / 1000, due)
        self._timers.add(timer)


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, Address], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._take(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there at the moment: lost, as anywhere."""
