"""A sink that keeps what it is given and lets a test wait for it without sleeping."""

import asyncio
from collections.abc import Callable

from viva.audio import AudioPacket, VideoFrame
from viva.media import ConnectionState, SenderClock


class KeepingSink:
    """Keeps everything; `until` waits for a condition on it."""

    def __init__(self) -> None:
        self.packets: list[AudioPacket] = []
        self.frames: list[VideoFrame] = []
        self.clocks: list[SenderClock] = []
        self.states: list[ConnectionState] = []
        self._changed = asyncio.Event()

    def audio(self, packet: AudioPacket) -> None:
        self.packets.append(packet)
        self._changed.set()

    def video(self, frame: VideoFrame) -> None:
        self.frames.append(frame)
        self._changed.set()

    def clock(self, clock: SenderClock) -> None:
        self.clocks.append(clock)
        self._changed.set()

    def state(self, state: ConnectionState) -> None:
        self.states.append(state)
        self._changed.set()

    async def until(self, met: Callable[["KeepingSink"], bool], timeout_s: float = 60.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not met(self):
                self._changed.clear()
                await self._changed.wait()
