"""F10: a step that is stored and not heard of, or of which nobody waits to hear, counts as any other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text
from tests.support.candidate import Candidate, Channel, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.held import Held
from tests.support.mixed_interview import all_transcribed
from tests.support.opus import RATE_HZ, encode, tones
from tests.support.server import Served

from viva.media import PublishingClient, Recordings
from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.platform.job_store import JobsInTransaction
from viva.room.doubt import Doubt
from viva.room.live import LiveInterview
from viva.room.service import Interviewing
from viva.stt import Relay

pytestmark = pytest.mark.asyncio(loop_scope="session")

Step = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def ears(vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "make_ears", ToneEars)


def _word(number: int) -> list[bytes]:
    return [packet.data for packet in encode(tones([number]))][:15]


def _unheard_once(step: Step) -> Step:
    """The connection ends with the commit, the first time."""
    tried = False

    async def stored_and_not_heard_of(self: Interviewing, *given: Any) -> Any:
        nonlocal tried
        stored, first, tried = await step(self, *given), not tried, True
        if first:
            raise Unavailable
        return stored

    return stored_and_not_heard_of


@asynccontextmanager
async def _asked(served: Served) -> AsyncIterator[tuple[Candidate, str, Channel, PublishingClient]]:
    """A candidate at the first question, with a page and a microphone."""
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, candidate.microphone() as peer:
        yield candidate, first, channel, peer


async def _said(served: Served, candidate: Candidate) -> list[tuple[str, str, bool]]:
    """What was spoken, once nothing can come any more: these microphones send nothing after a word, and what
    they might still send is waited for until the interview is over.
    """
    for question_id in await candidate.questions():
        await candidate.type_answer(question_id)  # those that are past are refused
    await all_transcribed(served.settings.database_url, candidate.session_id)
    return [
        (each["text"], each["question_id"], each["late"])
        for each in await candidate.utterances()
        if each["source"] != "typed"
    ]


async def test_F10_an_answer_whose_beginning_was_stored_unheard_is_listened_to(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await served.new_candidate(language="en")
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(_word(1))
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False, question_id=second)
        monkeypatch.setattr(Interviewing, "start_answer", _unheard_once(Interviewing.start_answer))
        await channel.send("start_answer", question_id=second)
        await channel.state(answering=True, question_id=second)
        await peer.play(_word(2))
        await channel.send("finish_answer", question_id=second)
        await channel.state(answering=False)
        assert await _said(served, candidate) == [("1", first, False), ("2", second, False)]


async def test_F10_what_is_said_while_the_beginning_of_an_answer_is_being_stored_is_heard(
    served: Served, vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy database takes a second for a step, and whoever has clicked begins to speak."""
    starting = Held(monkeypatch, Interviewing, "start_answer", after=True)
    async with _asked(served) as (candidate, first, channel, peer):
        live = await _live(served, candidate)
        await channel.send("start_answer", question_id=first)
        await starting.reached.wait()
        await peer.play(_word(1))

        async def arrived() -> bool:
            connection = live._voice._connection
            return connection is not None and connection.stats.audio_packets >= len(_word(1))

        await eventually(arrived)
        starting.go_on.set()
        await channel.state(answering=True)
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        assert await _said(served, candidate) == [("1", first, False)]


