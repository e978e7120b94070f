"""A screen: one open live channel, with a bounded queue of its own, so that a slow one hurts only itself."""

import asyncio
import time
from collections import deque
from typing import Protocol

import msgspec
import structlog
from litestar.exceptions import WebSocketDisconnect

from viva.room import messages, metrics
from viva.room.messages import ServerMessage

log = structlog.get_logger(__name__)

QUEUE_MESSAGES = 256
QUEUE_BYTES = 1_000_000
SEND_TIMEOUT_S = 5.0
CLOSE_GOING_AWAY = 1001
CLOSE_POLICY = 1008
CLOSE_TOO_BIG = 1009
CLOSE_SLOW = 1013


class Socket(Protocol):
    """What a screen needs of a WebSocket."""

    async def send_text(self, data: str) -> None:
        """Send one text frame; waits while the peer does not read."""
        ...

    async def close(self, code: int) -> None:
        """Close with a code."""
        ...


class Frame(msgspec.Struct, frozen=True):
    """A message on its way. `heard_ms`: when the recogniser's word in it came in, for the measurement."""

    text: str
    heard_ms: float = 0.0
    is_final: bool = False

    def written(self) -> None:
        """Count how long it took, if it began as a word."""
        if self.heard_ms:
            relayed = metrics.relayed_finals if self.is_final else metrics.relayed_interims
            relayed.observe(time.monotonic() - self.heard_ms / 1000)


class Screen:
    """Sends in order. F19: at `QUEUE_MESSAGES` or `QUEUE_BYTES` behind, or 5 s without progress, it is closed
    with 1013; whoever it was comes back and is told everything by `state` and `resume`.
    """

    def __init__(
        self, socket: Socket, *, may_act: bool, page: str | None = None, returning: bool = False
    ) -> None:
        self.may_act = may_act
        self.page = page
        self.returning = returning
        self._socket = socket
        self._waiting: deque[Frame] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._close_code: int | None = None

    def send(self, message: ServerMessage) -> None:
        """Queue a message; never waits."""
        self.give(Frame(messages.encode(message)))

    def give(self, frame: Frame) -> None:
        """As `send`, for what was encoded once for many screens."""
        if self.closing:
            return
        self._waiting.append(frame)
        self._bytes += len(frame.text)
        if len(self._waiting) > QUEUE_MESSAGES or self._bytes > QUEUE_BYTES:
            self._waiting.clear()
            self.close(CLOSE_SLOW)
        self._wake.set()

    @property
    def closing(self) -> bool:
        """Whether nothing that is given now is sent any more."""
        return self._close_code is not None

    async def room(self) -> None:
        """Wait until half of the queue is free, or nothing is sent any more: nobody is slow because they ask
        for much.
        """
        while not self.closing and (
            len(self._waiting) > QUEUE_MESSAGES // 2 or self._bytes > QUEUE_BYTES // 2
        ):
            self._moved.clear()
            await self._moved.wait()

    def close(self, code: int) -> None:
        """Close after what is queued has been sent."""
        if not self.closing:
            self._close_code = code
            self._wake.set()
            self._moved.set()

    async def pump(self) -> None:
        """Send what is queued until the screen is closed; never raises for a lost peer."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._send_waiting()
                if self._close_code is not None:
                    await self._end(self._close_code)
                    return
        except WebSocketDisconnect:
            log.info("screen_gone")
        except (TimeoutError, OSError):
            log.info("screen_too_slow")
            await self._end(CLOSE_SLOW)

    async def _send_waiting(self) -> None:
        while self._waiting:
            frame = self._waiting.popleft()
            self._bytes -= len(frame.text)
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._socket.send_text(frame.text)
            frame.written()
            self._moved.set()

    async def _end(self, code: int) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._socket.close(code)
        except (TimeoutError, OSError, WebSocketDisconnect):
            log.info("screen_gone_before_close")
