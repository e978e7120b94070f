"""What was fed and is not final yet: the ring that a new connection replays. Pure.

Positions are tape positions (`Timeline`). Overflow policy: the oldest packets go first and are counted as
missed, with the span that they covered, so that they can be transcribed from the recording later.
"""

from collections import deque

import msgspec

from viva.audio import OPUS_RATE_HZ, AudioPacket
from viva.stt.timeline import Timeline


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
        self._capacity = capacity_ms * OPUS_RATE_HZ // 1000
        self._packets: deque[tuple[int, AudioPacket]] = deque()
        self._next = 0

    @property
    def start(self) -> int:
        """Tape position of the oldest packet kept; where a replay begins."""
        return self._packets[0][0] if self._packets else self.timeline.tape

    def add(self, packet: AudioPacket, at_ms: float) -> int:
        """Append; returns how many unsent packets fell out at the other end to make room."""
        self._packets.append((self.timeline.place(packet, at_ms), packet))
        self.unsent += packet.duration
        lost = 0
        while self.timeline.tape - self.start > self._capacity and len(self._packets) > 1:
            lost += self._drop_oldest()
        return lost

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

    def give_up(self) -> None:
        """Count everything that is not final as missed, and empty the ring."""
        if self.timeline.tape > self.settled:
            self._miss(self.settled, self.timeline.tape)
        self._packets.clear()
        self._next = self.unsent = 0
        self.settled = self.timeline.tape
        self.timeline.forget(self.settled)

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
        begins = self.timeline.clock_ms(start)
        ends = self.timeline.clock_ms(end, ending=True)
        if self.missed and begins - self.missed[-1].end_ms <= 1_000:
            begins = self.missed.pop().start_ms
        self.missed.append(Missed(begins, ends))

    def _end_of_oldest(self) -> int:
        start, packet = self._packets[0]
        return start + packet.duration
