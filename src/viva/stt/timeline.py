"""Where a packet's sound lies on the interview's clock, and back from tape to clock. Pure.

Three times meet here. The *tape* counts samples of audio that were fed, one packet after the other without
any hole: it is what an engine hears. The moments at which packets were spoken also count through the holes
(mute, discontinuous transmission, loss). The *clock* is the interview's.
"""

from bisect import bisect_right

from viva.audio import OPUS_RATE_HZ, AudioPacket

SAMPLES_PER_MS = OPUS_RATE_HZ // 1000
BACK_MS = 2_500
"""No packets wait in front of us for longer; this much earlier than those before, the machine's time of day
was set back (F25), and the order of what is said counts for more than its time."""
TREMBLE_MS = 2
"""Moments are whole milliseconds; what differs by less from where the packet before ended follows on it."""


class Timeline:
    """Places packets in the order of feeding. Keeps one anchor per hole, forgets those before `forget`."""

    def __init__(self) -> None:
        self.tape = 0
        """Samples fed so far."""
        self._positions: list[int] = []
        self._clocks_ms: list[float] = []
        self._expected_ms = 0.0

    def place(self, packet: AudioPacket, at_ms: float) -> int:
        """Put the packet, spoken at `at_ms`, at the end of the tape; returns its first sample's position."""
        position = self.tape
        clock_ms = at_ms if self._expected_ms - at_ms < BACK_MS else self._expected_ms
        if self._positions and abs(clock_ms - self._expected_ms) < TREMBLE_MS:
            clock_ms = self._expected_ms
        else:
            self._positions.append(position)
            self._clocks_ms.append(clock_ms)
        self.tape += packet.duration
        self._expected_ms = clock_ms + packet.duration / SAMPLES_PER_MS
        return position

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
