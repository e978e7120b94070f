"""The relay and the Deepgram adapter against a server that speaks the vendor's protocol and decodes audio."""

import json

import pytest
from tests.stt.conftest import Events, play
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import encode, likeness, packets_of, sample, sound_of, tones

from viva.audio import SpeechRestored, SpeechResult, SpeechTrouble
from viva.stt import Missed, Relay, RelayTimes, StreamOptions
from viva.stt.deepgram import DeepgramTranscriber

QUICK = RelayTimes(backoff_first_s=0.01, backoff_cap_s=0.05, close_timeout_s=3)
ENGLISH = StreamOptions(language="en", key_terms=("PostgreSQL", "latency"))


def relay_to(server: DeepgramServer, events: Events, **given) -> Relay:
    options = given.pop("options", ENGLISH)
    given = {"times": QUICK, "jitter": lambda: 0.5} | given
    return Relay(DeepgramTranscriber(server.key, server.url), options, events.take, **given)


async def test_the_vendor_decodes_exactly_the_audio_that_was_spoken(events):
    """The original sent 48 kHz stereo as 16 kHz mono."""
    packets = packets_of(sample("conflict"))
    async with DeepgramServer("one two three") as server, relay_to(server, events) as relay:
        await play(relay, packets)
        assert await relay.finalize(5)
    heard = server.connections[0]
    assert "encoding" not in heard.query
    assert "sample_rate" not in heard.query
    assert heard.query["keyterm"] == ["PostgreSQL", "latency"]
    assert abs(len(heard.sound) - len(packets) * 960) <= 960
    assert likeness(heard.sound, sound_of(sample("conflict"))) > 0.99
    assert heard.decoder.longest_page_ms <= 100


async def test_stereo_packets_stay_stereo_on_the_wire(events):
    async with DeepgramServer(ears=ToneEars) as server:
        options = StreamOptions(language="en")
        async with relay_to(server, events, options=options) as relay:
            await play(relay, encode(tones([5, 9, 2]), stereo=True))
            assert await relay.finalize(5)
        assert server.connections[0].decoder.channels == 2
    assert events.words == ["5", "9", "2"]


async def test_korean_answers_come_as_interims_and_finals_with_times_on_the_interviews_clock(events):
    async with DeepgramServer() as server:
        async with relay_to(server, events, options=StreamOptions(language="ko")) as relay:
            await play(relay, packets_of(sample("conflict")), start_ms=60_000)
            assert await relay.finalize(5)
        assert server.connections[0].query["language"] == ["ko"]
    assert events.words[:3] == ["안녕하세요", "저는", "결제"]
    assert any(isinstance(event, SpeechResult) and not event.is_final for event in events)
    first = events.finals[0]
    assert 60_500 <= first.words[0].start_ms < first.words[0].end_ms < 62_000
    assert first.start_ms <= first.words[0].start_ms


async def test_finalize_returns_after_its_finals_were_told(events):
    async with DeepgramServer(ears=ToneEars) as server, relay_to(server, events) as relay:
        await play(relay, encode(tones([1, 2, 3])))
        assert await relay.finalize(5)
        assert events.words == ["1", "2", "3"]
        assert events.finals[-1].forced
        assert "Finalize" in server.connections[0].controls


async def test_closing_drains_what_was_said_last(events):
    async with DeepgramServer(ears=ToneEars) as server:
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([4, 5])))
        assert events.words == ["4", "5"]
        assert server.connections[0].controls[-1] == "CloseStream"
        assert relay.missed == ()


async def test_F04_twenty_resets_in_the_middle_of_words_lose_none_and_double_none(events):
    words = list(range(66))
    async with DeepgramServer(ears=ToneEars, words_per_final=3) as server:
        server.faults.extend(Fault(reset_at_ms=300 * (1 + index % 5) + 100) for index in range(20))
        async with relay_to(server, events) as relay:
            for packet in encode(tones(words)):
                relay.feed(packet, packet.timestamp / 48 + 5_000)
            await events.until(lambda told: len(told.words) >= 60)
            assert await relay.finalize(10)
        resets = [heard for heard in server.connections if heard.closed == "reset"]
    assert len(resets) == 20
    assert events.words == [str(word) for word in words]
    for final in events.finals:
        for word in final.words:
            assert abs(word.start_ms - (5_000 + 300 * int(word.text))) <= 30


