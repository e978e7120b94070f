"""One thread that sends everybody's packets when they are due."""

import heapq
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Self

Stream = Iterator[float]
"""Sends one packet at each step and yields after how many seconds from its begin the next one is due."""


class Pacer:
    """`with Pacer() as pacer`, then `add` streams at any time. Leaving stops them all."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, float, Stream]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._stopping = False
        self._failure: BaseException | None = None
        self.worst_lateness_s = 0.0
        self._thread = threading.Thread(target=self._run, name="pacer")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def add(self, stream: Stream) -> None:
        """Begin a stream now."""
        with self._changed:
            now = time.monotonic()
            heapq.heappush(self._due, (now, next(self._numbers), now, stream))
            self._changed.notify()

    def remove(self, streams: Sequence[Stream]) -> None:
        """End these; when it returns, none of them is in the middle of a step."""
        with self._sending, self._changed:
            self._due = [due for due in self._due if due[3] not in streams]
            heapq.heapify(self._due)

    def stop(self) -> None:
        """Send nothing more. Raises what a stream raised."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while self._wait():
                with self._sending:
                    self._step()
        except Exception as error:  # noqa: BLE001 (raised again by `stop`)
            self._failure = error

    def _step(self) -> None:
        """Send what is due first, and take it up again with its next departure."""
        with self._changed:
            if not self._due:  # it was removed in the meantime
                return
            due, number, began, stream = heapq.heappop(self._due)
        self.worst_lateness_s = max(self.worst_lateness_s, time.monotonic() - due)
        following = began + next(stream)
        with self._changed:
            heapq.heappush(self._due, (following, number, began, stream))

    def _wait(self) -> bool:
        """Until something is due; False at the end."""
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    return True
                self._changed.wait(self._due[0][0] - now if self._due else None)
        return False
