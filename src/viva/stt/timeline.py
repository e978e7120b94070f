"""Where a packet's sound lies on the interview's clock, and back from tape to clock. Pure.

Three times meet here. The *tape* counts samples of audio that were fed, one packet after the other without
any hole: it is what an engine hears. The sender's RTP timestamps also count through the holes (mute,
discontinuous transmission, loss). The *clock* is the interview's. Arrival jitters, timestamps do not, so the
clock of a packet is that of the first one of its connection plus the difference of their timestamps.
"""

from bisect import bisect_right

from viva.audio import OPUS_RATE_HZ, AudioPacket

SAMPLES_PER_MS = OPUS_RATE_HZ // 1000
EARLY_MS = 40
"""A packet this much earlier than its timestamp says belongs to a new count, or those before were delayed:
nothing arrives before it was said. The recorder goes by the same number, so that both tell the same times."""
BACK_MS = 2_500
"""No packets wait in front of us for longer; this much earlier than those before, the machine's time of day
was set back (F25), and the order of what is said counts for more than its time."""
LATE_MS = 5_000
"""This much later, its sender's count has restarted or stood still; less is a network that was stuck."""


class Timeline:
    """Places packets in the order of feeding. Keeps one anchor per hole, forgets those before `forget`."""

    def __init__(self) -> None:
        self.tape = 0
        """Samples fed so far."""
        self._positions: list[int] = []
        self._clocks_ms: list[float] = []
        self._zero_ms: float | None = None
        self._expected_ms = 0.0
        self._last_timestamp = 0
        self._anew = False

    def place(self, packet: AudioPacket, at_ms: float) -> int:
        """Put the packet at the end of the tape; returns the tape position of its first sample."""
        position = self.tape
        clock_ms = self._clock_of(packet, at_ms)
        if not self._positions or abs(clock_ms - self._expected_ms) >= 1:
            self._positions.append(position)
            self._clocks_ms.append(clock_ms)
        self.tape += packet.duration
        self._expected_ms = clock_ms + packet.duration / SAMPLES_PER_MS
        return position

    def begin_anew(self) -> None:
        """Place the next packet by its arrival alone, however long its sender's count stood still before."""
        self._anew = True

    def clock_ms(self, position: float, *, ending: bool = False) -> int:
        """The interview's clock at a tape position. At a hole, `ending` chooses the side before it."""
        if not self._positions:
            return 0
        key = position - 1 if ending else position
        index = max(0, bisect_right(self._positions, key) - 1)
        return round(self._clocks_ms[index] + (position - self._positions[index]) / SAMPLES_PER_MS)

    def forget(self, position: int) -> None:
        """Nobody will ask for times before this tape position any more."""
        index = max(0, bisect_right(self._positions, position) - 1)
        del self._positions[:index], self._clocks_ms[:index]

    def _clock_of(self, packet: AudioPacket, at_ms: float) -> float:
        stamp_ms = packet.timestamp / SAMPLES_PER_MS
        restarted = self._anew or packet.timestamp < self._last_timestamp
        self._anew, self._last_timestamp = False, packet.timestamp
        if self._zero_ms is not None and not restarted:
            lateness_ms = at_ms - (self._zero_ms + stamp_ms)
            if -EARLY_MS <= lateness_ms <= LATE_MS:
                return self._zero_ms + stamp_ms
        clock_ms = at_ms if self._expected_ms - at_ms < BACK_MS else self._expected_ms
        self._zero_ms = clock_ms - stamp_ms
        return clock_ms
