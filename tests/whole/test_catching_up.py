"""Nothing said is lost: the vendor is away for whole answers and comes back when all is over."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.anthropic_server import AnthropicServer, Fails, obliging
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import encode, tones
from tests.support.server import Served, serving, settings_for

from viva.media import PublishingClient

FIRST, SECOND = list(range(1, 9)), list(range(11, 19))


async def _speak(channel: Channel, peer: PublishingClient, question_id: str, words: list[int]) -> None:
    await channel.send("start_answer", question_id=question_id)
    await channel.state(answering=True, question_id=question_id)
    await peer.play(packet.data for packet in encode(tones(words)))
    await channel.send("finish_answer", question_id=question_id)
    await channel.state(answering=False)


async def _interview(candidate: Candidate) -> Channel:
    """Two answers spoken, the others typed, to the end."""
    first, second, *others = await candidate.questions()
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await _speak(channel, peer, first, FIRST)
        await _speak(channel, peer, second, SECOND)
        for question_id in others:
            (await candidate.type_answer(question_id)).raise_for_status()
        await channel.state(status="completed")
    return channel


async def _sooner(url: str) -> None:
    """What waits for an outage to end is due now, so that no test waits for half a minute."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("update jobs set due_at = now() where due_at > now()"))
    await engine.dispose()


async def _results(served: Served, candidate: Candidate) -> dict[str, Any]:
    answer = await served.http.get(f"{candidate.path}/results", headers=await served.admin_bearer())
    results: dict[str, Any] = answer.json()
    return results


async def _drafted(served: Served, candidate: Candidate) -> dict[str, Any] | None:
    await _sooner(served.settings.database_url)
    results = await _results(served, candidate)
    return results if results["status"] != "pending" else None


def _words(utterances: list[dict[str, Any]], question_id: str) -> list[str]:
    return [
        word
        for utterance in utterances
        if utterance["question_id"] == question_id and utterance["late"]
        for word in utterance["text"].split()
    ]


async def _complete(candidate: Candidate) -> None:
    first, second, *_ = await candidate.questions()
    said = await candidate.utterances()
    assert _words(said, first) == [str(word) for word in FIRST]
    assert _words(said, second) == [str(word) for word in SECOND]
    assert {utterance["source"] for utterance in said if utterance["late"]} == {"deepgram"}
    starts = [utterance["start_ms"] for utterance in said]
    assert starts == sorted(starts)


@pytest.mark.parametrize("status", [401, 503])
async def test_F07_a_vendor_away_for_the_whole_interview_costs_no_word(
    database_url, tmp_path, status
) -> None:
    async with DeepgramServer(ears=ToneEars) as vendor:
        vendor.always = Fault(status=status)
        settings = settings_for(
            database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        async with serving(settings) as served:
            candidate = await served.new_candidate()
            channel = await _interview(candidate)
            assert {final["text"] for final in channel.finals} == {"I measured first."}, "only what was typed"
            told = {message["code"] for message in channel.messages if message["type"] == "notice"}
            assert told & {"captions_refused", "captions_reconnecting", "captions_unavailable"}
            assert (await _results(served, candidate))["status"] == "pending"

            vendor.always = None
            results = await eventually(lambda: _drafted(served, candidate), timeout_s=60)
            await _complete(candidate)
            assert results["answers"][0]["answer"]["text"] == " ".join(map(str, FIRST))
            page = await served.http.get(
                f"/admin/sessions/{candidate.session_id}",
                headers=await served.admin_bearer() | {"Accept-Language": "en"},
            )
            assert "Transcribed afterwards" in page.text


async def test_F31_both_vendors_away_the_interview_ends_and_the_queue_drains_after(
    database_url, tmp_path
) -> None:
    away: list[bool] = [True]

    def moody(request: dict[str, Any]) -> Any:
        return Fails(529, "overloaded_error", "Overloaded") if away else obliging(request)

    async with DeepgramServer(ears=ToneEars) as vendor, AnthropicServer(moody) as model:
        vendor.always = Fault(status=503)
        settings = msgspec.structs.replace(
            settings_for(
                database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
            ),
            anthropic_api_key="test-key",
            anthropic_base_url=model.url,
        )
        async with serving(settings) as served:
            candidate = await served.new_candidate()
            await _interview(candidate)
            assert (await _results(served, candidate))["status"] == "pending"

            away.clear()
            vendor.always = None
            results = await eventually(lambda: _drafted(served, candidate), timeout_s=60)
            assert results["status"] in {"ready", "needs_human"}
            await _complete(candidate)
