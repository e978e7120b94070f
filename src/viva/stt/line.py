"""One stream of an engine while it lasts: pages out, results in."""

import asyncio
from collections.abc import Awaitable, Callable

from viva.audio import SpeechResult
from viva.stt.errors import Overrun, StreamLost
from viva.stt.intake import Intake
from viva.stt.placing import Placed
from viva.stt.port import TranscriberStream
from viva.stt.timeline import SAMPLES_PER_MS

WATCH_S = 0.5
"""So often a line looks at the clock. One timer for every page and every wait would cost more than they."""

NEAR = 20 * SAMPLES_PER_MS
"""Engines round their times."""


class Line:
    """Plays what is not final yet to a fresh stream, then what comes in.

    `on_result` is called with every result that has words, on the interview's clock; `on_proof` before that,
    at the first sign of life.
    """

    def __init__(
        self,
        stream: TranscriberStream,
        intake: Intake,
        on_result: Callable[[SpeechResult], None],
        on_proof: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._intake = intake
        self._on_result = on_result
        self._on_proof = on_proof
        self._proven = False
        self._origin = self._answered = intake.backlog.rewind()
        self._generation = intake.backlog.generation
        self._loop = asyncio.get_running_loop()
        self._answered_s = self._spoke_s = self._loop.time()
        self._sending_s: float | None = None
        self._asked: list[int] = []
        self._overdue = False

    async def run(self) -> None:
        """Until the agreed end. Raises `StreamLost` when the stream ends before that, is deaf, or stuck, and
        `Overrun` when what it was to be sent next was dropped.
        """
        listening = asyncio.create_task(self._listen(), name="stt.line.listen")
        listening.add_done_callback(lambda _task: self._intake.wake.set())
        try:
            try:
                async with asyncio.timeout(None) as self._limit:
                    self._watch()
                    await self._talk(listening)
            except TimeoutError:
                raise StreamLost(reason="stuck") from None
            await listening
        finally:
            self._watching.cancel()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if not self._intake.closing.is_set():
            raise StreamLost(reason="ended")

    async def _talk(self, listening: asyncio.Task[None]) -> None:
        """Speak until the other side has gone or we have nothing to say any more."""
        while not listening.done():
            if self._intake.backlog.generation != self._generation:
                raise Overrun
            if self._intake.closing.is_set() and not self._intake.backlog.unsent:
                await self._say(self._stream.end())
                return
            await self._speak()

    async def _speak(self) -> None:
        """Send what is due, or wait until something is; keep the engine awake meanwhile."""
        intake = self._intake
        intake.wake.clear()
        to_ask = intake.to_ask(self._stream)
        if to_ask is not None and to_ask <= intake.backlog.sent:
            self._asked.append(intake.ask(self._stream))
            await self._say(self._stream.finalize())
        elif page := intake.next_page(until=to_ask):
            await self._say(self._stream.send(page))
        elif self._overdue:
            rest = intake.next_page(partial=True)
            await self._say(self._stream.send(rest) if rest else self._stream.keep_alive())
        else:
            await intake.wake.wait()
        if self._is_deaf():
            raise StreamLost(reason="no answer")

    def _is_deaf(self) -> bool:
        """Much audio was sent since the last answer, and that long ago: a replay is sent in no time."""
        backlog, limit_ms = self._intake.backlog, self._intake.times.deaf_after_ms
        unanswered = backlog.sent - self._answered
        waited_s = self._loop.time() - self._answered_s
        return unanswered > limit_ms * SAMPLES_PER_MS and waited_s * 1000 > limit_ms

    def _patience_s(self) -> float:
        """A page that stays incomplete goes out after two pages' time; else the keep-alive is next."""
        times = self._intake.times
        return times.page_ms / 500 if self._intake.backlog.unsent else times.keep_alive_s

    async def _say(self, call: Awaitable[None]) -> None:
        self._sending_s = self._loop.time()
        await call
        self._spoke_s, self._sending_s, self._overdue = self._sending_s, None, False

    def _watch(self) -> None:
        """Whether a call takes too long, or nothing was said for too long."""
        times, now_s = self._intake.times, self._loop.time()
        if self._sending_s is not None and now_s - self._sending_s > times.send_timeout_s:
            self._limit.reschedule(now_s)
            return
        if self._sending_s is None and now_s - self._spoke_s >= self._patience_s():
            self._overdue = True
            self._intake.wake.set()
        again_s = min(WATCH_S, times.keep_alive_s / 4, times.send_timeout_s / 4)
        self._watching = self._loop.call_later(again_s, self._watch)

    async def _listen(self) -> None:
        async for heard in self._stream.results():
            self._prove()
            self._answered_s = self._loop.time()
            backlog = self._intake.backlog
            placed = Placed(heard, self._origin, backlog.settled, backlog.timeline)
            self._answered = max(self._answered, placed.tape_end)
            if placed.result.text:
                self._on_result(placed.result)
            if heard.is_final:
                answers = self._request_at(placed.tape_end) if heard.forced else None
                self._intake.settle(placed.tape_end, answers=answers)

    def _prove(self) -> None:
        if not self._proven:
            self._proven = True
            self._on_proof()

    def _request_at(self, position: int) -> int | None:
        """Which request a forced final that ends here answers: the first that was made there or later, else
        the last. A slow engine's late answer says nothing of what was asked since, and not every request is
        answered.
        """
        late = [asked for asked in self._asked if asked + NEAR < position]
        answered = self._asked[: len(late) + 1]
        del self._asked[: len(late) + 1]
        return answered[-1] if answered else None
