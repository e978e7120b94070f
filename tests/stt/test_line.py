"""A line watches the clock for its stream: what gets stuck is left, what waits too long is said."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.stt.conftest import play
from tests.support.opus import encode, tones

from viva.audio import AudioPacket, SpeechRestored, SpeechResult, SpeechTrouble
from viva.stt import Relay, RelayTimes, StreamOptions
from viva.stt.port import EngineName, TranscriberStream

TIMES = RelayTimes(send_timeout_s=0.2, keep_alive_s=60, backoff_first_s=0.01, backoff_cap_s=0.05)


class Engine:
    """Its first `stuck` streams take nothing; those after them hear everything, keep the packets and say once
    that they are there.
    """

    name: EngineName = "local"
    engine: EngineName = "local"

    def __init__(self, stuck: int) -> None:
        self.stuck = stuck
        self.taken: list[AudioPacket] = []
        self.heard = asyncio.Event()
        self._over = asyncio.Event()

    async def __aenter__(self) -> "Engine":
        return self

    async def __aexit__(self, *_exc: object) -> None: ...

    @asynccontextmanager
    async def session(self, _options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        self.stuck -= 1
        yield self

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        if self.stuck >= 0:
            await asyncio.Event().wait()
        self.taken += packets
        self.heard.set()

    async def finalize(self) -> None: ...

    async def keep_alive(self) -> None: ...

    async def end(self) -> None:
        self._over.set()

    async def results(self) -> AsyncIterator[SpeechResult]:
        await self.heard.wait()
        yield SpeechResult("", is_final=False, start_ms=0, end_ms=0, confidence=0.0)
        await self._over.wait()


async def test_a_stream_that_takes_nothing_is_left_and_the_next_one_hears_everything(events):
    spoken = list(encode(tones([1, 2, 3])))
    engine = Engine(stuck=1)
    async with Relay(engine, StreamOptions(language="en"), events.take, times=TIMES) as relay:
        await play(relay, spoken)
        await events.until(lambda told: SpeechRestored() in told)
    assert events[0] == SpeechTrouble("reconnecting", retryable=True)
    assert engine.taken == spoken


async def test_a_page_that_stays_incomplete_is_sent_all_the_same(events):
    spoken = list(encode(tones([1])))[:3]
    engine = Engine(stuck=0)
    async with Relay(engine, StreamOptions(language="en"), events.take, times=TIMES) as relay:
        await play(relay, spoken)
        async with asyncio.timeout(60):
            await engine.heard.wait()
        assert engine.taken == spoken
    assert not events