async def test_F04_a_lost_stream_is_told_once_and_so_is_its_return(events):
    async with DeepgramServer(ears=ToneEars) as server:
        server.faults.append(Fault(close_at_ms=500))
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([7, 8, 9])))
            assert await relay.finalize(5)
    told = [event for event in events if not isinstance(event, SpeechResult)]
    assert told == [SpeechTrouble("reconnecting", retryable=True), SpeechRestored()]
    assert events.words == ["7", "8", "9"]


async def test_F07_a_vendor_that_shakes_hands_and_hangs_up_is_no_return_and_its_first_answer_is(events):
    async with DeepgramServer(ears=ToneEars) as server:
        server.faults.extend([Fault(close_at_ms=0)] * 5)
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([7, 8, 9])))
            assert await relay.finalize(5)
        assert len(server.connections) == 6
    assert events[:2] == [SpeechTrouble("reconnecting", retryable=True), SpeechRestored()]
    assert all(isinstance(event, SpeechResult) for event in events[2:])
    assert events.words == ["7", "8", "9"]


async def test_a_relay_after_one_that_ended_in_trouble_says_when_it_is_over(events):
    async with (
        DeepgramServer(ears=ToneEars) as server,
        relay_to(server, events, in_trouble=True) as relay,
    ):
        await play(relay, encode(tones([7])))
        assert await relay.finalize(5)
    assert events[0] == SpeechRestored()
    assert events.words == ["7"]


async def test_F05_silence_is_kept_alive_and_ends_no_connection(events):
    times = RelayTimes(keep_alive_s=0.05, page_ms=100)
    async with DeepgramServer(ears=ToneEars, idle_s=0.4) as server:
        async with relay_to(server, events, times=times) as relay:
            await play(relay, encode(tones([1])))
            await server.until(lambda: server.controls.count("KeepAlive") >= 20)
            await play(relay, encode(tones([2]), first_timestamp=48_000 * 5))
            assert await relay.finalize(5)
        assert len(server.connections) == 1
    assert events.words == ["1", "2"]


async def test_F05_without_keep_alive_the_server_would_have_closed(events):
    times = RelayTimes(keep_alive_s=60, backoff_first_s=0.01)
    async with DeepgramServer(ears=ToneEars, idle_s=0.1) as server:
        async with relay_to(server, events, times=times) as relay:
            await play(relay, encode(tones([1])))
            await events.until(lambda told: SpeechTrouble("reconnecting", retryable=True) in told)
        assert "NET-0001" in server.connections[0].closed


async def test_F05_a_vendor_that_answers_nothing_is_left_and_asked_again(events):
    times = RelayTimes(deaf_after_ms=500, keep_alive_s=0.1, backoff_first_s=0.01)
    async with DeepgramServer(ears=ToneEars) as server:
        server.faults.append(Fault(silent=True))
        async with relay_to(server, events, times=times) as relay:
            await play(relay, encode(tones([1, 2, 3, 4, 5, 6])))
            assert await relay.finalize(5)
    assert events.words == ["1", "2", "3", "4", "5", "6"]


MALFORMED = (
    "not json",
    "[" * 50_000,
    "null",
    json.dumps({"type": "Results"}),
    json.dumps({"type": "Results", "start": 0, "duration": 1, "channel": {}}),
    json.dumps({"type": "Results", "start": 0, "duration": 1, "channel": {"alternatives": []}}),
    json.dumps({"type": "Results", "start": 0, "duration": 1, "channel": {"alternatives": [{}]}}),
    json.dumps({"type": "Surprise", "text": "x" * 100_000}),
    b"\x00\x01binary",
    '{"type": "Results", "start": NaN, "duration": 1e999}',
)


