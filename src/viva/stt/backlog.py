"""What was fed and is not final yet: the ring that a new connection replays. Pure.

Positions are tape positions (`Timeline`). Overflow policy: the oldest packets go first and are counted as
missed, with the span that they covered, so that they can be transcribed from the recording later.

A stream hears what it is sent without any hole. So whoever drops what was never sent breaks the stream of the
moment for good: `generation` tells its line, which has to leave it.
"""

from collections import deque

import msgspec

from viva.audio import OPUS_RATE_HZ, AudioPacket
from viva.stt.timeline import SAMPLES_PER_MS, Timeline

LEAD = 300 * SAMPLES_PER_MS
"""Kept before what is not missed, as long as the job that hears the rest goes on after it (`EDGE_MS`)."""
PAUSE_MS = 1_000
"""What was missed before and after a pause this short is one span."""


class Missed(msgspec.Struct, frozen=True):
    """A span on the interview's clock that no engine transcribed."""

    start_ms: int
    end_ms: int


class Backlog:
    """Packets in order, a read mark for the connection that is up, and the mark up to which all is final."""

    def __init__(self, capacity_ms: int) -> None:
        self.timeline = Timeline()
        self.settled = 0
        """Everything before this tape position is final or given up."""
        self.unsent = 0
        """Samples that wait for the connection."""
        self.missed: list[Missed] = []
        self.generation = 0
        """Counts how often unsent packets were dropped: what is sent next does not follow on what was."""
        self._missed_until = 0
        self._capacity = capacity_ms * OPUS_RATE_HZ // 1000
        self._packets: deque[tuple[int, AudioPacket]] = deque()
        self._next = 0

    @property
    def start(self) -> int:
        """Tape position of the oldest packet kept; where a replay begins."""
        return self._packets[0][0] if self._packets else self.timeline.tape

    @property
    def sent(self) -> int:
        """Tape position up to which the connection of the moment has got it."""
        return self.timeline.tape - self.unsent

    def add(self, packet: AudioPacket, at_ms: float) -> int:
        """Append; returns how many unsent packets fell out at the other end to make room."""
        self._packets.append((self.timeline.place(packet, at_ms), packet))
        self.unsent += packet.duration
        return self._shorten(self._capacity)

    def take(self, samples: int) -> list[AudioPacket]:
        """The next unsent packets, together no longer than `samples` (one at least, if any waits)."""
        page: list[AudioPacket] = []
        length = 0
        while self._next < len(self._packets):
            packet = self._packets[self._next][1]
            if page and length + packet.duration > samples:
                break
            page.append(packet)
            length += packet.duration
            self._next += 1
        self.unsent -= length
        return page

    def make_room(self) -> int:
        """Drop the oldest down to half of the capacity; returns how many of them were unsent.

        An engine that is slower than speech is given room to fall behind again, and heard as long as that
        lasts; were one packet dropped for each that comes, no stream would live for longer than a page.
        """
        return self._shorten(self._capacity // 2)

    def rewind(self) -> int:
        """Make everything that is kept unsent again; returns the tape position where the replay begins."""
        self._next = 0
        self.unsent = self.timeline.tape - self.start
        return self.start

    def settle(self, position: float) -> None:
        """All before `position` is final: packets that end at or before it will not be replayed."""
        self.settled = max(self.settled, min(round(position), self.timeline.tape))
        while self._next and self._end_of_oldest() <= self.settled:
            self._packets.popleft()
            self._next -= 1
        self.timeline.forget(min(self.settled, self.start))

    def miss(self, position: int) -> None:
        """Count what is not final before the tape position as missed. What is kept of it is sent
        all the same, because a stream hears no hole.
        """
        if position > self.settled:
            self._miss(self.settled, position)
            self.settle(position)

    def give_up(self) -> None:
        """Count everything that is not final as missed, and empty the ring."""
        if self.timeline.tape > self.settled:
            self._miss(self.settled, self.timeline.tape)
        self.generation += self.unsent > 0
        self._packets.clear()
        self._next = self.unsent = 0
        self.settled = self.timeline.tape
        self.timeline.forget(self.settled)

    def _shorten(self, length: int) -> int:
        lost, before = 0, len(self._packets)
        while self.timeline.tape - self.start > length and len(self._packets) > 1:
            lost += self._drop_oldest()
        dropped = before > len(self._packets)
        self.generation += lost > 0
        if dropped:
            self._keep_a_lead()
        return lost

    def _keep_a_lead(self) -> None:
        """The next stream begins a little before what it is to be heard for: no word there is cut in two."""
        lead_ends = min(self.start + LEAD, self.timeline.tape)
        if lead_ends > self.settled:
            self._miss(self.settled, lead_ends)
            self.settled = lead_ends

    def _drop_oldest(self) -> int:
        start, packet = self._packets.popleft()
        end = start + packet.duration
        if end > self.settled:
            self._miss(max(start, self.settled), end)
            self.settled = end
        if self._next:
            self._next -= 1
            return 0
        self.unsent -= packet.duration
        return 1

    def _miss(self, start: int, end: int) -> None:
        """One span with the one before where nothing was heard between them, and hardly anything paused."""
        begins = self.timeline.clock_ms(start)
        ends = self.timeline.clock_ms(end, ending=True)
        follows = bool(self.missed) and start == self._missed_until
        if follows and begins - self.missed[-1].end_ms <= PAUSE_MS:
            begins = self.missed.pop().start_ms
        self._missed_until = end
        self.missed.append(Missed(begins, ends))

    def _end_of_oldest(self) -> int:
        start, packet = self._packets[0]
        return start + packet.duration
