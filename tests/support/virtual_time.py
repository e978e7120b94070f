"""A loop for long silences: whenever there is nothing to do, its clock jumps to the next timer.

Only for what happens in this one process: loopback sockets between its own tasks are fine, a database is not.

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(ten_minutes_of_silence())
"""

import asyncio
import selectors
from typing import Any

IN_FLIGHT_S = 0.003
"""Real time that the kernel gets to hand over what is on its way between two of our sockets."""


class _Impatient(selectors.DefaultSelector):
    """Waits for what may be on its way, and tells how much longer it should have waited."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= IN_FLIGHT_S:
            return super().select(timeout)
        ready = super().select(IN_FLIGHT_S)
        if not ready:
            self.skipped_s += timeout - IN_FLIGHT_S
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`time()` is the real one and all that was skipped."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        """Seconds of no fixed origin, as everything on this loop feels them."""
        return super().time() + self._impatient.skipped_s
