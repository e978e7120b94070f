"""Two engines as one: the first as long as it answers, the other in a long outage, and back.

A stream never changes its engine. In an outage the relay opens the next stream anyway, and gets the other
engine's; once the first answers again, that stream ends itself, and the relay's replay loses nothing. What
counts as an answer is a result: a vendor may shake hands all day and hear nobody.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

import structlog

from viva.audio import AudioPacket, SpeechResult
from viva.platform.tasks import Tasks
from viva.stt.errors import Refused, StreamLost
from viva.stt.port import EngineName, StreamOptions, Transcriber, TranscriberStream
from viva.stt.probe import hears

log = structlog.get_logger(__name__)

AFTER_S = 20.0
"""An outage this long is a long one; shorter ones the relay's ring bridges better than another engine."""
PROBE_S = 15.0
"""So often the first engine is asked whether it is back; each time costs two seconds of silence."""
REFUSED_PROBE_S = 60.0
"""So often if it refuses us: that passes when somebody has done something about it."""
OPEN_S = 8.0
"""A handshake, or a first answer, that takes longer has failed; less than the relay's own patience."""
FORGOTTEN_S = 60.0


class Outage:
    """Whether the first engine has been away for long. Pure: times come in, in seconds of any clock."""

    def __init__(self, after_s: float = AFTER_S) -> None:
        self._after_s = after_s
        self._since_s: float | None = None
        self._last_s = 0.0
        self.lasts = False

    def failed(self, now_s: float, *, for_good: bool = False) -> None:
        """It could not be reached, or was lost; `for_good`: it refused us, which will not pass soon.

        A failure a minute after the last one says nothing of the time between them.
        """
        if self._since_s is None or now_s - self._last_s > FORGOTTEN_S:
            self._since_s = now_s
        self._last_s = now_s
        self.lasts = self.lasts or for_good or now_s - self._since_s >= self._after_s

    def answered(self) -> None:
        """It works."""
        self._since_s, self.lasts = None, False


class Failover:
    """A `Transcriber`. `standby` makes the other engine when it is needed first; it is kept from then on."""

    def __init__(
        self,
        first: Transcriber,
        standby: Callable[[], Transcriber],
        *,
        after_s: float = AFTER_S,
        probe_s: float = PROBE_S,
        refused_probe_s: float = REFUSED_PROBE_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._standby = standby
        self._other: Transcriber | None = None
        self._outage = Outage(after_s)
        self._probe_s = probe_s
        self._refused_probe_s = refused_probe_s
        self._now_s = now_s
        self._probing: asyncio.Task[None] | None = None
        self._tasks = Tasks("failover")
        self._engines = AsyncExitStack()
        self._one_opening = asyncio.Lock()

    @property
    def name(self) -> EngineName:
        """The first engine's; every result tells who really heard it."""
        return self._first.name

    async def __aenter__(self) -> Self:
        await self._engines.enter_async_context(self._first)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._tasks.close()
        await self._engines.aclose()

    @asynccontextmanager
    async def session(self, options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        """A stream of the engine of the moment. Raises `StreamLost`; `Refused` if both refuse."""
        if not self._outage.lasts:
            async with AsyncExitStack() as stack:
                stream = await self._open_first(stack, options)
                if stream is not None:
                    try:
                        yield _First(stream, self._outage)
                    except Exception:  # whatever it ended by
                        self._outage.failed(self._now_s())
                        raise
                    return
        self._look_for_the_first(options)
        async with (await self._opened_standby()).session(options) as other:
            yield _StandIn(other, self._outage)

    async def _open_first(self, stack: AsyncExitStack, options: StreamOptions) -> TranscriberStream | None:
        """None when it refuses or sends us away, and then the other one has to do. Raises `StreamLost`."""
        try:
            async with asyncio.timeout(OPEN_S):
                return await stack.enter_async_context(self._first.session(options))
        except Refused as refusal:
            log.error("stt_refused", engine=self.name, **refusal.params)
            self._outage.failed(self._now_s(), for_good=True)
            return None
        except TimeoutError:
            self._outage.failed(self._now_s())
            raise StreamLost(reason="no handshake") from None
        except StreamLost as lost:
            sent_away = lost.wait_s >= OPEN_S
            self._outage.failed(self._now_s(), for_good=sent_away)
            if sent_away:
                return None
            raise
        except Exception:
            self._outage.failed(self._now_s())
            raise

    async def _opened_standby(self) -> Transcriber:
        async with self._one_opening:
            if self._other is None:
                self._other = await self._engines.enter_async_context(self._standby())
        return self._other

    def _look_for_the_first(self, options: StreamOptions) -> None:
        if self._probing is None or self._probing.done():
            log.warning("stt_failed_over", engine=self.name)
            self._probing = self._tasks.start("probe", self._probe(options))

    async def _probe(self, options: StreamOptions) -> None:
        pause_s = self._probe_s
        while self._outage.lasts:
            await asyncio.sleep(pause_s)
            pause_s = self._probe_s
            try:
                async with asyncio.timeout(OPEN_S):
                    await hears(self._first, options)
                log.info("stt_back", engine=self.name)
                self._outage.answered()
            except Refused:
                pause_s = max(self._probe_s, self._refused_probe_s)
            except StreamLost as lost:
                pause_s = max(self._probe_s, lost.wait_s)
            except TimeoutError:
                continue
            except Exception:  # nobody would look again
                log.exception("stt_probe_failed", engine=self.name)


class _Through:
    """A stream as it is."""

    def __init__(self, stream: TranscriberStream, outage: Outage) -> None:
        self._stream = stream
        self._outage = outage

    @property
    def engine(self) -> EngineName:
        """Who hears."""
        return self._stream.engine

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        await self._stream.send(packets)

    async def finalize(self) -> None:
        await self._stream.finalize()

    async def keep_alive(self) -> None:
        await self._stream.keep_alive()

    async def end(self) -> None:
        await self._stream.end()

    async def results(self) -> AsyncIterator[SpeechResult]:
        async for result in self._stream.results():
            yield result


class _First(_Through):
    """The first engine's: every answer is the end of an outage."""

    async def results(self) -> AsyncIterator[SpeechResult]:
        async for result in self._stream.results():
            self._outage.answered()
            yield result


class _StandIn(_Through):
    """The other engine's: over as soon as the first one is back."""

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        if not self._outage.lasts:
            raise StreamLost(reason="the first engine is back")
        await self._stream.send(packets)
