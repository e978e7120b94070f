"""The local engine with its real model: English answers, noise, and the relay around it."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from tests.stt.conftest import Events, play
from tests.support.opus import encode, packets_of, sample

from viva.audio import AudioFormat, AudioPacket, SpeechResult
from viva.platform.settings import Settings
from viva.stt import Refused, Relay, RelayTimes, StreamOptions, choose, describe, whisper
from viva.stt.local import LocalTranscriber

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENGLISH = StreamOptions(language="en", format=AudioFormat(channels=1))
PATIENT = RelayTimes(close_timeout_s=60, open_timeout_s=60, send_timeout_s=60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[LocalTranscriber]:
    async with LocalTranscriber() as transcriber:
        yield transcriber


async def heard(engine: LocalTranscriber, packets: Iterable[AudioPacket], **given) -> tuple[Events, Relay]:
    events = Events()
    async with Relay(engine, ENGLISH, events.take, times=PATIENT) as relay:
        await play(relay, packets, **given)
        assert await relay.finalize(60)
    return events, relay


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def word_error_rate(said: list[str], understood: list[str]) -> float:
    row = list(range(len(understood) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(understood, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / len(said)


@pytest.mark.parametrize("name", ["ownership", "mistake"])
async def test_a_spoken_answer_is_understood_and_lies_on_the_interviews_clock(engine, name):
    events, relay = await heard(engine, packets_of(sample(name)), start_ms=90_000)
    said = words_of(sample(name).with_suffix(".txt").read_text())
    understood = words_of(" ".join(final.text for final in events.finals))
    assert word_error_rate(said, understood) <= 0.15
    words = [word for final in events.finals for word in final.words]
    assert len(words) > 20
    assert 90_300 <= words[0].start_ms <= 91_200
    assert all(a.start_ms <= b.start_ms for a, b in itertools.pairwise(words))
    assert words[-1].end_ms <= 90_000 + len(packets_of(sample(name))) * 20
    assert sum(word.confidence for word in words) / len(words) > 0.7
    assert relay.missed == ()


async def test_noise_and_silence_say_nothing(engine):
    noise = np.random.default_rng(1).normal(0, 0.02, 48_000 * 6).astype(np.float32)
    silence = np.zeros(48_000 * 4, np.float32)
    events, _relay = await heard(engine, encode(np.concatenate([silence, noise])))
    assert events == []


async def test_silence_is_answered_so_that_an_engine_that_is_back_is_known_to_be(engine):
    silence = encode(np.zeros(48_000 * 4, np.float32))
    async with engine.session(ENGLISH) as stream, asyncio.timeout(60):
        for first in range(0, len(silence), 5):
            await stream.send(silence[first : first + 5])
        answer = await anext(aiter(stream.results()))
    assert (answer.text, answer.is_final) == ("", True)


async def test_an_interim_shows_what_is_being_said_and_the_final_replaces_it(engine):
    events = Events()
    async with Relay(engine, ENGLISH, events.take, times=PATIENT) as relay:
        for packet in packets_of(sample("conflict"))[:300]:
            relay.feed(packet, packet.timestamp / 48)
            await asyncio.sleep(0)
        await events.until(len, 60)
        assert await relay.finalize(60)
    interim = next(event for event in events if isinstance(event, SpeechResult))
    assert not interim.is_final
    assert "team" in words_of(" ".join(final.text for final in events.finals))
    assert isinstance(events[-1], SpeechResult)
    assert events[-1].is_final


async def test_packets_that_are_not_opus_count_as_silence(engine):
    packets = packets_of(sample("conflict"))
    broken = [
        AudioPacket(packet.format, packet.timestamp, 960, b"\xff\xff", 0) if index % 7 == 0 else packet
        for index, packet in enumerate(packets)
    ]
    events, _relay = await heard(engine, broken)
    assert "people" in words_of(" ".join(final.text for final in events.finals))


async def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch):
    monkeypatch.setattr(whisper, "MODEL_SHA256", "0" * 64)
    with pytest.raises(Refused):
        whisper.load("", 1)


async def test_a_model_that_cannot_be_opened_is_refused(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"?")
    async with LocalTranscriber(str(tmp_path), workers=1) as broken:
        with pytest.raises(Refused) as refused:
            async with broken.session(ENGLISH):
                pass
    assert "model.bin is incomplete" in refused.value.params["reason"]


async def test_without_a_key_the_local_engine_is_chosen_and_with_one_deepgram():
    assert (describe(Settings()).engine, describe(Settings()).reason) == ("local", "no_key")
    transcriber, choice = choose(Settings(deepgram_api_key="k", deepgram_url="ws://127.0.0.1:1"))
    assert (transcriber and transcriber.name, choice.reason) == ("deepgram", "key_given")
    assert describe(Settings(deepgram_api_key="k", stt="local")).engine == "local"


async def test_a_machine_without_the_model_has_no_transcriber_and_says_why(tmp_path: Path):
    transcriber, choice = choose(Settings(local_model_dir=str(tmp_path)))
    assert transcriber is None
    assert choice.reason == "model_missing"
    assert "typed" in choice.message
    assert choose(Settings(stt="off"))[1].reason == "switched_off"
