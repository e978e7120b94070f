"""A proxy on loopback that makes a network fail, in Toxiproxy's words, for TCP; `udp_proxy` does it for UDP.

    async with FaultProxy(("127.0.0.1", 5432)) as proxy:
        ... connect to proxy.address ...
        proxy.to_client = Weather(latency_ms=200, slicer=3)
        proxy.reset_peer()                      # every open connection ends with RST
        async with proxy.down(): ...            # nobody answers

What is said here is said of each direction by itself: `to_server` and `to_client` may be changed at any time.
"""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

Address = tuple[str, int]
Upstream = Address | str
"""Where the server is: host and port, or the path of a Unix socket."""

PIECE = 64 * 1024


@dataclass(frozen=True)
class Weather:
    """What one direction is like. The default is fair weather."""

    latency_ms: float = 0
    jitter_ms: float = 0
    """Up to this much more, at random."""
    bandwidth_kbps: float = 0
    """Kilobits a second; 0 is no limit."""
    slicer: int = 0
    """Bytes are handed on in pieces of this size; 0 is as they come."""
    limit_data: int | None = None
    """The connection is closed after so many bytes of this direction."""
    timeout: bool = False
    """Nothing gets through and nobody is told: the connection stays open."""
    loss: float = 0
    """The share of datagrams that is lost (UDP alone)."""
    duplicate: float = 0
    """The share of datagrams that comes twice (UDP alone)."""


FAIR = Weather()
WeatherNow = Callable[[], Weather]
"""Asks for the weather of a direction at this moment."""


class FaultProxy:
    """One TCP listener in front of one server. `seed` makes jitter repeatable."""

    def __init__(self, upstream: Upstream, *, port: int = 0, seed: int = 0) -> None:
        self.to_server = FAIR
        self.to_client = FAIR
        self.accepted = 0
        self._upstream = upstream
        self._port = port
        self._random = random.Random(seed)  # noqa: S311 (a seed, not a secret)
        self._listener: asyncio.Server | None = None
        self._open: dict[_Passage, asyncio.Task[None]] = {}

    @property
    def address(self) -> Address:
        """Where to connect instead of to the server; the same after `down`."""
        return "127.0.0.1", self._port

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stop()

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Refuse and end every connection while the block runs."""
        await self._stop()
        try:
            yield
        finally:
            await self._listen()

    def reset_peer(self) -> int:
        """End every open connection on both sides with RST, in the middle of whatever is said."""
        passages = tuple(self._open)
        for passage in passages:
            passage.reset()
        return len(passages)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        serving = tuple(self._open.values())
        self.reset_peer()
        await asyncio.gather(*serving, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        passage = _Passage(self, writer)
        serving = asyncio.create_task(passage.run(reader, self._upstream), name="proxy.passage")
        self._open[passage] = serving
        serving.add_done_callback(lambda _task: self._open.pop(passage))

    async def delay(self, weather: Weather) -> None:
        """Wait as long as a piece takes on its way."""
        if wait_ms := weather.latency_ms + self._random.uniform(0, weather.jitter_ms):
            await asyncio.sleep(wait_ms / 1000)


class _Passage:
    """One connection of a client, and ours to the server."""

    def __init__(self, proxy: FaultProxy, client: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._writers = [client]
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, reader: asyncio.StreamReader, upstream: Upstream) -> None:
        """Until one side ends."""
        try:
            answers, server = await _connect(upstream)
        except OSError:
            self.reset()
            return
        self._writers.append(server)
        proxy, client = self._proxy, self._writers[0]
        self._tasks = [
            asyncio.create_task(self._carry(reader, server, lambda: proxy.to_server), name="proxy.to_server"),
            asyncio.create_task(
                self._carry(answers, client, lambda: proxy.to_client), name="proxy.to_client"
            ),
        ]
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        await self._end()

    def reset(self) -> None:
        """End it with RST."""
        for writer in self._writers:
            raw = writer.get_extra_info("socket")
            if raw is not None and raw.fileno() >= 0 and raw.family != socket.AF_UNIX:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, weather: WeatherNow
    ) -> None:
        """One direction. Pieces keep their order and overlap in time: latency is no limit to the rate."""
        waiting: asyncio.Queue[bytes] = asyncio.Queue(1_000)
        sending = asyncio.create_task(self._send(waiting, writer, weather), name="proxy.send")
        passed = 0
        try:
            while piece := await reader.read(PIECE):
                limit = weather().limit_data
                piece = piece if limit is None else piece[: max(0, limit - passed)]
                passed += len(piece)
                await waiting.put(piece)
                if limit is not None and passed >= limit:
                    break
            await waiting.put(b"")
            await sending
        except (ConnectionError, OSError):
            return  # the other side is told by closing its connection
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(
        self, waiting: "asyncio.Queue[bytes]", writer: asyncio.StreamWriter, weather: WeatherNow
    ) -> None:
        while piece := await waiting.get():
            now = weather()
            await self._proxy.delay(now)
            if now.timeout:
                continue
            for part in _sliced(piece, now.slicer):
                if now.bandwidth_kbps:
                    await asyncio.sleep(len(part) * 8 / (now.bandwidth_kbps * 1000))
                writer.write(part)
                await writer.drain()
                if now.slicer:
                    await asyncio.sleep(0)


async def _connect(upstream: Upstream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(upstream, str):
        return await asyncio.open_unix_connection(upstream)
    return await asyncio.open_connection(*upstream)


def _sliced(piece: bytes, size: int) -> list[bytes]:
    if not size:
        return [piece]
    return [piece[start : start + size] for start in range(0, len(piece), size)]
