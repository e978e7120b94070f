"""Faults that last: minutes of silence, half an hour of outage, twenty cut lines. The clock is virtual."""

import asyncio
import os
import statistics
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec
from tests.stt.conftest import Events
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.fault_proxy import FaultProxy
from tests.support.opus import encode, tones
from tests.support.virtual_time import VirtualTimeLoop

from viva.audio import AudioPacket, SpeechRestored, SpeechResult, SpeechTrouble
from viva.stt import Failover, Relay, RelayTimes, StreamOptions
from viva.stt.deepgram import DeepgramTranscriber

ENGLISH = StreamOptions(language="en")
REAL_TIME = bool(os.environ.get("REAL_TIME"))
"""Set, the same is done on the machine's own clock: for the figures."""
RESETS = 20


def run(scene: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=None if REAL_TIME else VirtualTimeLoop) as runner:
        runner.run(scene)


def spoken(*words: int) -> list[AudioPacket]:
    return encode(tones(words))[: len(words) * 15]


def relay_to(server: DeepgramServer, url: str, events: Events, times: RelayTimes | None = None) -> Relay:
    return Relay(DeepgramTranscriber(server.key, url), ENGLISH, events.take, times=times)


async def speak(relay: Relay, packets: list[AudioPacket], at_s: float) -> None:
    """At the pace of speech, as moments since `at_s` on the loop's clock."""
    loop = asyncio.get_running_loop()
    first = round((loop.time() - at_s) * 50) * 960
    for packet in packets:
        await asyncio.sleep(0.02)
        timestamp = first + packet.timestamp
        stamped = msgspec.structs.replace(packet, timestamp=timestamp)
        relay.feed(stamped, timestamp / 48)


def test_F05_ten_minutes_of_silence_close_no_connection() -> None:
    async def scene() -> None:
        events = Events()
        began_s = asyncio.get_running_loop().time()
        async with DeepgramServer(ears=ToneEars) as server:
            async with relay_to(server, server.url, events) as relay:
                await speak(relay, spoken(1), began_s)
                await asyncio.sleep(600)
                await speak(relay, spoken(2), began_s)
                assert await relay.finalize(5)
            assert len(server.connections) == 1
            assert server.controls.count("KeepAlive") >= 600 / 5 - 1
        assert events.words == ["1", "2"]
        assert events.finals[-1].words[-1].start_ms >= 600_000

    run(scene())


def test_F07_a_vendor_that_is_away_for_half_an_hour_is_asked_now_and_then_and_heard_again() -> None:
    async def scene() -> None:
        events = Events()
        began_s = asyncio.get_running_loop().time()
        async with DeepgramServer(ears=ToneEars) as server:
            server.always = Fault(status=503)
            async with relay_to(server, server.url, events) as relay:
                await speak(relay, spoken(1), began_s)
                await asyncio.sleep(1_800)
                asked = server.refused
                server.always = None
                await speak(relay, spoken(2), began_s)
                await events.until(lambda told: SpeechRestored() in told, 120)
                assert await relay.finalize(30)
        assert 1_800 / 20 < asked < 1_800 / 5
        assert events.words[-1] == "2"

    if not REAL_TIME:
        run(scene())


def test_F07_an_outage_is_told_once_however_long_somebody_speaks_in_it() -> None:
    """Also when more was said than can be kept: the engine is away, and not slow."""

    async def scene() -> None:
        events, word, times = Events(), spoken(1), RelayTimes(ring_ms=30_000)
        began_s = asyncio.get_running_loop().time()
        async with DeepgramServer(ears=ToneEars) as server:
            server.always = Fault(status=503)
            async with relay_to(server, server.url, events, times) as relay:
                while not relay.missed:  # until there is more than can be kept
                    await speak(relay, word, began_s)
                for _ in range(20):
                    await speak(relay, word, began_s)
        assert [event.code for event in events if isinstance(event, SpeechTrouble)] == [
            "reconnecting",
            "unavailable",
        ]

    if not REAL_TIME:
        run(scene())


