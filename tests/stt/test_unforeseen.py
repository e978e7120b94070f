"""An engine that fails in a way nobody foresaw is one that was lost: told, asked again, and written down."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs
from tests.stt.test_slow_engine import Engine, Stream, Talk, on_virtual_time

from viva.audio import AudioPacket, SpeechRestored, SpeechResult, SpeechTrouble
from viva.stt import Failover, StreamOptions
from viva.stt.failover import PROBE_S
from viva.stt.port import TranscriberStream


class Faulty(Engine):
    """Fails `times` times, by an error of its own, `where` it is asked to open, take or tell something."""

    def __init__(self, where: str, times: int = 1) -> None:
        super().__init__()
        self.where, self.times = where, times

    @asynccontextmanager
    async def session(self, options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        where = self.where if self.times else ""
        self.times -= bool(where)
        if where == "open":
            raise KeyError("error_code")
        async with super().session(options):
            self.streams[-1] = FaultyStream(self, where)
            yield self.streams[-1]


class FaultyStream(Stream):
    def __init__(self, engine: Engine, where: str) -> None:
        super().__init__(engine)
        self._where = where

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        if self._where == "send":
            raise AttributeError("NoneType")
        await super().send(packets)

    async def results(self) -> AsyncIterator[SpeechResult]:
        async for result in super().results():
            if self._where == "results":
                raise IndexError("out of range")
            yield result


@pytest.mark.parametrize("where", ["open", "send", "results"])
def test_F04_an_error_of_the_engines_own_costs_no_word_and_is_told_and_logged_with_its_traceback(where):
    async def scene() -> None:
        talk = Talk(Faulty(where))
        with capture_logs() as lines:
            async with talk.relay:
                await talk.say(3)
                assert await talk.end_answer(20)
        assert talk.events.words == ["0", "1", "2"]
        assert talk.differences() == []
        told = [event for event in talk.events if not isinstance(event, SpeechResult)]
        assert told == [SpeechTrouble("reconnecting", retryable=True), SpeechRestored()]
        assert [line["exc_info"] for line in lines if line["event"] == "stt_engine_failed"] == [True]

    on_virtual_time(scene())


@pytest.mark.parametrize("where", ["open", "send", "results"])
def test_F07_a_vendor_that_fails_by_errors_of_its_own_for_long_is_stood_in_for_until_it_hears_again(where):
    async def scene() -> None:
        loop, vendor, other = asyncio.get_running_loop(), Faulty(where, times=1_000), Engine()
        async with Failover(vendor, lambda: other, now_s=loop.time) as engine:
            talk = Talk(engine, ring_ms=120_000)
            async with talk.relay:
                await talk.say(3)
                await talk.events.until(lambda told: len(told.words) == 3)
                assert len(other.streams) == 1
                await asyncio.sleep(2 * PROBE_S)
                vendor.times, tried = 0, len(vendor.streams)
                await asyncio.sleep(2 * PROBE_S)
                await talk.say(3)
                assert await talk.end_answer(20)
        assert talk.differences() == []
        assert len(vendor.streams) == tried + 2, "somebody looked, and then it heard"

    on_virtual_time(scene())
