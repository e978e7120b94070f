"""What waits on our side of an engine's stream: audio in pages, and wishes that it becomes final.

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
    """A wish that everything up to the tape position `target` becomes final.

    Every stream is asked before it gets anything behind this position. Later, as after a reconnection,
    whoever has gone on to the next answer may be in the middle of a word: it would be cut in two.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.over = asyncio.Event()
        """Nothing before `target` is waited for any more: it is final, or `missed`."""
        self.missed = False
        self.asked: object = None
        """The stream that was asked last; a new one has to be asked again."""


class Intake:
    """The ring and the marks on it. `wake` is set whenever there may be something to do."""

    def __init__(self, times: RelayTimes) -> None:
        self.times = times
        self.backlog = Backlog(times.ring_ms)
        self.wake = asyncio.Event()
        self.closing = asyncio.Event()
        self._finishes: list[Finish] = []
        self._page = times.page_ms * SAMPLES_PER_MS
        self._packet = 0

    def add(self, packet: AudioPacket, at_ms: float) -> int:
        """Take a packet; returns how many older ones were lost for it."""
        self._packet = packet.duration
        lost = self.backlog.add(packet, at_ms)
        self._release(self.backlog.settled, missed=True)
        if self.backlog.unsent + packet.duration > self._page:
            self.wake.set()
        return lost

    def next_page(self, *, until: int | None = None, partial: bool = False) -> list[AudioPacket]:
        """The next page to send, none of it behind the tape position `until`.

        A page that is not full only if `partial`, or if somebody waits for its end.
        """
        if until is not None:
            return self.backlog.take(min(self._page, until - self.backlog.sent))
        if partial or self.closing.is_set() or self._page_is_full():
            return self.backlog.take(self._page)
        return []

    def wish(self) -> Finish:
        """Wish that everything so far becomes final, until `drop`."""
        finish = Finish(self.backlog.timeline.tape)
        if self.backlog.settled >= finish.target:
            finish.over.set()
        else:
            self._finishes.append(finish)
            self.wake.set()
        return finish

    def drop(self, finish: Finish) -> None:
        """Nobody wishes that any more."""
        if finish in self._finishes:
            self._finishes.remove(finish)

    def to_ask(self, stream: object) -> int | None:
        """Where this stream is to be asked next that all before becomes final."""
        waiting = (each for each in self._finishes if each.asked is not stream and not each.over.is_set())
        return next((each.target for each in waiting), None)

    def ask(self, stream: object) -> int:
        """This stream is asked now; the tape position of the request."""
        for finish in self._finishes:
            if finish.target <= self.backlog.sent:
                finish.asked = stream
        return self.backlog.sent

    def settle(self, position: int, *, answers: int | None = None) -> None:
        """The engine's word on everything before the tape position is final.

        `answers`: the position of the request that this was asked for by; what is left up to there is the
        silence that the engine left out.
        """
        if answers is not None and position >= answers - FORCED_SLACK:
            position = max(position, answers)
        self.backlog.settle(position)
        self._release(position + self._packet, missed=False)

    def miss(self, position: int) -> None:
        """Count what is not final before the tape position as missed; the stream goes on."""
        self.backlog.miss(position)
        self._release(self.backlog.settled, missed=True)

    def make_room(self) -> int:
        """As the ring does it; returns how many packets were dropped unsent."""
        dropped = self.backlog.make_room()
        self._release(self.backlog.settled, missed=True)
        return dropped

    def give_up(self) -> None:
        """Count everything that is not final as missed."""
        self.backlog.give_up()
        self._release(self.backlog.settled, missed=True)

    def _release(self, position: int, *, missed: bool) -> None:
        for finish in self._finishes:
            if finish.target <= position and not finish.over.is_set():
                self.backlog.settle(finish.target)
                finish.missed = missed
                finish.over.set()

    def _page_is_full(self) -> bool:
        """Whether another packet like the last one would make the page too long."""
        return self.backlog.unsent + self._packet > self._page