def test_F07_a_vendor_that_refused_is_asked_again_every_minute_or_two_until_it_hears() -> None:
    async def scene() -> None:
        events = Events()
        began_s = asyncio.get_running_loop().time()
        async with DeepgramServer(ears=ToneEars) as server:
            server.always = Fault(status=402)
            async with relay_to(server, server.url, events) as relay:
                for _ in range(180):
                    await speak(relay, spoken(1)[:1], began_s)
                    await asyncio.sleep(10)
                asked = server.refused
                server.always = None
                await asyncio.sleep(120)
                talks_s = asyncio.get_running_loop().time() - began_s
                await speak(relay, spoken(2), began_s)
                assert await relay.finalize(30)
        assert 1_800 / 150 < asked < 1_800 / 50  # 60 to 120 s, and up to 10 s until somebody speaks again
        assert [event for event in events if not isinstance(event, SpeechResult)] == [
            SpeechTrouble("refused", retryable=False),
            SpeechRestored(),
        ]
        assert events.words == ["2"]
        assert all(missed.end_ms <= talks_s * 1000 for missed in relay.missed)

    if not REAL_TIME:
        run(scene())


def test_F07_a_vendor_that_says_when_to_come_back_is_not_asked_before_and_hears_everything() -> None:
    async def scene() -> None:
        events = Events()
        began_s = asyncio.get_running_loop().time()
        async with DeepgramServer(ears=ToneEars) as server:
            server.always = Fault(status=429, retry_after="60")
            async with relay_to(server, server.url, events) as relay:
                await speak(relay, spoken(1), began_s)
                await asyncio.sleep(55)
                assert (server.refused, len(server.connections)) == (1, 0)
                assert not await relay.finalize(30), "nobody waits for that"
                assert asyncio.get_running_loop().time() - began_s < 60
                server.always = None
                await events.until(lambda told: SpeechRestored() in told, 120)
                assert await relay.finalize(30)
        assert events.words == ["1"]
        assert relay.missed == ()

    if not REAL_TIME:
        run(scene())


def test_F07_a_vendor_that_shakes_hands_and_hears_nobody_is_not_gone_back_to_until_it_answers() -> None:
    async def scene() -> None:
        loop, events, words = asyncio.get_running_loop(), Events(), [*range(90)] * 2
        began_s = loop.time()
        async with DeepgramServer(ears=ToneEars) as vendor, DeepgramServer(ears=ToneEars) as other:
            vendor.always = Fault(silent=True)
            engine = Failover(
                DeepgramTranscriber(vendor.key, vendor.url),
                lambda: DeepgramTranscriber(other.key, other.url),
                now_s=loop.time,
            )
            async with engine, Relay(engine, ENGLISH, events.take) as relay:
                for word in words[:-1]:
                    await speak(relay, spoken(word), began_s)
                    await asyncio.sleep(1)
                tried = sum(bool(heard.sound.any()) for heard in vendor.connections)
                asked = len(vendor.connections) - tried
                vendor.always = None
                await asyncio.sleep(30)
                await speak(relay, spoken(words[-1]), began_s)
                assert await relay.finalize(30)
                assert vendor.connections[-1].sound.any(), "it hears again"
        assert tried == 2, "thirty seconds without an answer, twice, are a long outage"
        assert asked >= 2
        assert events.words == [str(word) for word in words]
        assert relay.missed == ()

    if not REAL_TIME:
        run(scene())


def test_F04_a_line_that_is_cut_twenty_times_in_the_middle_of_words_loses_none_and_is_soon_back() -> None:
    """`REAL_TIME=1 pytest -s` prints how soon, on the machine's clock; here it is the back-off alone."""
    backs: list[float] = []

    async def scene() -> None:
        loop, events, packets = asyncio.get_running_loop(), Events(), spoken(*range(66))
        async with (
            DeepgramServer(ears=ToneEars, words_per_final=3) as server,
            FaultProxy(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as proxy,
            relay_to(server, "ws://{}:{}".format(*proxy.address), events) as relay,
        ):
            speaking = asyncio.create_task(speak(relay, packets, loop.time()))
            await events.until(len)
            for number in range(RESETS):
                await asyncio.sleep(0.05 * (number % 5))  # so that every part of a word is cut once
                cut_s, known = loop.time(), len(events)
                assert proxy.reset_peer()
                await events.until(_answered_after(known))
                backs.append(loop.time() - cut_s)
            await speaking
            assert await relay.finalize(30)
        assert events.words == [str(word) for word in range(66)]
        for final in events.finals:
            for word in final.words:
                assert abs(word.start_ms - 300 * int(word.text)) <= 40

    run(scene())
    p95 = statistics.quantiles(backs, n=20)[-1]
    sys.stdout.write(
        f"\nF04: {RESETS} resets, back after p50 {statistics.median(backs):.2f}, p95 {p95:.2f} s\n"
    )
    assert p95 <= 2 or REAL_TIME


def _answered_after(known: int) -> Any:
    return lambda told: any(isinstance(event, SpeechResult) for event in told[known:])
