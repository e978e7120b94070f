"""While a candidate is muted nothing that is said or shown is kept, whatever the page sends."""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from viva.audio import OPUS_RATE_HZ, AudioPacket, VideoFrame
from viva.media import ConnectionState, MediaSink, SenderClock
from viva.platform.clock import Clock
from viva.platform.errors import Unavailable
from viva.platform.tasks import Tasks

log = structlog.get_logger(__name__)

IN_FLIGHT_MS = 1_000.0
"""What was said before the microphone was muted may still arrive for so long."""
MUTES_KEPT = 32
"""Sound of an earlier mute may arrive in a later one, or after it; nobody mutes so often while it is late."""
NOTE_RETRY_S = 1.0
WAITING_MAX = 500
"""Marks that wait for the database; of more than that the oldest are given up, never the state that holds."""

Note = Callable[[str, datetime], Awaitable[None]]
"""Writes an incident of this kind and moment down; raises `Unavailable`."""


class Muting:
    """Whether the candidate is muted, and what of their sound and pictures may pass. Pure: time comes in.

    Sound is judged by when it was spoken, so that a slow network neither cuts off the word before the mute
    nor carries one over from within it.
    """

    def __init__(self, *, on: bool) -> None:
        self._mutes: deque[tuple[float, float]] = deque(maxlen=MUTES_KEPT)  # the oldest falls out
        if on:
            self._mutes.append((-math.inf, math.inf))

    @property
    def on(self) -> bool:
        """Whether nothing is kept at the moment."""
        return bool(self._mutes) and self._mutes[-1][1] == math.inf

    @property
    def since_ms(self) -> float:
        """When the mute that holds now began; infinite while nobody is muted. Nothing said later comes."""
        return self._mutes[-1][0] if self.on else math.inf

    def in_flight_s(self, now_ms: float) -> float:
        """For so long what was said before the mute may still come; without end while nobody is muted."""
        return max(0.0, self.since_ms + IN_FLIGHT_MS - now_ms) / 1000

    def turn(self, now_ms: float, *, on: bool) -> bool:
        """Mute or unmute; returns whether that changed anything."""
        if on == self.on:
            return False
        if on:
            self._mutes.append((now_ms, math.inf))
        else:
            since_ms, _ = self._mutes.pop()
            self._mutes.append((since_ms, now_ms))
        return True

    def passes(self, packet: AudioPacket, now_ms: float) -> bool:
        """Whether this sound, which is here now, was said outside every mute."""
        if now_ms - self.since_ms > IN_FLIGHT_MS:
            return False
        begins_ms = packet.spoken_ms
        ends_ms = begins_ms + packet.duration * 1000 / OPUS_RATE_HZ
        return all(ends_ms <= since_ms or begins_ms >= until_ms for since_ms, until_ms in self._mutes)


class Unmuted:
    """A media sink in front of others: what is not to be kept ends here."""

    def __init__(self, sink: MediaSink, muting: Muting, monotonic_ms: Callable[[], float]) -> None:
        self._sink = sink
        self._muting = muting
        self._monotonic_ms = monotonic_ms

    def audio(self, packet: AudioPacket) -> None:
        """Pass on what was said outside a mute."""
        if self._muting.passes(packet, self._monotonic_ms()):
            self._sink.audio(packet)

    def video(self, frame: VideoFrame) -> None:
        """Pass on what is seen outside a mute."""
        if not self._muting.on:
            self._sink.video(frame)

    def clock(self, clock: SenderClock) -> None:
        """Pass on: it holds nothing of the candidate."""
        self._sink.clock(clock)

    def state(self, state: ConnectionState) -> None:
        """Pass on."""
        self._sink.state(state)


class MuteMarks:
    """Writes down, in order and at their moments, when the candidate muted and unmuted.

    They are what a reviewer sees, and what an interview that is opened again goes by; while the database is
    away they wait.
    """

    def __init__(self, note: Note, clock: Clock, tasks: Tasks) -> None:
        self._note = note
        self._clock = clock
        self._tasks = tasks
        self._waiting: deque[tuple[str, datetime]] = deque(maxlen=WAITING_MAX)
        self._writing: asyncio.Task[None] | None = None

    def put(self, kind: str) -> None:
        """Of now; never waits."""
        self._waiting.append((kind, self._clock.now()))
        if self._writing is None or self._writing.done():
            self._writing = self._tasks.start("mute_marks", self._write())

    async def settled(self) -> None:
        """Wait until all are written, however long the database is away."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._waiting:
            mark = self._waiting[0]
            try:
                await self._note(*mark)
            except Unavailable:
                log.warning("mute_mark_waits_for_database")
                await asyncio.sleep(NOTE_RETRY_S)
                continue
            except Exception:  # one that cannot be written must not hold up those behind it
                log.exception("mute_mark_not_written")
            if self._waiting[0] is mark:
                self._waiting.popleft()
