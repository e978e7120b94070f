"""What waits on our side of an engine's stream: audio in pages, and the wish that it becomes final.

The relay fills it, the line of the moment empties it; it outlives every stream.
"""

import asyncio

import msgspec

from viva.audio import AudioPacket
from viva.stt.backlog import Backlog
from viva.stt.timeline import SAMPLES_PER_MS

FORCED_SLACK = 1_000 * SAMPLES_PER_MS
"""A forced final this much short of what was asked for still answers: engines leave trailing silence out."""


class RelayTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Every interval of the relay. The vendor's limits: ten seconds of silence, pages of 20 to 250 ms."""

    page_ms: int = 100
    keep_alive_s: float = 4.0
    open_timeout_s: float = 10.0
    send_timeout_s: float = 5.0
    deaf_after_ms: int = 30_000
    """So much audio without any answer means that the stream is dead, whatever its socket says."""
    unavailable_after_s: float = 8.0
    ring_ms: int = 120_000
    """What a replay can reach back; about 1.5 MB with its objects at 32 kbit/s, used in an outage only."""
    backoff_first_s: float = 0.2
    backoff_cap_s: float = 15.0
    refused_first_s: float = 60.0
    """An engine that refused is asked again after half of this to all of it; doubles up to the cap."""
    refused_cap_s: float = 120.0
    close_timeout_s: float = 5.0


class Finish:
    """A request that everything up to the tape position `target` becomes final."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.met = asyncio.Event()
        self.asked: object = None
        """The stream that was asked last; a new one has to be asked again."""


class Intake:
    """The ring and the marks on it. `wake` is set whenever there may be something to do."""

    def __init__(self, times: RelayTimes) -> None:
        self.times = times
        self.backlog = Backlog(times.ring_ms)
        self.wake = asyncio.Event()
        self.closing = asyncio.Event()
        self.finish: Finish | None = None
        self._page = times.page_ms * SAMPLES_PER_MS
        self._packet = 0

    def add(self, packet: AudioPacket, at_ms: float) -> int:
        """Take a packet; returns how many older ones were lost for it."""
        self._packet = packet.duration
        lost = self.backlog.add(packet, at_ms)
        if self.backlog.unsent + packet.duration > self._page:
            self.wake.set()
        return lost

    def next_page(self, *, partial: bool) -> list[AudioPacket]:
        """The next page to send; a page that is not full only if `partial` or somebody waits for its end."""
        if partial or self.finish or self.closing.is_set() or self._page_is_full():
            return self.backlog.take(self._page)
        return []

    def ask(self) -> Finish:
        """Wish that everything so far becomes final."""
        self.finish = Finish(self.backlog.timeline.tape)
        self.wake.set()
        return self.finish

    def must_ask(self, stream: object) -> bool:
        """Whether this stream has been sent all that shall become final and was not asked for it yet."""
        finish = self.finish
        return (
            finish is not None
            and finish.asked is not stream
            and self.backlog.timeline.tape - self.backlog.unsent >= finish.target
        )

    def settle(self, position: int, *, forced: bool) -> None:
        """The engine's word on everything before the tape position is final."""
        self.backlog.settle(position)
        finish = self.finish
        if finish and position >= finish.target - (FORCED_SLACK if forced else self._packet):
            self.backlog.settle(finish.target)  # what is left of it is the silence that the engine left out
            finish.met.set()

    def _page_is_full(self) -> bool:
        """Whether another packet like the last one would make the page too long."""
        return self.backlog.unsent + self._packet > self._page
