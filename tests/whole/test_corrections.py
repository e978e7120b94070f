"""The candidate's words beside what was heard: stored, told, replayed, never in place of the heard ones."""

import pytest
from tests.support.candidate import Candidate, Channel
from tests.support.deepgram_ears import Script
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import packets_of, sample
from tests.support.server import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKETS = [packet.data for packet in packets_of(sample("ownership"))][:150]
HEARD = "I owned the pavement service and I measured every query before I changed anything"
MEANT = "I owned the payment service"


async def _speak(candidate: Candidate, channel: Channel) -> int:
    """One spoken answer; the number of its first final."""
    first = (await candidate.questions())[0]
    async with candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(PACKETS)
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
    return int(channel.finals[0]["seq"])


async def test_a_correction_is_told_replayed_and_stands_beside_what_was_heard(
    served: Served, vendor: DeepgramServer
) -> None:
    vendor.script = Script(HEARD.split())
    candidate = await served.new_candidate()
    async with candidate.channel() as channel:
        seq = await _speak(candidate, channel)
        heard = channel.finals[0]["text"]
        assert channel.finals[0]["corrected_text"] is None
        await channel.send("correct", seq=seq, text=f"  {MEANT}  ")
        told = await channel.until(lambda message: message["type"] == "corrected")
        assert (told["seq"], told["text"]) == (seq, MEANT)
    async with candidate.channel() as later:
        await later.send("resume", after_seq=0)
        again = await later.until(lambda message: message["type"] == "stt_result")
        assert (again["seq"], again["text"], again["corrected_text"]) == (seq, heard, MEANT)
    stored = (await candidate.utterances())[0]
    assert stored["text"] == heard


async def test_a_correction_of_nothing_and_one_after_the_end_are_refused(
    served: Served, vendor: DeepgramServer
) -> None:
    vendor.script = Script(HEARD.split())
    candidate = await served.new_candidate()
    async with candidate.channel() as channel:
        seq = await _speak(candidate, channel)
        await channel.send("correct", seq=seq + 1000, text=MEANT)
        assert await channel.error() == "utterance_not_found"
        await channel.send("correct", seq=0, text=MEANT)
        assert await channel.error() == "utterance_not_found"
        for question_id in (await candidate.questions())[1:]:
            (await candidate.type_answer(question_id)).raise_for_status()
        await channel.state(status="completed")
        await channel.send("correct", seq=seq, text=MEANT)
        assert await channel.error() == "session_closed"
