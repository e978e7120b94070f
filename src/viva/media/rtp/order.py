"""Order and time restored: numbers unwrapped, packets put back in order within a bound, holes remembered."""

from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")

_HOLES_MAX = 300
"""A second and a half of an interview's packets: about as much as a browser keeps to send again. With more of
them missing at a time the sender counts as one that has started anew; nothing of it is worth asking for."""
_ASK_TIMES = 6
_ASK_AT_MOST = 100


class Unwrapper:
    """Makes a counter of `bits` bits count on: each result lies nearest to the one before it."""

    def __init__(self, bits: int) -> None:
        self._span, self._half = 1 << bits, 1 << bits - 1
        self._last: int | None = None

    def peek(self, value: int) -> int:
        """What `value` would become, without remembering it."""
        if self._last is None:
            return value
        return self._last + (value - self._last + self._half) % self._span - self._half

    def __call__(self, value: int) -> int:
        """Unwrap and remember."""
        last = self._last
        if last is not None:
            value = last + (value - last + self._half) % self._span - self._half
        self._last = value
        return value


class Timeline:
    """A stream's timestamps, unwrapped, and carried on by arrival time when the sender starts anew."""

    def __init__(self, rate_hz: int) -> None:
        self._per_ms = rate_hz / 1000
        self._unwrap = Unwrapper(32)
        self._offset = 0
        self._last: int | None = None
        self._last_ms = 0.0
        self._restarted = False

    def restart(self) -> None:
        """The next timestamp has another origin (a new SSRC)."""
        self._restarted = self._last is not None

    def at(self, timestamp: int, now_ms: float) -> int:
        """The unwrapped timestamp of a packet that arrived at `now_ms`."""
        if self._restarted and self._last is not None:
            self._restarted = False
            self._unwrap = Unwrapper(32)
            elapsed = max(1, round((now_ms - self._last_ms) * self._per_ms))
            self._offset = self._last + elapsed - self._unwrap.peek(timestamp)
        self._last = self._unwrap(timestamp) + self._offset
        self._last_ms = now_ms
        return self._last

    def place(self, timestamp: int) -> int:
        """Where a timestamp from elsewhere (a sender report) lies on this line."""
        return self._unwrap.peek(timestamp) + self._offset


class _Hole(msgspec.Struct):
    since_ms: float
    asked_ms: float = 0.0
    asked: int = 0


class Reorder(Generic[Item]):
    """Hands packets on in order. It waits for a missing one at most `hold_ms` and `hold_packets` packets.

    Both may be changed at any time. When more are missing than are worth asking for, none is waited for.
    A missing packet is asked for again after `ask_again_ms`: sending it anew takes about one round trip.
    `asked` counts packets, `recovered` those of them that came in time.
    """

    def __init__(self, *, hold_ms: float, hold_packets: int, ask_again_ms: float = 80.0) -> None:
        self.hold_ms = hold_ms
        self.hold_packets = hold_packets
        self._ask_again_ms = ask_again_ms
        self._next: int | None = None
        self._highest = 0
        self._held: dict[int, Item] = {}
        self._holes: dict[int, _Hole] = {}
        self.given_up = 0
        self.late = 0
        self.asked = 0
        self.recovered = 0

    @property
    def waiting(self) -> bool:
        """Whether something is held back, so that time must be watched."""
        return bool(self._held)

    def passes(self, number: int) -> bool:
        """Whether packet `number` is the next one and nothing waits. Then it counts as handed on already."""
        if number != self._next or self._held:
            return False
        self._highest, self._next = number, number + 1
        return True

    def push(self, number: int, item: Item, now_ms: float) -> list[tuple[int, Item]]:
        """Take packet `number`; returns what is now in order. Late and doubled packets vanish."""
        if self._next is None:
            self._next = self._highest = number
        if self.passes(number):
            return [(number, item)]
        if number < self._next:
            self.late += 1
            return []
        if number - self._highest + len(self._holes) > _HOLES_MAX:
            return [*self._jump(number), (number, item)]
        self._remember_holes(number, now_ms)
        self._held[number] = item
        ready = self._contiguous()
        while len(self._held) >= self.hold_packets:
            ready += self._skip()
        return ready

    def expire(self, now_ms: float) -> list[tuple[int, Item]]:
        """Give up on what has been missing for too long; returns what that releases."""
        ready: list[tuple[int, Item]] = []
        while self._held and self._next is not None:
            hole = self._holes.get(self._next)
            if hole is not None and now_ms - hole.since_ms < self.hold_ms:
                break
            ready += self._skip()
        return ready

    def to_ask(self, now_ms: float) -> list[int]:
        """The numbers to ask for again now; each is asked for a few times, a round trip apart."""
        asked: list[int] = []
        for number, hole in self._holes.items():
            due = not hole.asked or now_ms - hole.asked_ms >= self._ask_again_ms
            if due and hole.asked < _ASK_TIMES:
                self.asked += not hole.asked
                hole.asked, hole.asked_ms = hole.asked + 1, now_ms
                asked.append(number)
                if len(asked) == _ASK_AT_MOST:
                    break
        return asked

    def _remember_holes(self, number: int, now_ms: float) -> None:
        for missing in range(self._highest + 1, number):
            self._holes[missing] = _Hole(now_ms)
        hole = self._holes.pop(number, None)
        self.recovered += hole is not None and hole.asked > 0
        self._highest = max(self._highest, number)

    def _contiguous(self) -> list[tuple[int, Item]]:
        ready = []
        while self._next in self._held:
            ready.append((self._next, self._held.pop(self._next)))
            self._next += 1
        return ready

    def _skip(self) -> list[tuple[int, Item]]:
        first = min(self._held)
        for missing in range(self._next or first, first):
            self._holes.pop(missing, None)
            self.given_up += 1
        self._next = first
        return self._contiguous()

    def _jump(self, number: int) -> list[tuple[int, Item]]:
        ready = sorted(self._held.items())
        self._held.clear()
        self.given_up += len(self._holes)
        self._holes.clear()
        self._next, self._highest = number + 1, number
        return ready