async def test_F24_no_answer_waits_for_a_disk_that_stalls_before_its_beginning_is_written_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file by which others see that somebody listens, see `attending.py`."""
    disk = Held(monkeypatch, Recordings, "attend")
    async with _asked(served) as (candidate, first, channel, peer):
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(_word(1))
        disk.go_on.set()
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        assert await _said(served, candidate) == [("1", first, False)]


async def test_what_is_stored_between_an_unheard_step_and_the_look_at_it_is_evaluated(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew: list[UUID] = []

    async def noted(self: Interviewing, _session_id: UUID, question_id: UUID) -> None:
        anew.append(question_id)

    async with _asked(served) as (_, first, channel, peer):
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(_word(1))
        looking = Held(monkeypatch, Doubt, "look_at_last")
        monkeypatch.setattr(Interviewing, "evaluate_anew", noted)
        monkeypatch.setattr(Interviewing, "finish_answer", _unheard_once(Interviewing.finish_answer))
        await channel.send("finish_answer", question_id=first)
        assert await channel.error() == "unavailable"
        await peer.play(_word(2) + [packet.data for packet in encode(np.zeros(2 * RATE_HZ, np.float32))])
        await channel.until(lambda message: message.get("is_final") and message["text"] == "2")
        looking.go_on.set()
        await channel.state(answering=False)
    assert anew == [UUID(first)]


async def test_the_clock_of_an_answer_runs_on_for_whoever_returns_while_the_database_is_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Interviewing, _session_id: UUID) -> Any:
        raise Unavailable

    candidate = await served.new_candidate(language="en")
    first, second, *_ = await candidate.questions()
    hub, database = await served.part("hub"), await served.part("database")
    async with hub.interview(UUID(candidate.session_id)) as live:
        async with candidate.channel() as channel:
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)

        async def left() -> bool:
            return live.stage.candidate is None

        await eventually(left)
        monkeypatch.setattr(Interviewing, "come_back", away)
        async with database.uow() as work:
            soon = text("update sessions set answer_deadline = now() + interval '1 second' where id = :id")
            await work.db.execute(soon, {"id": live.session.id})
        await live._doubt.look_at_last()
        async with candidate.channel() as channel:
            await channel.state(answering=False, question_id=second)


async def test_who_consents_again_while_the_engine_still_ends_is_listened_to(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel:
        live = await _live(served, candidate)
        async with candidate.microphone() as peer:
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)
            await peer.play(_word(1))
            closing = Held(monkeypatch, Relay, "close")
            await candidate.consent(recording=False)
            await closing.reached.wait()
        await candidate.consent()
        async with candidate.microphone() as peer:
            await peer.play(_word(2))
            closing.go_on.set()

            async def ended() -> bool:
                return not any(str(task.get_name()).endswith(".end") for task in live._tasks._tasks)

            await eventually(ended)
            await peer.play(_word(3))
            await channel.send("finish_answer", question_id=first)
            await channel.state(answering=False)
    heard = [text for text, _, late in await _said(served, candidate) if not late]
    assert " ".join(heard).split()[-2:] == ["2", "3"]


async def test_F10_a_page_that_comes_back_is_told_of_a_question_that_was_added_unheard(
    served: Served,
) -> None:
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel:
        live = await _live(served, candidate)
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        shared = live._shared.interviewing
        async with Database(
            served.settings.database_url, jobs=JobsInTransaction(), publisher=Silence(), pooled=False
        ) as database:
            unheard = Interviewing(database, shared._sessions, shared._evaluation, shared._clock)
            step = await unheard.finish_answer(live.session.id, UUID(first), "Why so?")
        async with candidate.channel() as again:
            state = again.messages[0]
            assert (state["type"], state["answering"]) == ("state", False)
            assert state["question"]["id"] == str(step.current_question_id)
            assert state["question"]["text"] == "Why so?"


class Silence:
    """A bus that nobody hears."""

    def publish(self, event: object) -> None:
        """Lose it."""


async def test_F15_what_a_page_said_before_it_left_is_done(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends the last answer and closes the page has an interview that is over, and a scorecard."""
    ending = Held(monkeypatch, Interviewing, "finish_answer")
    candidate = await served.new_candidate(language="en")
    *others, last = await candidate.questions()
    for question in others:
        (await candidate.type_answer(question)).raise_for_status()
    async with candidate.microphone() as peer:
        async with candidate.channel() as channel:
            live = await _live(served, candidate)
            await channel.send("start_answer", question_id=last)
            await channel.state(answering=True)
            await peer.play(_word(1))
            await channel.send("finish_answer", question_id=last)
            await ending.reached.wait()
        for _ in range(3):  # what it is told now it does not read any more
            live.stage.show_notice("captions_restored", "Captions are back.")
            await asyncio.sleep(0)

        async def left() -> bool:
            return live.stage.candidate is None

        await eventually(left)
        ending.go_on.set()

        async def completed() -> bool:
            return bool((await candidate.get()).json()["status"] == "completed")

        await eventually(completed)
    assert ("1", last, False) in await _said(served, candidate)


async def test_a_clock_that_was_extended_in_the_last_moment_cuts_no_word_in_two(
    served: Served, vendor: DeepgramServer
) -> None:
    async with _asked(served) as (candidate, first, channel, peer):
        live = await _live(served, candidate)
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(_word(1)[:6])
        await live._time_is_up()
        await peer.play(_word(1)[6:])
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        assert await _said(served, candidate) == [("1", first, False)]


async def _live(served: Served, candidate: Candidate) -> LiveInterview:
    hub = await served.part("hub")
    live: LiveInterview = hub._live[UUID(candidate.session_id)]
    return live
