"""The channel stays alive for its page while an answer settles."""

import pytest
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import packets_of, sample
from tests.support.server import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKETS = [packet.data for packet in packets_of(sample("ownership"))]


async def test_a_ping_is_answered_while_an_answer_waits_for_its_last_words(
    served: Served, vendor: DeepgramServer
) -> None:
    """The vendor says nothing, so the end of the answer takes as long as it may."""
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    vendor.faults.append(Fault(silent=True))
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(PACKETS[:50])
        await channel.send("finish_answer", question_id=first)
        await channel.send("ping")
        came = await channel.until(
            lambda m: m["type"] == "pong" or (m["type"] == "state" and not m["answering"])
        )
        assert came["type"] == "pong"
        await channel.state(answering=False)