async def test_F06_finding_3_malformed_messages_are_counted_and_the_stream_goes_on(events):
    from prometheus_client import REGISTRY

    def count() -> float:
        name, labels = "viva_stt_malformed_messages_total", {"engine": "deepgram"}
        return REGISTRY.get_sample_value(name, labels) or 0

    before = count()
    async with DeepgramServer(ears=ToneEars) as server:
        server.faults.append(Fault(extra=MALFORMED))
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([3, 1, 4])))
            assert await relay.finalize(5)
        assert len(server.connections) == 1
    assert events.words == ["3", "1", "4"]
    assert count() == before + len(MALFORMED)


@pytest.mark.parametrize("status", [400, 401, 402, 403])
async def test_F07_a_refusal_is_final_told_once_and_what_was_said_is_listed_as_missed(events, status):
    async with DeepgramServer() as server:
        server.always = Fault(status=status)
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([1, 2])), start_ms=1_000)
            await events.until(len)
            await play(relay, encode(tones([3, 4]), first_timestamp=600 * 48), start_ms=1_000)
            assert not await relay.finalize(5)
        assert server.refused == 1
    assert events == [SpeechTrouble("refused", retryable=False)]
    assert len(relay.missed) == 1
    assert relay.missed[0].start_ms == 1_000
    assert relay.missed[0].end_ms >= 2_200


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_F07_a_busy_vendor_is_asked_again(events, status):
    async with DeepgramServer(ears=ToneEars) as server:
        server.faults.extend([Fault(status=status)] * 3)
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([6, 5])))
            assert await relay.finalize(5)
    assert events.words == ["6", "5"]
    assert SpeechRestored() in events


async def test_F07_a_vendor_that_is_down_all_day_ends_nothing_and_what_was_said_is_listed(events):
    times = RelayTimes(backoff_first_s=0.01, backoff_cap_s=0.02, unavailable_after_s=0.05, ring_ms=1_000)
    async with DeepgramServer() as gone:
        pass
    async with relay_to(gone, events, times=times) as relay:
        await play(relay, encode(tones(range(6))))
        await events.until(lambda told: SpeechTrouble("unavailable", retryable=True) in told)
        assert not await relay.finalize(0.05)
    told = [event for event in events if isinstance(event, SpeechTrouble)]
    assert len(told) == len(set(told)), "each once"
    assert [missed.start_ms for missed in relay.missed] == [0]
    assert isinstance(relay.missed[0], Missed)


async def test_a_hole_in_the_sound_moves_the_words_after_it_on_the_clock(events):
    """Muted for ten seconds: no packets, RTP time goes on. The vendor's stream knows nothing of it."""
    async with DeepgramServer(ears=ToneEars) as server, relay_to(server, events) as relay:
        await play(relay, encode(tones([1, 2])))
        await play(relay, encode(tones([3]), first_timestamp=48 * 10_600))
        assert await relay.finalize(5)
    starts = {word.text: word.start_ms for final in events.finals for word in final.words}
    assert abs(starts["2"] - 300) <= 30
    assert abs(starts["3"] - 10_600) <= 30


async def test_a_listener_that_fails_costs_nobody_a_word(events):
    def take(event):
        events.take(event)
        if isinstance(event, SpeechResult) and event.text == "1":
            raise RuntimeError("a screen broke")

    async with DeepgramServer(ears=ToneEars, words_per_final=1) as server:
        transcriber = DeepgramTranscriber(server.key, server.url)
        async with Relay(transcriber, ENGLISH, take, times=QUICK) as relay:
            await play(relay, encode(tones([1, 2, 3])))
            assert await relay.finalize(5)
        assert len(server.connections) == 1
    assert events.words == ["1", "2", "3"]


async def test_nothing_is_opened_before_there_is_sound_and_nothing_waits_at_the_end(events):
    async with DeepgramServer() as server:
        async with relay_to(server, events) as relay:
            assert await relay.finalize(5)
        assert server.connections == []
    relay.feed(encode(tones([1]))[0], 0)
    assert not await relay.finalize(5)
