"""What a relay gives up is missed, once, and nobody hears it twice."""

from tests.stt.conftest import play
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import encode, tones

from viva.stt import Missed, Relay, StreamOptions
from viva.stt.deepgram import DeepgramTranscriber


def relay_to(server: DeepgramServer, events) -> Relay:
    engine = DeepgramTranscriber(server.key, server.url)
    return Relay(engine, StreamOptions(language="en"), events.take)


async def test_F07_what_is_given_up_is_taken_once_and_what_follows_is_heard(events):
    async with DeepgramServer(ears=ToneEars) as server:
        server.always = Fault(status=503)
        async with relay_to(server, events) as relay:
            await play(relay, encode(tones([1, 2])))
            assert not await relay.finalize(0.2)
            relay.give_up()
            assert relay.take_missed() == (Missed(0, 620),)  # with the packet that the codec lags behind
            assert relay.take_missed() == ()
            server.always = None
            later = encode(tones([3, 4]), first_timestamp=48_000)
            await play(relay, later)
            assert await relay.finalize(20)
            assert relay.take_missed() == ()
    assert events.words == ["3", "4"]
    assert relay.missed == ()


async def test_F07_after_a_final_that_was_asked_for_nothing_is_missed(events):
    """An engine may leave the silence at the end out of its last final."""
    async with DeepgramServer(ears=ToneEars) as server, relay_to(server, events) as relay:
        await play(relay, encode(tones([1, 2], gap_ms=800)))
        assert await relay.finalize(20)
        relay.give_up()
    assert relay.missed == ()
