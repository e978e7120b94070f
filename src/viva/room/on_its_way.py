"""What sound of an answer has come, what may still be on its way, and whose a packet is.

Sound and the message that ends an answer travel by different ways. A stalled line, or a detour, brings sound
seconds after the message; it looks like silence until it comes. So a packet is judged by when it was spoken,
never by what the interview is at when it comes.
"""

import asyncio
import math

from viva.audio import OPUS_RATE_HZ, AudioPacket

EARLY_MS = 500.0
"""Whoever begins to speak with the click is heard: sound waits for lost packets, the click does not."""


class OnItsWay:
    """For one interview. Moments are the process's monotonic clock, in milliseconds."""

    def __init__(self) -> None:
        self.until_ms = -math.inf
        """Where the newest sound ends."""
        self.ended = True
        """There is no connection by which anything could still come."""
        self._begun_ms = self._ended_ms = self._left_ms = -math.inf
        self._ended_begun_ms = -math.inf
        self._waits: set[tuple[float, asyncio.Event]] = set()

    def begin(self, moment_ms: float) -> float:
        """An answer begins; returns from which moment on sound belongs to it."""
        self._begun_ms = max(moment_ms - EARLY_MS, self._ended_ms)
        return self._begun_ms

    def end(self, now_ms: float) -> None:
        """It ends: what was said before still belongs to it."""
        self._ended_begun_ms, self._ended_ms = self._begun_ms, now_ms

    def leave(self, moment_ms: float) -> None:
        """What was said before this moment and has not come is heard from the recording, and not live."""
        self._left_ms = moment_ms

    def opened(self) -> None:
        """There is a connection, or another one."""
        self.ended = False

    def came(self, packet: AudioPacket) -> None:
        """The next packet is here."""
        self.until_ms = packet.spoken_ms + packet.duration * 1000 / OPUS_RATE_HZ
        for moment_ms, arrived in self._waits:
            if packet.spoken_ms >= moment_ms:
                arrived.set()

    def over(self) -> None:
        """The connection has ended: nothing of it comes any more, and nobody needs to wait."""
        self.ended = True
        for _, arrived in self._waits:
            arrived.set()

    def is_answer(self, packet: AudioPacket, *, answering: bool) -> bool:
        """Whether the packet is to be heard live, as part of the answer under way or of the one before."""
        if packet.spoken_ms < self._left_ms:
            return False
        if packet.spoken_ms < self._ended_ms:
            return packet.spoken_ms >= self._ended_begun_ms
        return answering and packet.spoken_ms >= self._begun_ms

    async def wait_for(self, moment_ms: float, timeout_s: float) -> None:
        """Until sound that was spoken then is here, nothing can come any more, or the time is up."""
        wait = (moment_ms, asyncio.Event())
        self._waits.add(wait)
        try:
            async with asyncio.timeout(timeout_s):
                await wait[1].wait()
        except TimeoutError:
            return
        finally:
            self._waits.discard(wait)
