"""Sound that comes over a WebSocket because UDP cannot pass: a browser's recording, piece by piece.

To whoever listens it is a connection like any other: the same packets into the same `MediaSink`, the same
states. Pieces come late and several at once, so a packet's `spoken_ms` is the stream's own time, anchored by
the piece that travelled fastest.
"""

import asyncio
import math
from collections.abc import Callable
from secrets import token_hex

import structlog

from viva.audio import OPUS_RATE_HZ, AudioFormat, AudioPacket
from viva.media.model import ConnectionState, ConnectionStats, MediaSink
from viva.media.rtp.pace import AHEAD_MS, Pace
from viva.media.webm.demux import NotOurWebM, SoundBlock, SoundDemuxer

log = structlog.get_logger(__name__)

TICK_S = 1.0
SILENT_MS = 5_000.0
LOST_MS = 30_000.0
"""A recorder sends ten pieces a second, also of silence; a muted page an empty one each second."""
_HOLE = OPUS_RATE_HZ // 10
"""The stream's times are whole milliseconds and tremble; what is further off than this is a hole."""

_SETTLE_S = 0.3
"""So long the first packets are kept, at a recording's beginning and after each pause: what was held up on
its way tells its moment too late, and only the pieces that follow it show that."""
_HELD_BACK_MS = 90_000.0
"""For so long a stalled network may hold sound back, which then comes at once."""
_SHORTEST_MS = 10.0
"""A browser's recorder puts 20 ms and more into a packet; many short ones count as if they had this much."""
_MS = 1000 / OPUS_RATE_HZ


class SoundConnection:
    """One page's sound over a socket. `feed` it; `close` ends it and frees its timer.

    `tells_pauses`: an empty piece comes between what was said before a mute and what is said after it.
    """

    def __init__(
        self, sink: MediaSink, monotonic_ms: Callable[[], float], *, tells_pauses: bool = False
    ) -> None:
        self.id = token_hex(8)
        self.state: ConnectionState = "connecting"
        self.stats = ConnectionStats()
        self._sink = sink
        self._monotonic_ms = monotonic_ms
        self._tells_pauses = tells_pauses
        self._demuxer = SoundDemuxer()
        self._pace = Pace(_HELD_BACK_MS)
        self._next = 0
        self._anchor_ms = math.inf
        self._straddles = self._paused = False
        self._kept: list[tuple[int, SoundBlock]] = []
        self._settling: asyncio.TimerHandle | None = None
        self._opened_ms = self._heard_ms = monotonic_ms()
        self._closed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(TICK_S, self._tick)

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the stream. Raises `NotOurWebM`; the connection is then to be closed.

        An empty one says that the page is still there, and its recorder pauses: a muted page has nothing else
        to send.
        """
        if self._closed.is_set():
            return
        self._heard_ms = self._monotonic_ms()
        self.stats.datagrams += 1
        self._paused |= not piece
        blocks = self._demuxer.feed(piece)
        format_ = self._demuxer.format
        if format_ is None:
            return
        if self.state != "connected":
            self._become("connected")
        if not blocks:
            return
        if self._paused:
            self._go_on()
        self._kept += self._timed(blocks)
        if self._anchor_ms == math.inf:
            self._settling = self._loop.call_later(_SETTLE_S, self._settle)
        self._anchor_ms = min(self._anchor_ms, self._heard_ms - self._next * _MS)
        if self._settling is None:
            self._give_kept(format_)

    def begin_speech(self) -> None:
        """Nothing to do: this stream's time does not stand still."""

    def resume(self, silent_since_ms: float) -> None:
        """A client that does not tell its pauses paused if nothing was said since then."""
        if not self._tells_pauses and self._anchor_ms + self._next * _MS <= silent_since_ms:
            self._go_on()

    @property
    def silent_ms(self) -> float:
        """How long nothing has come, not even an empty piece."""
        return self._monotonic_ms() - self._heard_ms

    async def close(self) -> None:
        """End. Closing twice is fine."""
        self._end("closed")

    async def wait_closed(self) -> ConnectionState:
        """Wait until the connection has ended, on whoever's side; returns `failed` or `closed`."""
        await self._closed.wait()
        return self.state

    def _go_on(self) -> None:
        """A recorder's time stands still while it pauses: the piece that comes next is the anchor anew.

        Its first packet is filled with what was said last before the pause (Chromium: up to all of its 60 ms)
        and would put that after the mute; it is passed over.
        """
        self._settle()
        self._anchor_ms = math.inf
        self._straddles = self._next > 0
        self._paused = False

    def _timed(self, blocks: list[SoundBlock]) -> list[tuple[int, SoundBlock]]:
        timed = [(self._timestamp(block), block) for block in blocks]
        if self._straddles:
            self._straddles = False
            del timed[0]
        return timed

    def _settle(self) -> None:
        """What is kept gets its moment now, if there is anything."""
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._demuxer.format is not None:
            self._give_kept(self._demuxer.format)

    def _give_kept(self, format_: AudioFormat) -> None:
        kept, self._kept = self._kept, []
        for timestamp, block in kept:
            packet = AudioPacket(
                format=format_,
                timestamp=timestamp,
                duration=block.duration,
                data=block.data,
                spoken_ms=self._anchor_ms + (timestamp + block.duration) * _MS,
            )
            self._give(packet)

    def _timestamp(self, block: SoundBlock) -> int:
        """Its place in the stream; time never goes back, nor further on than it has really gone."""
        timestamp = block.time_ms * OPUS_RATE_HZ // 1000
        if timestamp - self._next < _HOLE:
            timestamp = self._next
        self._next = timestamp + block.duration
        is_ahead = self._next * _MS > self._heard_ms - self._opened_ms + AHEAD_MS
        if is_ahead or not self._pace.allows(max(block.duration * _MS, _SHORTEST_MS), self._heard_ms):
            raise NotOurWebM("its sound is ahead of time")
        return timestamp

    def _give(self, packet: AudioPacket) -> None:
        self.stats.audio_packets += 1
        try:
            self._sink.audio(packet)
        except Exception:
            log.exception("media_sink_failed", connection=self.id)

    def _tick(self) -> None:
        silent_ms = self.silent_ms
        if silent_ms > LOST_MS:
            self._end("failed")
            return
        if silent_ms > SILENT_MS and self.state == "connected":
            self._become("disconnected")
        self._timer = self._loop.call_later(TICK_S, self._tick)

    def _become(self, state: ConnectionState) -> None:
        self.state = state
        try:
            self._sink.state(state)
        except Exception:
            log.exception("media_sink_failed", connection=self.id)

    def _end(self, state: ConnectionState) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._timer.cancel()
        self._settle()
        self._become(state)
