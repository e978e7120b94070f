"""Sound that a stalled line holds back while the message that ends the answer goes through at once."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.held import Held
from tests.support.mixed_interview import all_transcribed
from tests.support.opus import RATE_HZ, encode, tones
from tests.support.recorded import stream_of
from tests.support.server import Served
from tests.whole.test_last_words import heard_out
from tests.whole.test_sound_over_socket import sound_socket
from websockets.asyncio.client import ClientConnection

from viva.events import InterviewAdvanced
from viva.media import Recorder
from viva.room import voice
from viva.room.live import LiveInterview
from viva.room.service import Interviewing

pytestmark = pytest.mark.asyncio(loop_scope="session")

PIECE_S = 0.1
EARLIER, LATE = 6, 12
"""Pieces: the first two of the words are sent in time, all four are said before the answer is ended."""
WORDS = ["1", "2", "3", "4"]


@pytest.fixture(autouse=True)
def ears(vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "make_ears", ToneEars)


def _stream() -> Iterator[bytes]:
    silence = np.zeros(20 * RATE_HZ, np.float32)
    return stream_of(encode(np.concatenate([tones([1, 2, 3, 4]), silence])))


async def _say(socket: ClientConnection, pieces: Iterator[bytes], count: int) -> None:
    for _ in range(count):
        await socket.send(next(pieces))
        await asyncio.sleep(PIECE_S)  # as it is spoken


async def _end_while_stalled(channel: Channel, socket: ClientConnection, question: str) -> Iterator[bytes]:
    """The answer is ended with half of it on its way; what is left of the stream."""
    pieces = _stream()
    await channel.send("start_answer", question_id=question)
    await channel.state(answering=True)
    await socket.send(next(pieces))
    await _say(socket, pieces, EARLIER)
    await asyncio.sleep((LATE - EARLIER) * PIECE_S + 0.2)  # and says the other half
    await channel.send("finish_answer", question_id=question)
    return pieces


async def _transcript(served: Served, candidate: Candidate) -> list[tuple[str, str, bool]]:
    """Once nothing waits to be transcribed: every spoken word, its question, and whether it came late."""
    await all_transcribed(served.settings.database_url, candidate.session_id)
    said: list[dict[str, Any]] = await candidate.utterances()
    return [
        (word, utterance["question_id"], utterance["late"])
        for utterance in said
        if utterance["source"] != "typed"
        for word in utterance["text"].split()
    ]


async def _status(candidate: Candidate) -> object:
    return (await candidate.get()).json()["status"] == "completed"


async def test_F17_a_line_that_stalls_for_a_moment_at_an_answers_end_is_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "HEAR_OUT_S", 60)
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        pieces = await _end_while_stalled(channel, socket, first)
        for _ in range(LATE - EARLIER):
            await socket.send(next(pieces))
        await _say(socket, pieces, 10)
        await channel.state(answering=False)
        assert await _transcript(served, candidate) == [(word, first, False) for word in WORDS]


async def test_F17_sound_that_comes_after_an_answer_was_ended_is_heard_from_the_recording(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next answer has begun when it comes, and gets nothing of it."""
    monkeypatch.setattr(voice, "HEAR_OUT_S", 0.2)
    candidate = await served.new_candidate(language="en")
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        pieces = await _end_while_stalled(channel, socket, first)
        await channel.state(answering=False)
        await channel.send("start_answer", question_id=second)
        await channel.state(answering=True, question_id=second)
        for _ in range(30):
            await socket.send(next(pieces))
        assert await _transcript(served, candidate) == [
            ("1", first, False),
            ("2", first, False),
            ("3", first, True),
            ("4", first, True),
        ]


async def test_F17_what_was_said_before_an_answer_began_is_no_part_of_it_however_late_it_comes(
    served: Served,
) -> None:
    """Nor of the first one. Half a second is let in: whoever begins to speak with the click is heard."""
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        pieces = _stream()
        await socket.send(next(pieces))
        await _say(socket, pieces, 1)  # by this it is known when the rest is said
        await asyncio.sleep((LATE + 10) * PIECE_S)  # says all the words, to nobody
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        for _ in range(LATE + 10):
            await socket.send(next(pieces))
        await _say(socket, pieces, 10)
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        for _ in range(30):
            await socket.send(next(pieces))
        assert await _transcript(served, candidate) == []


