"""One socket that brings the candidate's sound: read, fed to its connection, closed when it misbehaves.

The page is told once a second that it is heard.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from litestar.exceptions import WebSocketDisconnect
from litestar.types import Receive

from viva.media import NotOurWebM, SoundConnection
from viva.room.channel import FRAME_MAX, Meter, watch_credential
from viva.room.screen import CLOSE_POLICY, CLOSE_TOO_BIG, SEND_TIMEOUT_S

log = structlog.get_logger(__name__)

PIECES_PER_S, PIECES_BURST = 30, 1_000
"""A recorder sends ten pieces a second. What a stalled network held back for 90 s comes at once."""
BYTES_PER_S, BYTES_BURST = 40_000, 2_000_000
"""Opus for speech has 4,000 bytes a second, at its best 16,000."""
PULSE = '{"type":"heard"}'
PULSE_S = 1.0
HEARD_MS = 1_500.0
"""Whoever is not heard gets no pulse, as over UDP, so that a page notices within seconds that its way is
gone: what it gives to a dead socket vanishes in buffers for minutes."""
CLOSE_DONE = 1000
CLOSE_UNREADABLE = 1003


class SoundSocket:
    """Runs until the page leaves, the connection ends or something is wrong; `run` returns the close code."""

    def __init__(
        self,
        receive: Receive,
        send: Callable[[str], Awaitable[None]],
        connection: SoundConnection,
        monotonic_ms: Callable[[], float],
    ) -> None:
        self._receive = receive
        self._send = send
        self._connection = connection
        self._monotonic_ms = monotonic_ms
        self._pieces = Meter(PIECES_PER_S, PIECES_BURST, monotonic_ms())
        self._bytes = Meter(BYTES_PER_S, BYTES_BURST, monotonic_ms())
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def close(self, code: int) -> None:
        """End soon, with this code."""
        if not self._ended.done():
            self._ended.set_result(code)

    async def run(self, still_good: Callable[[], Awaitable[bool]]) -> int:
        """Feed until it ends; the connection is closed then."""
        tasks = [
            asyncio.create_task(self._read(), name="sound.read"),
            asyncio.create_task(self._until_closed(), name="sound.closed"),
            asyncio.create_task(self._pulse(), name="sound.pulse"),
            asyncio.create_task(watch_credential(self, still_good), name="sound.credential"),
        ]
        try:
            return await self._ended
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._connection.close()

    async def _until_closed(self) -> None:
        await self._connection.wait_closed()
        self.close(CLOSE_DONE)

    async def _pulse(self) -> None:
        """Tell a page that is heard so, once a second."""
        try:
            while True:
                await asyncio.sleep(PULSE_S)
                if self._connection.silent_ms < HEARD_MS:
                    async with asyncio.timeout(SEND_TIMEOUT_S):
                        await self._send(PULSE)
        except (TimeoutError, OSError, WebSocketDisconnect):
            log.info("sound_page_does_not_read")  # or has gone, which the reading task finds out

    async def _read(self) -> None:
        try:
            while not self._ended.done():
                event = await self._receive()
                if event["type"] == "websocket.disconnect":
                    self.close(CLOSE_DONE)
                elif event["type"] == "websocket.receive":
                    self._take(event.get("bytes"))
                    await asyncio.sleep(0)  # what waits here is given without a pause; others come in between
        except Exception:
            log.exception("sound_socket_failed")
            self.close(CLOSE_UNREADABLE)

    def _take(self, piece: object) -> None:
        if not isinstance(piece, bytes):  # text says nothing here
            self.close(CLOSE_UNREADABLE)
        elif len(piece) > FRAME_MAX:
            self.close(CLOSE_TOO_BIG)
        elif not self._allows(len(piece)):
            log.warning("sound_flooded")
            self.close(CLOSE_POLICY)
        else:
            try:
                self._connection.feed(piece)
            except NotOurWebM as error:
                log.warning("sound_not_understood", reason=str(error))
                self.close(CLOSE_UNREADABLE)

    def _allows(self, size: int) -> bool:
        now_ms = self._monotonic_ms()
        return self._pieces.allows(now_ms) and self._bytes.allows(now_ms, size)
