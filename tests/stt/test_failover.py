"""From the vendor to the other engine in a long outage, and back; both speak the vendor's protocol here."""

from collections.abc import AsyncIterator

import pytest
from tests.stt.conftest import play
from tests.support.candidate import eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import encode, tones

from viva.stt import Failover, Relay, RelayTimes, StreamOptions
from viva.stt.deepgram import DeepgramStream, DeepgramTranscriber
from viva.stt.failover import Outage

TIMES = RelayTimes(backoff_first_s=0.01, backoff_cap_s=0.05)
ENGLISH = StreamOptions(language="en")


@pytest.mark.parametrize(
    ("failures_s", "lasts"),
    [
        ([0], False),
        ([0, 5, 19], False),
        ([0, 5, 15, 20], True),
        ([0, 3_600], False),
        ([0, 3_600, 3_610, 3_620], True),
    ],
    ids=["one", "a short one", "a long one", "two with an hour between", "a long one an hour after another"],
)
def test_an_outage_is_long_when_failures_follow_one_another_for_twenty_seconds(failures_s, lasts):
    outage = Outage(20)
    for now_s in failures_s:
        outage.failed(now_s)
    assert outage.lasts is lasts
    outage.answered()
    assert not outage.lasts


def test_a_refusal_is_a_long_outage_at_once():
    outage = Outage(20)
    outage.failed(0, for_good=True)
    assert outage.lasts


@pytest.fixture
async def vendor() -> AsyncIterator[DeepgramServer]:
    async with DeepgramServer(ears=ToneEars) as server:
        yield server


@pytest.fixture
async def other() -> AsyncIterator[DeepgramServer]:
    async with DeepgramServer(ears=ToneEars) as server:
        yield server


def both(vendor: DeepgramServer, other: DeepgramServer) -> Failover:
    return Failover(
        DeepgramTranscriber(vendor.key, vendor.url),
        lambda: DeepgramTranscriber(other.key, other.url),
        after_s=0.1,
        probe_s=0.05,
    )


async def test_a_vendor_that_answers_is_the_only_one_asked(vendor, other, events):
    async with both(vendor, other) as engine, Relay(engine, ENGLISH, events.take, times=TIMES) as relay:
        await play(relay, encode(tones([1, 2, 3])))
        assert await relay.finalize(20)
    assert events.words == ["1", "2", "3"]
    assert not other.connections


async def test_F07_a_vendor_that_sends_us_away_for_a_minute_is_not_waited_for(vendor, other, events):
    vendor.always = Fault(status=429, retry_after="60")
    async with both(vendor, other) as engine, Relay(engine, ENGLISH, events.take) as relay:
        await play(relay, encode(tones([1, 2, 3])))
        assert await relay.finalize(20)
    assert events.words == ["1", "2", "3"]


@pytest.mark.parametrize("status", [401, 402, 429, 503])
async def test_F07_in_a_long_outage_the_other_engine_hears_everything_from_the_start(
    vendor, other, events, status
):
    vendor.always = Fault(status=status)
    async with both(vendor, other) as engine, Relay(engine, ENGLISH, events.take, times=TIMES) as relay:
        await play(relay, encode(tones([1, 2, 3])))
        assert await relay.finalize(20)
    assert events.words == ["1", "2", "3"]
    assert relay.missed == ()


async def test_F07_when_the_vendor_is_back_it_hears_again_and_no_word_is_lost_or_doubled(
    vendor, other, events
):
    vendor.always = Fault(status=503)
    async with both(vendor, other) as engine, Relay(engine, ENGLISH, events.take, times=TIMES) as relay:
        await play(relay, encode(tones([1, 2, 3])))
        assert await relay.finalize(20)
        vendor.always = None
        await eventually(lambda: _asked(vendor))
        await play(relay, encode(tones([4, 5, 6]), first_timestamp=96_000))
        assert await relay.finalize(20)
    assert events.words == ["1", "2", "3", "4", "5", "6"]
    assert any(heard.sounds for heard in vendor.connections)


async def _asked(vendor: DeepgramServer) -> bool:
    """Whether a handshake was granted and its socket closed again: somebody looked whether it is back."""
    return any(heard.closed for heard in vendor.connections)


async def test_every_result_says_who_heard_it(vendor, other, events, monkeypatch):
    monkeypatch.setattr(DeepgramStream, "engine", "local")
    async with both(vendor, other) as engine, Relay(engine, ENGLISH, events.take, times=TIMES) as relay:
        await play(relay, encode(tones([1])))
        assert await relay.finalize(20)
        assert relay.engine == "local"
    assert {final.engine for final in events.finals} == {"local"}