async def test_F17_what_was_said_while_an_answer_was_being_ended_is_its_own_however_soon_the_next_begins(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line stalls for all that while."""
    monkeypatch.setattr(voice, "HEAR_OUT_S", 0.5)
    ending = Held(monkeypatch, Interviewing, "finish_answer")
    candidate = await served.new_candidate(language="en")
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        pieces = _stream()
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await socket.send(next(pieces))
        await _say(socket, pieces, EARLIER)
        await channel.send("finish_answer", question_id=first)
        await ending.reached.wait()
        await asyncio.sleep((LATE - EARLIER) * PIECE_S + 0.2)  # and says the other half
        ending.go_on.set()
        await channel.state(answering=False)
        await channel.send("start_answer", question_id=second)
        await channel.state(answering=True, question_id=second)
        await eventually(lambda: heard_out(served, candidate))
        for _ in range(30):
            await socket.send(next(pieces))
        said = await _transcript(served, candidate)
        assert [(word, question) for word, question, _ in said] == [(word, first) for word in WORDS]


async def test_F17_what_a_stalled_line_holds_back_while_its_answers_beginning_is_stored_is_not_forgotten(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was said before we were told that the answer had begun, and is not here when that ends."""
    monkeypatch.setattr(voice, "HEAR_OUT_S", 0.2)
    starting = Held(monkeypatch, Interviewing, "start_answer", after=True)
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        pieces = _stream()
        await channel.send("start_answer", question_id=first)
        await starting.reached.wait()
        await socket.send(next(pieces))
        await _say(socket, pieces, EARLIER)
        await asyncio.sleep((LATE - EARLIER) * PIECE_S + 0.2)  # and says the other half
        starting.go_on.set()
        await channel.state(answering=True)
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        for _ in range(30):
            await socket.send(next(pieces))
        said = await _transcript(served, candidate)
    assert [(word, question) for word, question, _ in said] == [(word, first) for word in WORDS]


async def test_F17_at_the_interviews_end_the_connection_stays_until_late_sound_is_recorded(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "HEAR_OUT_S", 0.2)
    monkeypatch.setattr(voice, "LINGER_S", 60)
    told, hear_of = asyncio.Event(), LiveInterview.hear_of

    async def hear(live: LiveInterview, event: object) -> None:
        await hear_of(live, event)
        if isinstance(event, InterviewAdvanced) and live.session.status == "completed":
            told.set()

    monkeypatch.setattr(LiveInterview, "hear_of", hear)
    candidate = await served.new_candidate(language="en")
    *others, last = await candidate.questions()
    for question in others:
        (await candidate.type_answer(question)).raise_for_status()
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        pieces = await _end_while_stalled(channel, socket, last)
        await channel.state(status="completed")
        await told.wait()  # by its own bus too, which brings nothing new
        for _ in range(30):
            await socket.send(next(pieces))
        await socket.wait_closed()
    await eventually(lambda: _status(candidate))
    assert [(word, question) for word, question, _ in await _transcript(served, candidate)] == [
        (word, last) for word in WORDS
    ]


async def test_F24_nothing_is_waited_for_of_a_connection_that_is_over_however_long_its_file_takes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what nobody ever sent counts as missed, and a job looks for its sound in vain."""
    on_disk, close = asyncio.Event(), Recorder.close

    async def slow(recorder: Recorder) -> None:
        await on_disk.wait()
        await close(recorder)

    monkeypatch.setattr(Recorder, "close", slow)
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel:
        async with candidate.microphone() as peer:
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)
            await peer.play([packet.data for packet in encode(tones([1, 2, 3, 4]))])
        live = (await served.part("hub"))._live[UUID(candidate.session_id)]

        async def over() -> bool:
            return bool(live._voice._sound.ended)

        await eventually(over)
        await asyncio.sleep(0.2)  # silence that is no packet's length
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        await eventually(lambda: heard_out(served, candidate))
        assert live._voice.missed == []
        on_disk.set()
    assert await _transcript(served, candidate) == [(word, first, False) for word in WORDS]
