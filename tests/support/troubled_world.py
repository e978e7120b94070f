"""A real server between a vendor, a database and a network that can fail, and one candidate (F32)."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from sqlalchemy import make_url
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.fault_proxy import FaultProxy
from tests.support.server import settings_for
from tests.support.udp_proxy import UdpFaultProxy
from tests.support.warm import WarmProcess, WarmServers
from websockets.exceptions import InvalidStatus

from viva.media import Answer, Offer, PublishingClient

PATIENCE_S = 60
Message = dict[str, Any]


class World:
    """Open with `async with`. The server may be killed and started again; everything else stays."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.direct_url = database_url
        self._folder = folder
        self._stack = AsyncExitStack()
        self._life = AsyncExitStack()

    async def __aenter__(self) -> Self:
        open_ = self._stack.enter_async_context
        self.vendor = await open_(DeepgramServer(ears=ToneEars, words_per_final=3, keep_sound=False))
        self.to_vendor = await open_(FaultProxy(("127.0.0.1", int(self.vendor.url.rsplit(":", 1)[1]))))
        url = make_url(self.direct_url)
        self.to_database = await open_(FaultProxy(f"{url.query['host']}/.s.PGSQL.5432"))
        host, port = self.to_database.address
        self.settings = settings_for(
            url.set(host=host, port=port, query={}).render_as_string(hide_password=False),
            self._folder,
            stt="deepgram",
            deepgram_api_key=self.vendor.key,
            deepgram_url="ws://{}:{}".format(*self.to_vendor.address),
        )
        self.network = await open_(UdpFaultProxy(("127.0.0.1", self.settings.udp_port), seed=32))
        self._warm = await open_(WarmServers())
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._life.aclose()
        await self._stack.aclose()

    async def start(self) -> None:
        """A server, ready."""
        process = self._warm.process_of(self.settings, self._folder / "server.log")
        self.server: WarmProcess = await self._life.enter_async_context(process)
        await self.server.ready()

    async def kill(self) -> None:
        """kill -9, and it is gone."""
        self.server.strike()
        assert await self.server.ended() == -signal.SIGKILL
        await self._life.aclose()


class Person:
    """The candidate's page: comes back by itself, and repeats what nobody acknowledged."""

    def __init__(self, world: World, candidate: Candidate) -> None:
        self.finals: dict[int, str] = {}
        self.state: Message = {}
        self.errors: list[str] = []
        self.contradictions: list[str] = []
        self.candidate = candidate
        self._world = world
        self._line = AsyncExitStack()
        self.wants_mute = False
        self._channel: Channel | None = None
        self._peer: PublishingClient | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def leave(self) -> None:
        """Close the page, or lose it with the server; the next one begins by asking how things stand."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._channel = self._peer = self._reading = None
        self.state = {}
        await self._line.aclose()

    def here(self) -> Candidate:
        """The same candidate, at the server of the moment."""
        here = Candidate(self._world.server.url, self._world.server.http, self.candidate.session_id, "")
        here.headers = self.candidate.headers
        self.candidate = here
        return here

    async def channel(self) -> Channel:
        """The live channel, opened if it is not."""
        if self._reading is not None and self._reading.done():
            await self.leave()
        if self._channel is None:
            channel: Channel = await eventually(self._opened, timeout_s=PATIENCE_S)
            self._take(channel.messages[0])
            self._channel = channel
            self._reading = asyncio.create_task(self._read(channel), name="person.read")
            await channel.send("resume", after_seq=0)
            if self.state["media"]["muted"] is not self.wants_mute:
                await channel.send("mute", on=self.wants_mute)
        return self._channel

    async def _opened(self) -> Channel | None:
        """None where it was refused, as while the database is away: a page tries again."""
        try:
            return await self._line.enter_async_context(self.here().channel())
        except InvalidStatus:
            return None

    async def microphone(self) -> PublishingClient:
        """The connected peer; its packets go through the troubled network."""
        await self.channel()
        if self._peer is None:
            peer = await self._line.enter_async_context(PublishingClient())
            await peer.connect(self._exchange, timeout_s=PATIENCE_S)
            self._peer = peer
        return self._peer

    async def until(self, kind: str, condition: Callable[[], bool], **fields: Any) -> None:
        """Send, and again whenever the page is new or nothing happened, until the condition holds."""

        async def tried() -> bool:
            if condition():
                return True
            await (await self.channel()).send(kind, **fields)
            try:
                async with asyncio.timeout(5):
                    while not condition():
                        self._changed.clear()
                        await self._changed.wait()
            except TimeoutError:
                return False
            return True

        await eventually(tried, timeout_s=PATIENCE_S)

    async def _exchange(self, offer: Offer) -> Answer:
        answer = await self.candidate.exchange(offer)
        port = self._world.settings.udp_port
        there = self._world.network.address[1]
        return Answer(answer.sdp.replace(f" 127.0.0.1 {port} typ", f" 127.0.0.1 {there} typ"), answer.type)

    async def _read(self, channel: Channel) -> None:
        while True:
            self._take(await channel.next())
            self._changed.set()

    def _take(self, message: Message) -> None:
        if message["type"] == "state":
            self.state = message
        elif message["type"] == "error":
            self.errors.append(message["code"])
        elif message["type"] == "stt_result" and message["is_final"]:
            known = self.finals.setdefault(message["seq"], message["text"])
            if known != message["text"]:
                self.contradictions.append(f"{message['seq']}: {known!r} became {message['text']!r}")
