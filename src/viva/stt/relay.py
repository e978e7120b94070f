"""Between a candidate's audio and a recogniser: keeps them joined and loses nothing on the way.

`feed` puts packets into a ring; a line sends them to the engine's stream in pages and places what comes back
on the interview's clock. A stream that is lost is opened again with growing pauses, and what had not become
final is played to it once more, from the very packet where the last final ended. An engine that refused is
asked again every minute or two; what is said until it relents is missed, for a later job. Where what was not
sent yet has to be dropped, because the engine is slower than speech, the stream is left for a new one.

A stream is opened when there is audio for it: the vendor closes one that hears nothing for ten seconds.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Literal, Self

import msgspec
import structlog

from viva.audio import AudioPacket, SpeechEvent, SpeechRestored, SpeechResult, SpeechTrouble
from viva.platform.tasks import Tasks
from viva.stt import metrics
from viva.stt.backlog import Missed
from viva.stt.backoff import Backoff
from viva.stt.errors import Overrun, Refused, StreamLost
from viva.stt.intake import Finish, Intake, RelayTimes
from viva.stt.line import Line
from viva.stt.port import EngineName, StreamOptions, Transcriber, TranscriberStream

log = structlog.get_logger(__name__)

TroubleCode = Literal["reconnecting", "unavailable", "refused", "overloaded"]


class Relay:
    """One candidate's connection to an engine: `async with Relay(...)`, then `feed`.

    `on_event` is called on the loop, in order, with results on the interview's clock (never blank) and with
    trouble and restoration. It must not block. Overflow: beyond `ring_ms` the oldest audio falls out, is
    listed in `missed`, and `SpeechTrouble("overloaded")` says so once, unless the engine is away: then that
    has been told. `in_trouble`: so the relay before this one ended; that it is over is told when the engine
    answers.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        options: StreamOptions,
        on_event: Callable[[SpeechEvent], None],
        *,
        times: RelayTimes | None = None,
        jitter: Callable[[], float] = random.random,
        in_trouble: bool = False,
    ) -> None:
        times = times or RelayTimes()
        self._transcriber = transcriber
        self._engine: EngineName = transcriber.name
        self._options = options
        self._on_event = on_event
        self._intake = Intake(times)
        self._backoff = Backoff(jitter, first_s=times.backoff_first_s, cap_s=times.backoff_cap_s)
        self._refusals = Backoff(jitter, first_s=times.refused_first_s, cap_s=times.refused_cap_s)
        self._tasks = Tasks("relay")
        self._joined: asyncio.Task[None] | None = None
        self._refused = self._away = False
        self._trouble: TroubleCode | None = "reconnecting" if in_trouble else None
        self._down_since_s: float | None = None

    @property
    def engine(self) -> EngineName:
        """The name of the engine that hears now, or heard last; goes with every result."""
        return self._engine

    @property
    def missed(self) -> tuple[Missed, ...]:
        """What was never transcribed, on the interview's clock, for a later job; complete after closing."""
        return tuple(self._intake.backlog.missed)

    async def __aenter__(self) -> Self:
        self._joined = self._tasks.start("join", self._stay_joined())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    def feed(self, packet: AudioPacket, at_ms: float) -> None:
        """Take a packet whose sound began `at_ms` on the interview's clock.

        Never blocks, never raises. After closing, packets are ignored.
        """
        if self._intake.closing.is_set():
            return
        overflowed = self._intake.add(packet, at_ms)
        if self._refused:
            self._intake.give_up()
        elif overflowed:
            metrics.packets_overflowed.labels(self.engine).inc(overflowed)
            if self._down_since_s is None:  # else it is no slowness but an outage, which has been told
                self._say_trouble("overloaded")

    def wish(self) -> Finish:
        """Wish that everything fed so far becomes final, for `finalize` to wait for: an engine that is asked
        only when more has been fed is asked in the middle of a word.
        """
        return self._intake.wish()

    async def finalize(
        self, timeout_s: float, *, wish: Finish | None = None, else_missed: bool = False
    ) -> bool:
        """Make everything fed so far final, or what was by an earlier `wish`. Returns whether that happened
        in time.

        The finals have been given to `on_event` when this returns. A lasting outage is not waited for.
        `else_missed`: what did not become final counts as missed, and what is fed meanwhile does not.
        """
        finish = wish or self.wish()
        try:
            final = await self._made_final(finish, timeout_s)
        finally:
            self._intake.drop(finish)
        if else_missed and not final:
            self._intake.miss(finish.target)
        return final

    async def _made_final(self, finish: Finish, timeout_s: float) -> bool:
        if self._refused or self._intake.closing.is_set():
            return False
        if not finish.over.is_set():
            if self._away:
                return False
            try:
                async with asyncio.timeout(timeout_s):
                    await finish.over.wait()
            except TimeoutError:
                return False
        return not finish.missed

    def give_up(self) -> None:
        """Wait no longer for what is not final: it counts as missed; words that still come are dropped."""
        self._intake.give_up()

    def take_missed(self) -> tuple[Missed, ...]:
        """What was missed since the last call; whoever takes it is answerable for it."""
        missed = self.missed
        self._intake.backlog.missed.clear()
        return missed

    async def close(self) -> None:
        """Send what is left, wait for the last finals within the time limit, and let go of the engine."""
        self._intake.closing.set()
        self._intake.wake.set()
        if self._joined is not None:
            await asyncio.wait([self._joined], timeout=self._intake.times.close_timeout_s)
        await self._tasks.close()
        self._intake.give_up()

    async def _stay_joined(self) -> None:
        while await self._has_audio():
            try:
                await self._hold_one_stream()
                return
            except Refused as refusal:
                await self._sit_out(refusal)
            except Overrun:
                self._begin_anew()
            except StreamLost as lost:
                await self._recover(lost)
            except Exception as error:  # an engine may fail in ways of its own; the interview goes on
                log.exception("stt_engine_failed", engine=self.engine)
                await self._recover(StreamLost(reason=type(error).__name__))

    async def _has_audio(self) -> bool:
        backlog, closing = self._intake.backlog, self._intake.closing
        while not backlog.unsent and not closing.is_set():
            self._intake.wake.clear()
            await self._intake.wake.wait()
        return backlog.unsent > 0

    async def _hold_one_stream(self) -> None:
        """From opening to the agreed end. Raises `Refused` or `StreamLost`."""
        async with AsyncExitStack() as stack:
            stream = await self._open(stack)
            self._engine = stream.engine
            self._away = False
            await Line(stream, self._intake, self._heard, self._prove).run()

    async def _open(self, stack: AsyncExitStack) -> TranscriberStream:
        try:
            async with asyncio.timeout(self._intake.times.open_timeout_s):
                return await stack.enter_async_context(self._transcriber.session(self._options))
        except TimeoutError:
            raise StreamLost(reason="no handshake") from None

    def _begin_anew(self) -> None:
        """At once, and without a word to the candidate: the engine is there, only slow."""
        dropped = self._intake.make_room()
        metrics.packets_overflowed.labels(self.engine).inc(dropped)
        log.warning("stt_overrun", engine=self.engine, dropped=dropped)

    async def _recover(self, lost: StreamLost) -> None:
        """Tell, make what is not final due again, and wait before the next attempt (not when closing)."""
        loop = asyncio.get_running_loop()
        self._down_since_s = self._down_since_s or loop.time()
        down_s = loop.time() - self._down_since_s
        metrics.connections_lost.labels(self.engine).inc()
        log.warning("stt_stream_lost", engine=self.engine, attempt=self._backoff.attempts, **lost.params)
        self._away = down_s + lost.wait_s >= self._intake.times.unavailable_after_s
        self._say_trouble("unavailable" if self._away else "reconnecting")
        self._intake.backlog.rewind()
        if (
            await self._closes_within(lost.wait_s + self._backoff.next_delay_s())
            and self._backoff.attempts > 1
        ):
            self._intake.give_up()

    async def _sit_out(self, refusal: Refused) -> None:
        """Keep nothing while the engine will not have it: by the next attempt the ring would be too old."""
        log.error("stt_refused", engine=self.engine, attempt=self._refusals.attempts, **refusal.params)
        self._refused = self._away = True
        self._intake.give_up()
        self._say_trouble("refused")
        await self._closes_within(self._refusals.next_delay_s())
        self._refused = False

    async def _closes_within(self, delay_s: float) -> bool:
        """Wait so long, or until the relay closes; whether it does."""
        try:
            async with asyncio.timeout(delay_s):
                return await self._intake.closing.wait()
        except TimeoutError:
            return False

    def _heard(self, result: SpeechResult) -> None:
        self._give(msgspec.structs.replace(result, engine=self._engine))

    def _prove(self) -> None:
        """The engine answered on this stream: the outage, if there was one, is over.

        A handshake is no proof of that: a vendor may shake hands and hang up all day.
        """
        self._backoff.succeeded()
        self._refusals.succeeded()
        self._down_since_s = None
        if self._trouble:
            self._trouble = None
            self._give(SpeechRestored())

    def _say_trouble(self, code: TroubleCode) -> None:
        if code == self._trouble or (code == "reconnecting" and self._trouble):
            return
        self._trouble = code
        self._give(SpeechTrouble(code, retryable=code != "refused"))

    def _give(self, event: SpeechEvent) -> None:
        try:
            self._on_event(event)
        except Exception:
            log.exception("stt_event_not_taken", kind=type(event).__name__)
