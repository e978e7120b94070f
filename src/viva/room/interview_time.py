"""An interview's own time: taken from the time of day once, then carried on by the clock that never jumps.

Everything that is stored about an interview is told by it: when an answer began and until when it may last,
where a word and where a recording lie. So a machine whose time of day is set anew moves none of them (F25).
"""

import math
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from viva.platform.clock import Clock
from viva.sessions import Session

KEPT = 4_096
"""Interviews whose time is remembered; beyond that the one that was asked for longest ago is forgotten."""
_PRECISE_MS = 1.0
_LOOKS = 5


class InterviewTime:
    """A `Clock` that was right when it was made, or stood at `not_before` if that is later."""

    def __init__(self, clock: Clock, not_before: datetime | None = None) -> None:
        self._clock = clock
        self._began_ms, now = both_clocks(clock)
        self._began_at = now if not_before is None else max(now, not_before)

    def now(self) -> datetime:
        """The time of day in this interview, aware, in UTC."""
        return self._began_at + timedelta(milliseconds=self._clock.monotonic_ms() - self._began_ms)

    def monotonic_ms(self) -> float:
        """The process's own."""
        return self._clock.monotonic_ms()


class InterviewTimes:
    """One time for each interview, as long as the process lives: screens and media may come and go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: OrderedDict[UUID, InterviewTime] = OrderedDict()

    def open(self, session: Session, furthest_ms: int) -> InterviewTime:
        """The interview's time, made when it is first opened here, or anew while it has not begun.

        `furthest_ms` is the last moment on its clock of which something is stored. It is not told again by a
        process that started after the machine's time of day was set back: words and parts keep their order.
        """
        time = self._times.get(session.id)
        if time is None or session.started_at is None:
            began = session.started_at
            last = None if began is None else began + timedelta(milliseconds=furthest_ms)
            time = self._times[session.id] = InterviewTime(self._clock, last)
        self._times.move_to_end(session.id)
        while len(self._times) > KEPT:
            self._times.popitem(last=False)
        return time

    def now(self, session_id: UUID) -> datetime:
        """What time it is in this interview; the machine's for one that was never opened here."""
        return self._times.get(session_id, self._clock).now()


def both_clocks(clock: Clock) -> tuple[float, datetime]:
    """One moment by the monotonic clock, in milliseconds, and by the time of day.

    A busy machine may let us wait between the two; then look again, and take the shortest look.
    """
    shortest_ms, found = math.inf, (clock.monotonic_ms(), clock.now())
    for _ in range(_LOOKS):
        before_ms, now = clock.monotonic_ms(), clock.now()
        took_ms = clock.monotonic_ms() - before_ms
        if took_ms < shortest_ms:
            shortest_ms, found = took_ms, (before_ms, now)
        if shortest_ms < _PRECISE_MS:
            break
    return found
