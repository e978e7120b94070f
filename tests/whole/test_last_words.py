"""F02: whoever goes on talking while the answer is being ended is heard too."""

import asyncio
import time
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.held import Held
from tests.support.opus import RATE_HZ, encode, tones
from tests.support.server import Served

from viva.audio import AudioFormat, AudioPacket
from viva.room import live, voice
from viva.room.service import Interviewing
from viva.room.voice import Voice
from viva.sessions.scribe import Scribe

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def ears(vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "make_ears", ToneEars)


def _word(number: int) -> list[bytes]:
    return [packet.data for packet in encode(tones([number]))][:15]


async def heard_out(served: Served, candidate: Candidate) -> bool:
    """Whether the last words of an answer are waited for no more."""
    hub = await served.part("hub")
    tasks = hub._live[UUID(candidate.session_id)]._tasks._tasks
    return not any(str(task.get_name()).endswith("last_words") for task in tasks)


def _hear(listening: Voice, packets: list[bytes], spoken_ms: float) -> None:
    for number, data in enumerate(packets):
        listening._feed(AudioPacket(AudioFormat(), number * 960, 960, data, spoken_ms + number * 20))


def _silence() -> list[bytes]:
    return [packet.data for packet in encode(np.zeros(RATE_HZ, np.float32))]


async def test_what_is_said_while_an_answer_is_being_ended_is_stored_without_waiting_for_the_next(
    served: Served, vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A follow-up may take seconds; words that waited for the next answer would be lost with the server."""
    ending = Held(monkeypatch, Interviewing, "finish_answer")
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        before = sum(heard.decoder.packets for heard in vendor.connections)
        await peer.play(_word(1))
        await channel.send("finish_answer", question_id=first)
        await ending.reached.wait()
        await peer.play(_word(2))
        await vendor.until(lambda: sum(heard.decoder.packets for heard in vendor.connections) >= before + 30)
        ending.go_on.set()
        await channel.until(lambda message: message.get("is_final") and message["text"] == "2")
        assert [(u["text"], u["question_id"]) for u in await candidate.utterances()] == [
            ("1", first),
            ("2", first),
        ]


async def test_what_is_stored_after_its_answer_was_read_has_it_read_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scorer is faster than the database takes the last words."""
    may_write, write = asyncio.Event(), Scribe.write

    async def at_leisure(self: Scribe, *given: Any) -> Any:
        await may_write.wait()
        return await write(self, *given)

    monkeypatch.setattr(Scribe, "write", at_leisure)
    monkeypatch.setattr(live, "FINALIZE_TIMEOUT_S", 0.5)
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]

    async def readings() -> int:
        database = await served.part("database")
        async with database.uow() as work:
            query = text("select count(*) from evaluations where question_id = :id and outcome = 'settled'")
            return int(await work.db.scalar(query, {"id": first}))

    async def are(count: int) -> bool:
        return await readings() == count

    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(_word(1))
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        await peer.play(_silence())
        await eventually(lambda: are(1))
        may_write.set()
        await channel.until(lambda message: message.get("is_final") and message["text"] == "1")
        await eventually(lambda: are(2))


async def test_a_word_whose_sound_comes_later_than_the_message_that_ends_the_answer_is_not_cut_in_two(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click goes at once; sound is encoded first, and sent in packets."""
    monkeypatch.setattr(voice, "HEAR_OUT_S", 60)
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        half = len(_word(1)) // 2
        await peer.play(_word(1)[:half])
        await channel.send("finish_answer", question_id=first)
        await peer.play(_word(1)[half:] + _silence())
        await channel.state(answering=False)
    assert [u["text"] for u in await candidate.utterances()] == ["1"]


async def _go_on(channel: Channel, first: str, second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From one answer to the next; what comes from then on of the first is waited for."""
    ending = Held(monkeypatch, Interviewing, "finish_answer")
    monkeypatch.setattr(voice, "HEAR_OUT_S", 0.1)
    await channel.send("finish_answer", question_id=first)
    await ending.reached.wait()
    monkeypatch.setattr(voice, "HEAR_OUT_S", 60)
    await asyncio.sleep(0.3)  # in which a last word is said
    ending.go_on.set()
    await channel.state(answering=False)
    await channel.send("start_answer", question_id=second)
    await channel.state(answering=True, question_id=second)


async def test_F17_no_word_is_cut_by_waiting_for_the_last_ones_of_the_answer_before(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network brings the beginning of the next answer at once, in the middle of its first word."""
    candidate = await served.new_candidate(language="en")
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(_word(1))
        await _go_on(channel, first, second, monkeypatch)
        await asyncio.sleep(0.2)  # the pause before what is said next
        peer.audio.advance(5 * RATE_HZ)  # which comes when it is said
        for packet in _word(2)[:8]:
            peer.send_audio(packet)
        await eventually(lambda: heard_out(served, candidate))
        await peer.play(_word(2)[8:] + _silence())
        monkeypatch.setattr(voice, "HEAR_OUT_S", 0.1)
        await channel.send("finish_answer", question_id=second)
        await channel.until(lambda message: message.get("is_final") and message["text"] == "2")
    assert [(u["text"], u["question_id"]) for u in await candidate.utterances()] == [
        ("1", first),
        ("2", second),
    ]


async def test_F17_a_last_word_is_whole_that_ends_just_after_its_answer_and_comes_when_the_next_has_begun(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await served.new_candidate(language="en")
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel:
        heard = (await served.part("hub"))._live[UUID(candidate.session_id)]._voice
        heard._sound.opened()
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        _hear(heard, _word(1), time.monotonic() * 1000 - 300)
        await _go_on(channel, first, second, monkeypatch)
        _hear(heard, _word(2), heard._sound._ended_ms - 200)
        _hear(heard, _silence(), heard._sound._ended_ms + 100)
        await eventually(lambda: heard_out(served, candidate))
        await channel.until(lambda message: message.get("is_final") and message["text"] == "2")
    said = [(u["text"], u["question_id"]) for u in await candidate.utterances()]
    assert said == [("1", first), ("2", first)]


async def test_F22_a_step_that_is_past_does_not_end_what_is_being_said(
    served: Served, vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An impatient page repeats a step; taken for a new one it would cut a word of the next answer in two."""
    candidate = await served.new_candidate(language="en")
    past, current, *_ = await candidate.questions()
    (await candidate.type_answer(past)).raise_for_status()
    known = len(vendor.connections)
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=current)
        await channel.state(answering=True)
        half = _word(1)[:8]
        await peer.play(half)
        await vendor.until(lambda: any(heard.decoder.packets for heard in vendor.connections[known:]))
        for kind in ("finish_answer", "next"):
            await channel.send(kind, question_id=past)
            assert await channel.error() == "wrong_question"
        assert (await candidate.type_answer(past)).status_code == 409
        assert not [kind for heard in vendor.connections[known:] for kind in heard.controls]
