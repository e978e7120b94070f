"""Kills and restarts: of the server, of its database, of both in the wrong order."""

import io
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest
from tests.conftest import NOT_DURABLE
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import Script
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import packets_of, sample
from tests.support.process import process_of
from tests.support.server import Served, serving, settings_for

from viva.platform.postgres import EmbeddedPostgres

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKETS = [packet.data for packet in packets_of(sample("ownership"))]
ENGLISH = "I owned the payment service and I measured every query before I changed anything at all"


@contextmanager
def _says(vendor: DeepgramServer, words_per_final: int) -> Iterator[None]:
    vendor.script, before = Script(ENGLISH.split()), vendor.words_per_final
    vendor.words_per_final = words_per_final
    try:
        yield
    finally:
        vendor.words_per_final = before


async def _acknowledged(channel: Channel) -> dict[int, str]:
    await channel.until(lambda message: message["type"] == "stt_result" and message["is_final"])
    await channel.send("ping")
    await channel.until(lambda message: message["type"] == "pong")
    return {final["seq"]: final["text"] for final in channel.finals}


async def _recorded_s(candidate: Candidate) -> float | None:
    answer = await candidate.get("/recording")
    if answer.status_code != 200:
        return None
    with av.open(io.BytesIO(answer.content)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        assert container.duration, "a mended file says how long it is"
    return samples / 48_000


async def test_F01_F14_a_server_that_is_killed_in_an_answer_comes_back_to_it_with_all_that_was_heard(
    database_url: str, vendor: DeepgramServer, tmp_path: Path
) -> None:
    settings = settings_for(
        database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
    )
    log = tmp_path / "server.log"
    async with process_of(settings, log) as first:
        await first.ready()
        candidate = await first.new_candidate()
        question_id = (await candidate.questions())[0]
        with _says(vendor, 4):
            async with candidate.channel() as channel, candidate.microphone() as peer:
                await channel.send("start_answer", question_id=question_id)
                await channel.state(answering=True)
                await peer.play(PACKETS[:200])
                acknowledged = await _acknowledged(channel)
                await first.end(signal.SIGKILL)
    async with process_of(settings, log) as second:
        await second.ready()
        again = Candidate(second.url, second.http, candidate.session_id, "")
        again.headers = candidate.headers
        async with again.channel() as channel:
            state = channel.messages[0]
            assert (state["question_id"], state["answering"]) == (question_id, True)
            await channel.send("resume", after_seq=0)
            heard = await _acknowledged(channel)
            assert acknowledged.items() <= heard.items()
            assert [u["seq"] for u in await again.utterances()] == list(range(1, len(heard) + 1))
            recorded_s = await _recorded_s(again)
            assert recorded_s is not None
            assert recorded_s >= 3.0, "of four seconds at most one is lost"
            assert await second.end(signal.SIGTERM) == 0, "a live session does not hold the end up"
    assert b"Traceback" not in log.read_bytes()


async def test_F11_finding_5_a_server_that_is_started_before_its_database_says_so_and_becomes_ready(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "database"
    async with EmbeddedPostgres(folder, settings=NOT_DURABLE) as url:
        pass
    data = tmp_path / "data"
    data.mkdir()
    async with process_of(settings_for(url, data), tmp_path / "server.log") as server:
        assert await eventually(lambda: server.answers("/healthz")) == 200
        answer = await server.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert answer.json()["code"]
        async with EmbeddedPostgres(folder, settings=NOT_DURABLE) as again:
            assert again == url
            await server.ready()
            assert await server.end(signal.SIGTERM) == 0


async def test_F10_the_channel_and_the_captions_outlive_the_database_and_finals_are_stored_later(
    vendor: DeepgramServer, tmp_path: Path
) -> None:
    database = EmbeddedPostgres(tmp_path / "database")  # one that forgets no commit when it is killed
    async with database as url:
        settings = settings_for(
            url, tmp_path / "data", stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        async with serving(settings) as served:
            candidate = await served.new_candidate()
            question_id = (await candidate.questions())[0]
            with _says(vendor, 3):
                async with candidate.channel() as channel, candidate.microphone() as peer:
                    await channel.send("start_answer", question_id=question_id)
                    await channel.state(answering=True)
                    assert database.pid is not None
                    os.kill(database.pid, signal.SIGKILL)
                    assert (await served.http.get("/healthz")).status_code == 200
                    await peer.play(PACKETS[:150])
                    await channel.until(lambda m: m["type"] == "stt_result" and m["is_final"])
            said = await eventually(candidate.utterances)
            assert said[0]["text"] == " ".join(ENGLISH.split()[:3])


async def test_F05_a_silent_candidate_keeps_the_vendor_and_is_heard_again(
    served: Served, vendor: DeepgramServer
) -> None:
    """The fake closes what is silent for `idle_s`; here that is shorter than the candidate's pause."""
    candidate = await served.new_candidate()
    first, second, *_ = await candidate.questions()
    vendor.connections.clear()
    vendor.idle_s, before = 5.0, vendor.idle_s
    try:
        with _says(vendor, 4):
            async with candidate.channel() as channel, candidate.microphone() as peer:
                for question_id in (first, second):
                    await channel.send("start_answer", question_id=question_id)
                    await channel.state(answering=True, question_id=question_id)
                    await peer.play(PACKETS[:100])
                    await channel.send("finish_answer")
                    await channel.state(answering=False)
                    if question_id == first:
                        await vendor.until(lambda: vendor.controls.count("KeepAlive") >= 2)
    finally:
        vendor.idle_s = before
    assert len(vendor.connections) == 1
    assert {u["question_id"] for u in await candidate.utterances()} == {first, second}


FINAL = (
    '{"type":"Results","is_final":true,"start":0.1,"duration":0.1,'
    '"channel":{"alternatives":[{"transcript":"%s"}]}}'
)
BROKEN: list[str | bytes] = [
    "not json",
    "null",
    "{}",
    '{"type":"Results"}',
    '{"type":"Results","channel":{}}',
    '{"type":"Results","channel":{"alternatives":[]},"start":0,"duration":1}',
    '{"type":"Results","channel":{"alternatives":[{}]},"start":0,"duration":1}',
    FINAL % "   ",
    FINAL % "\\u200b\\u0000\\ud800",
    b"\x00\xff",
]


async def test_F06_finding_3_messages_without_channel_alternatives_or_transcript_break_nothing(
    served: Served, vendor: DeepgramServer
) -> None:
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    vendor.faults.append(Fault(extra=BROKEN))
    with _says(vendor, 4):
        async with candidate.channel() as channel, candidate.microphone() as peer:
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)
            await peer.play(PACKETS[:150])
            await channel.send("finish_answer")
            await channel.state(answering=False)
    said = [utterance["text"] for utterance in await candidate.utterances()]
    assert said
    assert all(text.strip() for text in said), "blank text is dropped"
    assert set(" ".join(said).split()) <= set(ENGLISH.split())
    for message in channel.finals + channel.interims:
        assert message["session_id"] == candidate.session_id
        assert message["text"].strip()
        assert isinstance(message["timestamp"], float)
