"""A spoken interview from the token to the results, and what the vendor got to hear of it."""

import io

import av
import numpy as np
import pytest
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import Script, Sound
from tests.support.deepgram_server import KOREAN, DeepgramServer
from tests.support.opus import likeness, packets_of, sample, sound_of
from tests.support.server import Served

from viva.media import PublishingClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKETS = [packet.data for packet in packets_of(sample("ownership"))]
SPOKEN = sound_of(sample("ownership"))
SECONDS = 4
ENGLISH = "I owned the payment service and I measured every query before I changed anything at all"


async def _answer(channel: Channel, peer: PublishingClient, question_id: str, packets: list[bytes]) -> None:
    await channel.send("start_answer", question_id=question_id)
    await channel.state(answering=True, question_id=question_id)
    await peer.play(packets)
    await channel.send("finish_answer", question_id=question_id)
    await channel.state(answering=False)


def _decoded(recording: bytes) -> Sound:
    with av.open(io.BytesIO(recording)) as container:
        frames = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
    return np.concatenate(frames).astype(np.float32)


async def _hold(served: Served, candidate: Candidate) -> Channel:
    """Two answers spoken, the others typed."""
    first, second, *others = await candidate.questions()
    async with candidate.channel() as channel:
        assert channel.messages[0]["type"] == "state"
        assert channel.messages[0]["question_id"] == first
        async with candidate.microphone() as peer:
            await _answer(channel, peer, first, PACKETS[: SECONDS * 50])
            await _answer(channel, peer, second, PACKETS[SECONDS * 50 : SECONDS * 75])
            for question_id in others:
                (await candidate.type_answer(question_id)).raise_for_status()
            await channel.state(status="completed")
    return channel


async def test_the_whole_way_in_english_from_the_token_to_the_results(
    served: Served, vendor: DeepgramServer
) -> None:
    vendor.script = Script(ENGLISH.split())
    vendor.connections.clear()
    candidate = await served.new_candidate(language="en")
    channel = await _hold(served, candidate)

    assert channel.interims
    assert {final["session_id"] for final in channel.finals} == {candidate.session_id}
    said = await candidate.utterances()
    spoken = [utterance for utterance in said if utterance["source"] == "deepgram"]
    assert [final["seq"] for final in channel.finals if final["seq"] <= len(spoken)] == [
        utterance["seq"] for utterance in spoken
    ]
    assert set(" ".join(utterance["text"] for utterance in spoken).split()) <= set(ENGLISH.split())
    assert {utterance["question_id"] for utterance in spoken} == set((await candidate.questions())[:2])
    assert all(u["start_ms"] <= u["end_ms"] for u in spoken)
    assert vendor.connections[0].query["language"] == ["en"]

    await _recording_is_what_was_spoken(candidate)
    results = await eventually(lambda: _settled(served, candidate))
    assert results["status"] in {"ready", "needs_human"}


async def _settled(served: Served, candidate: Candidate) -> dict[str, object] | None:
    answer = await served.http.get(f"{candidate.path}/results", headers=await served.admin_bearer())
    results: dict[str, object] = answer.json()
    return results if results["status"] != "pending" else None


async def _recording_is_what_was_spoken(candidate: Candidate) -> None:
    async def complete() -> bytes | None:
        answer = await candidate.get("/recording")
        return answer.content if answer.status_code == 200 else None

    whole = await eventually(complete)
    sound = _decoded(whole)
    assert len(sound) / 48_000 == pytest.approx(SECONDS * 1.5, abs=0.5)
    assert likeness(sound[: 2 * 48_000], SPOKEN[: 2 * 48_000]) > 0.9
    part = await candidate.get("/recording", Range="bytes=10-109")
    assert (part.status_code, part.content) == (206, whole[10:110])
    assert part.headers["Content-Range"] == f"bytes 10-109/{len(whole)}"
    assert part.headers["Cache-Control"] == "no-store"


async def test_finding_of_its_code_the_vendor_hears_the_very_sound_that_was_spoken(
    served: Served, vendor: DeepgramServer
) -> None:
    """The original sent 48 kHz stereo as 16 kHz mono. Here the vendor's fake decodes what it got."""
    vendor.script = Script(KOREAN.split())
    vendor.connections.clear()
    candidate = await served.new_candidate(language="ko", user_name="김민지", position="백엔드 개발자")
    channel = await _hold(served, candidate)

    [heard] = vendor.connections
    assert heard.query["language"] == ["ko"]
    assert likeness(heard.sound[: SECONDS * 48_000], SPOKEN[: SECONDS * 48_000]) > 0.95
    words = " ".join(final["text"] for final in channel.finals if "measured" not in final["text"]).split()
    assert words
    assert set(words) <= set(KOREAN.split())
    assert "CloseStream" in heard.controls


async def test_F15_a_reload_in_the_middle_of_an_answer_goes_on_with_the_same_answer(
    served: Served, vendor: DeepgramServer
) -> None:
    vendor.script = Script(ENGLISH.split())
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    async with candidate.channel() as before, candidate.microphone() as peer:
        await before.send("start_answer", question_id=first)
        await before.state(answering=True)
        await peer.play(PACKETS[:75])
    async with candidate.channel() as after, candidate.microphone() as peer:
        assert after.messages[0]["question_id"] == first
        assert after.messages[0]["answering"] is True
        earlier = len(await candidate.utterances())
        await peer.play(PACKETS[:75])
        await after.send("finish_answer")
        await after.state(answering=False)
    said = await candidate.utterances()
    assert len(said) > earlier, "what is said after the reload is heard without another start_answer"
    assert {utterance["question_id"] for utterance in said} == {first}


async def test_F15_a_second_tab_takes_over_and_the_first_is_told(served: Served) -> None:
    candidate = await served.new_candidate()
    async with candidate.channel() as first, candidate.channel() as second:
        assert (await first.until(lambda message: message["type"] == "replaced"))["type"] == "replaced"
        assert await first.closed() == 4001
        await second.send("ping")
        assert await second.until(lambda message: message["type"] == "pong")


async def test_a_watching_reviewer_sees_the_captions_and_may_not_act(
    served: Served, vendor: DeepgramServer
) -> None:
    vendor.script = Script(ENGLISH.split())
    candidate = await served.new_candidate()
    first, second, *_ = await candidate.questions()
    admin = await served.admin_bearer()
    async with candidate.channel() as acting, candidate.channel(admin) as watching:
        await watching.send("start_answer", question_id=first)
        assert await watching.error() == "watch_only"
        async with candidate.microphone() as peer:
            await _answer(acting, peer, first, PACKETS[:100])
        await watching.state(question_id=second)
        assert [final["text"] for final in watching.finals] == [final["text"] for final in acting.finals]
        assert acting.finals
